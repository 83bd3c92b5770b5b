/*
 * judge.c - milestones that facts decide: rules, and segments that an award is confined to
 *
 * An event marks its member; the facts are asked once analytics has computed them up to that event. A rule
 * is not taken back when it stops being true: facts come and go by themselves.
 */
#include <talloc.h>

#include "common/log.h"
#include "services/milestone/cuts.h"
#include "services/milestone/milestone.h"
#include "services/milestone/store.h"

enum {
	SLICE = 50
};

bool judge_holds(const void *scratch, const struct member_rule *rule, const struct json *facts)
{
	enum rule_verdict verdict;
	const char *error;

	if (rule == NULL || facts == NULL)
		return rule == NULL;
	verdict = member_rule_judge(scratch, rule, facts, &error);
	if (verdict == VERDICT_FAILED)
		cuts_add(rule->owner, rule->place, error);
	return verdict == VERDICT_TRUE;
}

static void judge_rule(struct working_set *ws, struct member *m, const struct milestone *of,
		       const struct json *facts, const struct cause *why)
{
	const char *name = period_name(ws, of->per, tz_day(m->zone, why->time));
	struct cause each = *why;

	each.value = each.target = 1;
	if (why->time >= of->from && why->time < of->until && judge_holds(ws, of->rule, facts) &&
	    judge_holds(ws, of->segment, facts))
		award_reach(ws, m, of, name[0] ? name : "once", &each);
}

void judge(struct working_set *ws, struct member *m, const struct milestone *of, const struct json *facts,
	   const struct cause *why)
{
	struct progress *p;

	if (of->rule)
		judge_rule(ws, m, of, facts, why);
	else if (judge_holds(ws, of->segment, facts) && (p = settle(ws, m, of, why)) != NULL)
		settle_reached(ws, m, of, p, NULL, why);
}

static void judge_member(struct working_set *ws, const struct member_facts *f)
{
	struct member *m = working_set_member(ws, f->member_id);
	/* Facts may count events that are not applied here yet; those may still take back what is awarded. */
	struct cause why = {.time = clock_now(), .position = m->position};
	size_t i;

	for (i = 0; i < ws->catalogue->count; i++)
		if (milestone_asks_facts(ws->catalogue->milestones[i]))
			judge(ws, m, ws->catalogue->milestones[i], f->facts, &why);
}

static bool judge_slice(struct daemon *d, void *scratch, const char *const *ids, size_t count,
			struct working_set **out)
{
	struct working_set *ws = *out = working_set_open(d, d->db, scratch, ids, count);
	struct member_facts *facts;
	size_t i, found;

	if (ws == NULL || (facts = member_facts_load(d->db, scratch, ids, count, &found)) == NULL)
		return false;
	store_places(ws, ids, count);
	for (i = 0; i < found; i++)
		judge_member(ws, &facts[i]);
	store_delete_pending(d->db, scratch, facts, found);
	return working_set_put(ws, scratch);
}

bool run_facts(struct daemon *d)
{
	void *scratch = talloc_named_const(d, 0, "facts");
	struct working_set *ws = NULL;
	const char **ids;
	size_t count = 0;
	bool done;

	db_begin(d->db, NULL);
	catalogue_refresh(d);
	ids = store_pending(d->db, scratch, SLICE, &count);
	done = !db_failed(d->db) && (count == 0 || judge_slice(d, scratch, ids, count, &ws)) &&
	       db_run(d->db, "COMMIT");
	if (!done)
		log_warning("facts wait reason=\"%s\"", db_message(d->db));
	else if (ws && ws->event_count > 0)
		daemon_announce(d, ws->events, ws->event_count);
	talloc_free(scratch);
	return done && count == SLICE;
}
