/*
 * trial.c - slice by slice through the members (see trial.h)
 *
 * Where facts decide, through the candidates of the rule by index, else through everybody. A slice is read
 * with a handful of statements, however many members it has.
 */
#include <string.h>
#include <talloc.h>

#include "common/facts_moved.h"
#include "services/milestone/anniversary.h"
#include "services/milestone/cuts.h"
#include "services/milestone/store.h"
#include "services/milestone/trial.h"

enum {
	SLICE = 250
};
#define PATIENCE (2 * SECOND)

/* Those to be counted, of so many that were looked at. */
struct slice {
	const char **ids;
	size_t count, examined;
	const char *reach; /* NULL: these were the last */
};

/* Points and rewards of so many awards, as far as the cap goes. */
static void cost(struct trial *t, int64_t awards)
{
	const struct bonus *b = &t->of->bonus;
	int64_t points = b->points * awards, rewards = b->reward_id ? awards : 0;

	t->points += b->cap > 0 && points > b->cap ? b->cap : points;
	t->rewards += b->cap > 0 && rewards > b->cap ? b->cap : rewards;
}

static void count(struct request *req, struct trial *t, const char *member_id, int64_t awards)
{
	if (awards == 0)
		return;
	if (t->members < TRIAL_SAMPLE)
		t->sample[t->members] = talloc_strdup(req, member_id);
	t->members++;
	t->awards += awards;
	cost(t, awards);
}

static int64_t by_events(struct working_set *ws, struct member *m, const struct trial *t)
{
	struct tally *tally = settle_look(ws, m, t->of, t->at);
	int64_t awards = 0;
	size_t i;

	for (i = 0; i < tally->count; i++)
		awards += bucket_reached(t->of, &tally->buckets[i]);
	return awards;
}

static int64_t by_date(const struct member *m, const struct trial *t)
{
	day from = tz_day(m->zone, t->at), base;
	int64_t awards = 0;
	int n;

	if (!calendar_base(m, t->of, &base))
		return 0;
	for (n = anniversary_next(t->of, base, from); anniversary_day(t->of, base, n) < from + t->days; n++)
		awards += calendar_active(m, t->of, anniversary_day(t->of, base, n));
	return awards;
}

static const struct json *facts_then(struct request *req, const void *scratch, const struct trial *t,
				     const struct sweep_slice *found, size_t i)
{
	const struct milestones *m = req->daemon->state;
	const char *error;
	const struct json *facts = sweep_facts(scratch, found, i, &error);
	const struct tz *zone = tz_find(json_get_text(facts, "time_zone", ""));

	zone = zone ? zone : m->catalogue->zone;
	return facts && t->given ? facts_moved(scratch, facts, zone, tz_day(zone, t->at)) : facts;
}

static struct slice candidates(struct request *req, void *scratch, const struct trial *t,
			       const struct sweep *sweep, enum sweep_driver driver, const char *after)
{
	const struct json *facts;
	struct sweep_slice found;
	struct slice s = {0};
	size_t i;

	if (!sweep_read(req->db, scratch, sweep, driver, after, SLICE, &found))
		return s;
	s = (struct slice){talloc_array(scratch, const char *, found.count + 1), 0, found.count, found.reach};
	for (i = 0; i < found.count; i++) {
		facts = facts_then(req, scratch, t, &found, i);
		if (facts && judge_holds(scratch, t->of->rule, facts) &&
		    judge_holds(scratch, t->of->segment, facts))
			s.ids[s.count++] = sweep_member(&found, i);
	}
	return s;
}

static struct slice everybody(struct request *req, void *scratch, const char *after)
{
	struct slice s = {0};

	s.ids = store_members_after(req->db, scratch, after, SLICE, &s.count);
	s.examined = s.count;
	s.reach = s.count == SLICE ? s.ids[s.count - 1] : NULL;
	return s;
}

static void try_slice(struct request *req, void *scratch, struct trial *t, const struct slice *s)
{
	struct working_set *ws;
	struct member *m;
	size_t i;

	t->examined += (int64_t)s->examined;
	for (i = 0; t->of->rule && i < s->count; i++)
		count(req, t, s->ids[i], 1);
	if (t->of->rule || s->count == 0)
		return;
	ws = working_set_read(req->daemon, req->db, scratch, s->ids, s->count);
	if (ws && t->of->event)
		store_histories(ws, t->of->event);
	for (i = 0; ws && !db_failed(req->db) && i < ws->count; i++) {
		m = &ws->members[i];
		count(req, t, m->member_id, milestone_of_dates(t->of) ? by_date(m, t) : by_events(ws, m, t));
	}
}

/* At another time the facts are others than those that members are found by: then everybody is looked at. */
static struct sweep *sweep_for(struct request *req, const struct trial *t)
{
	static const struct json always = {.kind = JSON_BOOLEAN, .boolean = true};
	struct member_rule *rule = t->of->rule ? t->of->rule : t->of->segment;
	struct fault fault;

	if (rule && t->given)
		rule = member_rule_new(req, &always, &fault);
	return rule ? sweep_new(req, &rule, 1) : NULL;
}

void trial_run(struct request *req, struct trial *t)
{
	struct sweep *sweep = sweep_for(req, t);
	enum sweep_driver driver = sweep ? sweep_choose(req->db, req, sweep) : SWEEP_MEMBERS;
	int64_t until = clock_monotonic() + PATIENCE, cuts = cuts_count();
	struct slice s;
	void *scratch;

	t->reach = "";
	while (t->reach && clock_monotonic() < until && !db_failed(req->db)) {
		scratch = talloc_new(req);
		s = sweep ? candidates(req, scratch, t, sweep, driver, t->reach)
			  : everybody(req, scratch, t->reach);
		try_slice(req, scratch, t, &s);
		t->reach = s.reach ? talloc_strdup(req, s.reach) : NULL;
		talloc_free(scratch);
	}
	t->failed = cuts_count() - cuts;
	t->fault = t->failed > 0 ? cuts_last() : NULL;
}
