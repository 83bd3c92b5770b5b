/*
 * try_definition.c - what a milestone would award to the members that there are, and what that costs
 *
 * Real members, their real events up to the given moment, nothing written. Looked at in the order of their
 * ids for two seconds at most; `complete` says whether that were all.
 */
#include <string.h>
#include <talloc.h>

#include "services/milestone/anniversary.h"
#include "services/milestone/handlers.h"

enum {
	SLICE = 50,
	EXAMINED_MAX = 20000,
	SAMPLE = 10
};
#define PATIENCE (2 * SECOND)

struct trial {
	struct request *req;
	const struct milestone *of;
	instant at;
	int64_t days;
	int64_t examined, members, awards, points, rewards;
	const char *sample[SAMPLE];
	bool complete;
};

/* Points and rewards of so many awards, as far as the cap goes. */
static void cost(struct trial *t, int64_t awards)
{
	const struct bonus *b = &t->of->bonus;
	int64_t points = b->points * awards, rewards = b->reward_id ? awards : 0;

	t->points += b->cap > 0 && points > b->cap ? b->cap : points;
	t->rewards += b->cap > 0 && rewards > b->cap ? b->cap : rewards;
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
		awards++;
	return awards;
}

static bool holds(const void *scratch, const struct member_rule *rule, const struct json *facts)
{
	const char *error;

	return rule == NULL || (facts && member_rule_judge(scratch, rule, facts, &error) == VERDICT_TRUE);
}

static void try_member(struct trial *t, struct working_set *ws, struct member *m, const struct json *facts)
{
	int64_t awards;

	if (!holds(ws, t->of->segment, facts) || !holds(ws, t->of->rule, facts))
		awards = 0;
	else if (milestone_of_dates(t->of))
		awards = by_date(m, t);
	else
		awards = t->of->rule ? 1 : by_events(ws, m, t);
	t->examined++;
	if (awards == 0)
		return;
	if (t->members < SAMPLE)
		t->sample[t->members] = talloc_strdup(t->req, m->member_id);
	t->members++;
	t->awards += awards;
	cost(t, awards);
}

/* The next members after the given one; the place reached, NULL: these were the last. */
static const char *try_slice(struct trial *t, void *scratch, const char *after)
{
	struct member_facts *facts = NULL;
	struct working_set *ws;
	const struct json *of;
	const char **ids;
	size_t count, found = 0, i, k;

	ids = store_members_after(t->req->db, scratch, after, SLICE, &count);
	ws = working_set_read(t->req->daemon, t->req->db, scratch, ids, count);
	if (milestone_asks_facts(t->of))
		facts = member_facts_load(t->req->db, scratch, ids, count, &found);
	for (i = 0; ws && i < ws->count; i++) {
		for (of = NULL, k = 0; k < found; k++)
			if (strcmp(facts[k].member_id, ws->members[i].member_id) == 0)
				of = facts[k].facts;
		try_member(t, ws, &ws->members[i], of);
	}
	return count == SLICE ? talloc_strdup(t->req, ids[count - 1]) : NULL;
}

static void examine(struct trial *t)
{
	int64_t until = clock_monotonic() + PATIENCE;
	const char *after = "";
	void *scratch;

	while (after && t->examined < EXAMINED_MAX && clock_monotonic() < until && !db_failed(t->req->db)) {
		scratch = talloc_new(t->req);
		after = try_slice(t, scratch, after);
		talloc_free(scratch);
	}
	t->complete = after == NULL;
}

/* For all members what those that were looked at come to. */
static void put_estimate(const struct trial *t, struct json_writer *w)
{
	int64_t all = t->complete ? t->examined : store_count_members(t->req->db, t->req);
	double scale = t->examined > 0 ? (double)all / (double)t->examined : 1;

	json_open_object(w, "estimate");
	json_put_integer(w, "members", (int64_t)((double)t->members * scale + 0.5));
	json_put_integer(w, "awards", (int64_t)((double)t->awards * scale + 0.5));
	json_put_integer(w, "points", (int64_t)((double)t->points * scale + 0.5));
	json_put_integer(w, "rewards", (int64_t)((double)t->rewards * scale + 0.5));
	json_close(w);
}

static reply tell(const struct trial *t)
{
	struct json_writer *w = json_writer_new(t->req);
	char time[INSTANT_TEXT];
	int64_t i;

	json_open_object(w, NULL);
	json_put_boolean(w, "dry_run", true);
	json_put_text(w, "milestone_id", t->of->id);
	json_put_text(w, "at", instant_format(t->at, time));
	json_put_boolean(w, "complete", t->complete);
	json_put_integer(w, "examined", t->examined);
	json_put_integer(w, "members", t->members);
	json_put_integer(w, "awards", t->awards);
	json_open_object(w, "cost");
	json_put_integer(w, "points", t->points);
	json_put_integer(w, "rewards", t->rewards);
	json_close(w);
	put_estimate(t, w);
	json_open_array(w, "sample");
	for (i = 0; i < t->members && i < SAMPLE; i++)
		json_put_text(w, NULL, t->sample[i]);
	json_close(w);
	put_as_of(w);
	json_close(w);
	return reply_json(t->req, w);
}

reply try_definition(struct request *req, const struct try_definition_in *in)
{
	struct trial t = {.req = req, .days = in->days};
	reply out = NULL;

	if (req->body_length > 0)
		t.of = definition_body(req, in->milestone_id, &out);
	else
		t.of = definition_kept(req, in->milestone_id, in->has_version ? (int)in->version : 0, &out);
	if (t.of == NULL)
		return out;
	t.at = in->has_at ? ((instant)in->at * DAY_SECONDS + DAY_SECONDS / 2) * SECOND : clock_now();
	catalogue_refresh(req->daemon);
	examine(&t);
	return tell(&t);
}
