/*
 * judge.c - milestones that facts decide: rules, and segments that an award is confined to
 *
 * An event marks its member; the facts are asked once analytics has computed them up to that event. A rule
 * is not taken back when it stops being true: facts come and go by themselves.
 */
#include <talloc.h>

#include "common/log.h"
#include "services/milestone/milestone.h"
#include "services/milestone/store.h"

enum {
	SLICE = 50
};

static bool holds(const void *scratch, const struct logic *rule, const struct json *facts)
{
	const struct json *value;
	const char *error;

	return facts && logic_evaluate(scratch, rule, facts, NULL, &value, &error) && logic_true(value);
}

void judge(struct working_set *ws, struct member *m, const struct milestone *of, const struct json *facts,
	   const struct cause *why)
{
	struct cause each = *why;
	struct progress *p;
	day today;

	each.value = each.target = 1;
	if (of->rule) {
		today = tz_day(m->zone, why->time);
		if (why->time >= of->from && why->time < of->until && holds(ws, of->rule, facts) &&
		    (of->segment == NULL || holds(ws, of->segment, facts)))
			award_reach(ws, m, of,
				    of->per ? period_name(ws, of->per, today) : "once", &each);
	} else if (of->segment && holds(ws, of->segment, facts)) {
		if ((p = settle(ws, m, of, why)) != NULL)
			settle_reached(ws, m, of, p, why);
	}
}

static void judge_member(struct working_set *ws, const struct asked *a)
{
	struct cause why = {.time = clock_now(), .position = a->position};
	struct member *m = working_set_member(ws, a->member_id);
	size_t i;

	for (i = 0; i < ws->catalogue->count; i++)
		if (milestone_asks_facts(ws->catalogue->milestones[i]))
			judge(ws, m, ws->catalogue->milestones[i], a->facts, &why);
}

static bool judge_slice(struct daemon *d, void *scratch, const struct asked *asked, size_t count,
			struct working_set **out)
{
	const char **ids = talloc_array(scratch, const char *, count);
	struct working_set *ws;
	size_t i;

	for (i = 0; i < count; i++)
		ids[i] = asked[i].member_id;
	if ((ws = *out = working_set_open(d, d->db, scratch, ids, count)) == NULL)
		return false;
	for (i = 0; i < count; i++)
		judge_member(ws, &asked[i]);
	store_delete_pending(d->db, scratch, asked, count);
	return working_set_put(ws, scratch);
}

bool run_facts(struct daemon *d)
{
	void *scratch = talloc_named_const(d, 0, "facts");
	struct working_set *ws = NULL;
	struct asked *asked;
	size_t count = 0;
	bool done;

	db_begin(d->db, NULL);
	catalogue_refresh(d);
	asked = store_pending(d->db, scratch, SLICE, &count);
	done = !db_failed(d->db) && (count == 0 || judge_slice(d, scratch, asked, count, &ws)) &&
	       db_run(d->db, "COMMIT");
	if (!done)
		log_warning("facts wait reason=\"%s\"", db_message(d->db));
	else if (ws && ws->event_count > 0)
		daemon_announce(d, ws->events, ws->event_count);
	talloc_free(scratch);
	return done && count == SLICE;
}
