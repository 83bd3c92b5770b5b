/*
 * sweep_facts.c - the job that asks milestones over facts once a day: facts change by time alone
 *
 * Each milestone by itself goes through the candidates of its rule (of its segment, if it counts events) in
 * the order of their ids. A slice's awards and the place that it came to are one transaction, so it goes on
 * where it was, in whichever instance. It begins when all facts are of the programme's day: after downtime
 * once, with the facts as they are then.
 */
#include <talloc.h>

#include "common/log.h"
#include "common/sweep.h"
#include "services/milestone/milestone.h"
#include "services/milestone/store.h"

enum {
	SLICE = 100
};

/* Whom the rule is true of. */
struct found {
	const char **ids;
	const struct json **facts;
	size_t count;
};

static struct found find(const void *parent, const struct sweep_slice *s, const struct member_rule *rule)
{
	struct found f = {talloc_array(parent, const char *, s->count + 1),
			  talloc_array(parent, const struct json *, s->count + 1), 0};
	const struct json *facts;
	const char *error;
	size_t i;

	for (i = 0; i < s->count; i++) {
		facts = sweep_facts(parent, s, i, &error);
		if (facts == NULL || !judge_holds(parent, rule, facts))
			continue;
		f.ids[f.count] = sweep_member(s, i);
		f.facts[f.count++] = facts;
	}
	return f;
}

/* Most of them have it since long: those need not be held. */
static void leave_awarded(struct daemon *d, const void *scratch, const struct milestone *of, day today,
			  struct found *f)
{
	const char *name = period_name(scratch, of->per, today);
	size_t *places = talloc_array(scratch, size_t, f->count + 1), i;

	f->count = store_unawarded(d->db, scratch, f->ids, f->count, of->id, name[0] ? name : "once", places);
	for (i = 0; i < f->count; i++) {
		f->ids[i] = f->ids[places[i]];
		f->facts[i] = f->facts[places[i]];
	}
}

static struct working_set *judge_found(struct daemon *d, const void *scratch, const struct milestone *of,
				       const struct found *f)
{
	struct working_set *ws = working_set_open(d, d->db, scratch, f->ids, f->count);
	struct cause why = {.time = clock_now()};
	struct member *m;
	size_t i;

	if (ws == NULL)
		return NULL;
	store_places(ws, f->ids, f->count);
	for (i = 0; i < f->count; i++) {
		m = working_set_member(ws, f->ids[i]);
		why.position = m->position;
		judge(ws, m, of, f->facts[i], &why);
	}
	return ws;
}

static bool sweep_on(struct daemon *d, const void *scratch, struct fact_sweep *s, const struct milestone *of,
		     day today, struct working_set **out)
{
	struct member_rule *rule = of->rule ? of->rule : of->segment;
	struct sweep *sweep = sweep_new(scratch, &rule, 1);
	struct sweep_slice slice;
	struct found f;

	if (s->begins) {
		s->driver = sweep_choose(d->db, scratch, sweep);
		s->after = "";
		store_start_sweep(d->db, scratch, s, today);
	}
	if (!sweep_read(d->db, scratch, sweep, s->driver, s->after, SLICE, &slice))
		return false;
	f = find(scratch, &slice, rule);
	if (of->rule && f.count > 0)
		leave_awarded(d, scratch, of, today, &f);
	if (f.count > 0 && (*out = judge_found(d, scratch, of, &f)) == NULL)
		return false;
	store_move_sweep(d->db, scratch, s, slice.reach, (int64_t)slice.count,
			 *out ? (int64_t)(*out)->event_count : 0);
	return *out ? working_set_put(*out, scratch) : !db_failed(d->db);
}

/* A document that cannot be read, which is logged where it is, holds nobody up. */
static void pass_over(struct daemon *d, const void *scratch, const struct fact_sweep *s, day today)
{
	store_start_sweep(d->db, scratch, s, today);
	store_move_sweep(d->db, scratch, s, NULL, 0, 0);
}

bool run_fact_sweeps(struct daemon *d)
{
	void *scratch = talloc_named_const(d, 0, "sweep");
	struct milestones *m = d->state;
	struct working_set *ws = NULL;
	const struct milestone *of;
	struct fact_sweep *s;
	bool done = true;
	day today;

	db_begin(d->db, NULL);
	catalogue_refresh(d);
	today = tz_day(m->catalogue->zone, clock_now());
	if ((s = store_claim_sweep(d->db, scratch, today)) != NULL) {
		of = catalogue_find(m->catalogue, s->milestone_id);
		if (of && of->version == s->version)
			done = sweep_on(d, scratch, s, of, today, &ws);
		else
			pass_over(d, scratch, s, today);
	}
	done = done && !db_failed(d->db) && db_run(d->db, "COMMIT");
	if (!done)
		log_warning("a sweep waits reason=\"%s\"", db_message(d->db));
	else if (ws && ws->event_count > 0)
		daemon_announce(d, ws->events, ws->event_count);
	talloc_free(scratch);
	return done && s != NULL;
}
