/*
 * heed_clock.c - the job that finds members who were looked at by a clock that has been set back since
 *
 * The slots that they wait for are far away, and others come before them by the clock of now: they are due
 * at once, and wait for those. A process that looked at members by the clock of before sees that it has gone
 * back; those of a process that is no more are found when the next one starts, which looks through all.
 */
#include <talloc.h>

#include "common/log.h"
#include "gen/sql/engagement.h"
#include "services/engagement/engager.h"
#include "services/engagement/look.h"

enum {
	SLICE = 1000
};

static void hold(struct engager *e, const char *place)
{
	talloc_free(e->heeded);
	e->heeded = place ? talloc_strdup(e, place) : NULL;
}

instant clock_heeded(struct engager *e)
{
	instant now = clock_now();
	int64_t ahead = now - clock_monotonic(), lost = e->clock_ahead - ahead;

	if (e->clock_seen && lost > CLOCK_TOLERANCE)
		log_warning("the clock was set back seconds=%lld", (long long)(lost / SECOND));
	if (!e->clock_seen || lost > CLOCK_TOLERANCE)
		hold(e, "");
	e->clock_seen = true;
	e->clock_ahead = ahead;
	return now;
}

bool heed_clock(struct daemon *d)
{
	struct engager *e = d->state;
	struct rows *r;
	bool more;

	clock_heeded(e);
	if (e->heeded == NULL)
		return false;
	r = db_query(d->db, d, SQL_ENGAGEMENT_HEED_CLOCK, "ti", e->heeded, (int64_t)SLICE);
	if (rows_count(r) > 0)
		hold(e, row_null(r, 0, 0) ? NULL : row_text(r, 0, 0));
	more = rows_count(r) > 0 && e->heeded;
	talloc_free(r);
	return more;
}
