/*
 * plan_members.c - the job that has everybody looked at again after rules or the programme have changed
 *
 * When a member is looked at next was planned by the rules of then (outlook.c). With others everybody becomes
 * due within offer_spread, at the time that the member's hash says. A slice and the place that it came to are
 * one transaction.
 */
#include <talloc.h>

#include "common/log.h"
#include "gen/sql/engagement.h"
#include "services/engagement/engager.h"

enum {
	SLICE = 250
};

/* Once for each pair of versions that this instance sees. */
static void note_versions(struct engager *e, const struct catalogue *c, const void *scratch, const char *plan)
{
	if (e->planned_rules == c->rules_version && e->planned_programme == c->programme_version)
		return;
	db_query(e->daemon->db, scratch, SQL_ENGAGEMENT_PUT_PLAN, "t", plan);
	if (db_failed(e->daemon->db))
		return;
	e->planned_rules = c->rules_version;
	e->planned_programme = c->programme_version;
}

static int64_t plan_slice(struct daemon *d, const void *scratch, const struct catalogue *c, const char *plan,
			  const char *after)
{
	struct rows *r = db_query(d->db, scratch, SQL_ENGAGEMENT_PLAN_SLICE, "tibi", after, (int64_t)SLICE,
				  c->holdout_key, (size_t)HOLDOUT_KEY, engagement.offer_spread);
	int64_t count = row_integer(r, 0, 0);

	db_query(d->db, scratch, SQL_ENGAGEMENT_MOVE_PLAN, "ttio", plan, count > 0 ? row_text(r, 0, 1) : NULL,
		 count, count < SLICE);
	return count;
}

bool plan_members(struct daemon *d)
{
	void *scratch = talloc_named_const(d, 0, "plan");
	struct catalogue *c = catalogue_current(d);
	struct engager *e = d->state;
	struct rows *r = NULL;
	int64_t count = 0;
	char *plan;

	if (c) {
		plan = talloc_asprintf(scratch, "rules %lld programme %lld", (long long)c->rules_version,
				       (long long)c->programme_version);
		db_begin(d->db, "SET LOCAL synchronous_commit = off");
		note_versions(e, c, scratch, plan);
		r = db_query(d->db, scratch, SQL_ENGAGEMENT_CLAIM_PLAN, "t", plan);
		if (rows_count(r) > 0)
			count = plan_slice(d, scratch, c, plan, row_text(r, 0, 0));
		if (db_failed(d->db) || !db_run(d->db, "COMMIT"))
			log_warning("members wait to be planned reason=\"%s\"", db_message(d->db));
	}
	talloc_free(scratch);
	return count == SLICE;
}
