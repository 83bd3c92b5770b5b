/*
 * expire_alerts.c - the job that ends alerts whose time is over, also of members that nobody looks at
 */
#include <talloc.h>

#include "gen/sql/engagement.h"
#include "services/engagement/engager.h"

enum {
	SLICE = 500
};

bool expire_alerts(struct daemon *d)
{
	void *scratch = talloc_named_const(d, 0, "expiry");
	struct rows *r = db_query(d->db, scratch, SQL_ENGAGEMENT_EXPIRE_ALERTS, "it", (int64_t)SLICE,
				  d->instance);
	bool more = rows_count(r) == 1 && row_integer(r, 0, 0) == SLICE;

	talloc_free(scratch);
	return more;
}
