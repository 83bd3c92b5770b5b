/*
 * forget_old.c - the job that deletes what has become old: decisions, ended alerts, counts, offers' ways
 */
#include <talloc.h>

#include "gen/sql/engagement.h"
#include "services/engagement/engager.h"

enum {
	SLICE = 500
};

bool forget_old(struct daemon *d)
{
	static const int statements[] = {SQL_ENGAGEMENT_DELETE_OLD_DECISIONS,
					 SQL_ENGAGEMENT_DELETE_OLD_ALERTS, SQL_ENGAGEMENT_DELETE_OLD_SWEEPS,
					 SQL_ENGAGEMENT_DELETE_OLD_COUNTS,
					 SQL_ENGAGEMENT_DELETE_OLD_OUTCOMES};
	const int64_t kept[] = {engagement.keep_decisions, engagement.keep_alerts, engagement.keep_decisions,
				engagement.keep_alerts, engagement.keep_alerts};
	void *scratch = talloc_named_const(d, 0, "old");
	bool more = false;
	struct rows *r;
	size_t i;

	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		r = db_query(d->db, scratch, statements[i], "zi", clock_now() - kept[i], (int64_t)SLICE);
		more = more || rows_affected(r) == SLICE;
	}
	talloc_free(scratch);
	return more;
}
