/*
 * refresh_facts.c - the job that keeps member_analytics.facts and finds what is new
 *
 * Members whose facts an event has outdated come first, then those whose facts are of an earlier
 * day. Going on from where the last slice ended, no member waits behind one that changes all
 * the time. Rows are locked to the commit, so instances take different members.
 */
#include <talloc.h>

#include "services/analytics/find_insights.h"
#include "services/analytics/jobs.h"

enum {
	SLICE = 50
};

/* Where the next slice begins; "" = from the start. */
static char *resume_after;

static void remember(struct daemon *d, const char *after)
{
	char *kept = talloc_strdup(d, after);

	talloc_free(resume_after);
	resume_after = kept;
}

static const char **take_slice(struct daemon *d, const void *scratch, day today, size_t *count)
{
	const char *after = resume_after ? resume_after : "";
	const char **ids = store_stale_members(d->db, scratch, after, SLICE, count);

	if (*count == 0 && *after)
		ids = store_stale_members(d->db, scratch, "", SLICE, count);
	remember(d, *count > 0 ? ids[*count - 1] : "");
	if (*count == 0)
		ids = store_outdated_members(d->db, scratch, today, SLICE, count);
	return ids;
}

/* The rows are locked, so all of them are there. */
static bool refresh_members(struct daemon *d, const void *scratch, const char *const *ids, size_t count,
			    day today, struct log_event **events, size_t *event_count)
{
	struct analytics *a = d->state;
	instant now = clock_now();
	struct member **members = store_members(d->db, scratch, ids, count);
	struct insights **of;

	if (members == NULL ||
	    (of = insights_evaluate(d->db, scratch, a->catalogue, members, count, now)) == NULL)
		return false;
	store_put_facts(d->db, scratch, of, count, today);
	store_seen_insights(d->db, scratch, of, count);
	return insights_publish(d, scratch, of, count, now, events, event_count);
}

bool refresh_facts(struct daemon *d)
{
	struct analytics *a = d->state;
	void *scratch = talloc_new(d);
	day today = tz_day(a->catalogue->zone, clock_now());
	struct log_event *events = NULL;
	const char **ids;
	size_t count = 0, event_count = 0;
	bool done;

	db_begin(d->db, NULL);
	ids = take_slice(d, scratch, today, &count);
	done = !db_failed(d->db) &&
	       (count == 0 || refresh_members(d, scratch, ids, count, today, &events, &event_count));
	if (done && db_run(d->db, "COMMIT") && event_count > 0)
		daemon_announce(d, events, event_count);
	talloc_free(scratch);
	return done && count == SLICE;
}
