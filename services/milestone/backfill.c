/*
 * backfill.c - a definition that was put to use goes through the members that were there before
 *
 * In the order of their ids, a bounded number at a time; the place moves in the same transaction, so it goes
 * on after whatever interrupts it. A member whose event comes first is settled by that, in the same way.
 */
#include <string.h>
#include <talloc.h>

#include "common/log.h"
#include "services/milestone/milestone.h"
#include "services/milestone/store.h"

enum {
	SLICE = 50
};

static void fill_member(struct working_set *ws, struct member *m, const struct milestone *of,
			const struct member_facts *f)
{
	struct cause why = {.time = clock_now(), .position = m->position};

	settle_policy(of, &why);
	if (milestone_of_dates(of))
		calendar_plan(ws, m, of, of->activated);
	else if (of->rule || (of->segment && !why.skipped))
		judge(ws, m, of, f ? f->facts : NULL, &why);
	else
		settle(ws, m, of, &why);
}

static const struct member_facts *facts_of(const struct member_facts *facts, size_t count,
					   const char *member_id)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(facts[i].member_id, member_id) == 0)
			return &facts[i];
	return NULL;
}

static void count_awards(const struct working_set *ws, int64_t *awarded, int64_t *skipped)
{
	size_t i, k;

	for (i = 0; i < ws->count; i++)
		for (k = 0; k < ws->members[i].award_count; k++)
			if (ws->members[i].awards[k]->changed)
				++*(ws->members[i].awards[k]->skipped ? skipped : awarded);
}

static bool fill_slice(struct daemon *d, void *scratch, const struct backfill_job *j,
		       const struct milestone *of, struct working_set **out)
{
	int64_t awarded = 0, skipped = 0;
	struct member_facts *facts;
	struct working_set *ws;
	const char **ids;
	size_t count, found = 0, i;

	ids = store_members_after(d->db, scratch, j->after, SLICE, &count);
	if (db_failed(d->db) || (ws = *out = working_set_open(d, d->db, scratch, ids, count)) == NULL)
		return false;
	facts = member_facts_load(d->db, scratch, ids, count, &found);
	store_places(ws, ids, count);
	for (i = 0; i < ws->count; i++)
		fill_member(ws, &ws->members[i], of, facts_of(facts, found, ws->members[i].member_id));
	count_awards(ws, &awarded, &skipped);
	store_move_backfill(d->db, scratch, j, count == SLICE ? ids[count - 1] : NULL, (int64_t)count,
			    awarded, skipped);
	return working_set_put(ws, scratch);
}

bool run_backfills(struct daemon *d)
{
	void *scratch = talloc_named_const(d, 0, "backfill");
	struct milestones *s = d->state;
	struct working_set *ws = NULL;
	const struct milestone *of;
	struct backfill_job *j;
	bool done = true;

	db_begin(d->db, NULL);
	catalogue_refresh(d);
	if ((j = store_claim_backfill(d->db, scratch)) != NULL) {
		of = catalogue_find(s->catalogue, j->milestone_id);
		if (of && of->version == j->version)
			done = fill_slice(d, scratch, j, of, &ws);
		else
			store_move_backfill(d->db, scratch, j, NULL, 0, 0, 0); /* it is not in use any more */
	}
	done = done && !db_failed(d->db) && db_run(d->db, "COMMIT");
	if (!done)
		log_warning("a backfill waits reason=\"%s\"", db_message(d->db));
	else if (ws && ws->event_count > 0)
		daemon_announce(d, ws->events, ws->event_count);
	talloc_free(scratch);
	return done && j != NULL;
}
