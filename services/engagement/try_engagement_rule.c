/*
 * try_engagement_rule.c - what a rule would tell whom, at a given time; nothing is told
 *
 * Candidates are taken in the order of their ids, by index where the condition bounds the members' facts,
 * until all were looked at, or 10,000, or two seconds are over. Each goes through the same look as it would
 * have, with what it was told before, but for the trigger, which is taken to fit, and for other rules.
 */
#include <string.h>
#include <talloc.h>

#include "common/sweep.h"
#include "gen/sql/engagement.h"
#include "services/engagement/engagement_json.h"
#include "services/engagement/engager.h"
#include "services/engagement/store_look.h"

enum {
	SLICE = 200,
	MEMBERS_MAX = 10000,
	SAMPLES_MAX = 20,
	FAULTS_MAX = 4
};
#define BUDGET (2 * SECOND)

struct trial {
	struct request *req;
	struct catalogue *catalogue; /* the one in force, with this rule alone */
	const struct rule *rule;
	instant now;
	bool given; /* another time than now */
	const struct json *event;
	/* what was found */
	struct json_writer *samples;
	int64_t examined, evaluated, matched, failed, outcomes[LOSS_COUNT];
	const char *fault;
	size_t sampled;
	bool complete;
};

/* --- the request -------------------------------------------------------------------------------------------
 */

/* By itself, so that pointers to its faults begin with it. */
static const struct json *detached(struct request *req, const struct json *v)
{
	struct json_writer *w = json_writer_new(req);
	const char *error, *text;
	size_t length;

	json_put_value(w, NULL, v);
	text = json_text(w, &length);
	return json_parse(req, text, length, &error);
}

static const struct json *document_of(struct request *req, const struct json *body, const char *rule_id,
				      int64_t *version)
{
	const struct json *given = json_get(body, "rule");
	struct rows *r;
	const char *error, *text;

	*version = 0;
	if (given)
		return detached(req, given);
	r = db_query(req->db, req, SQL_ENGAGEMENT_GET_RULE, "ti", rule_id, (int64_t)0);
	text = rows_count(r) > 0 ? row_text(r, 0, 5) : NULL;
	*version = text ? row_integer(r, 0, 1) : 0;
	return text ? json_parse(req, text, strlen(text), &error) : NULL;
}

static const struct fault at_fault = {"/at", "must be a day or an instant"};
static const struct fault event_fault = {"/event", "is for a rule that an event triggers"};

/* An instant, or a day: its noon, in the programme's zone. */
static bool read_at(struct trial *t, const struct json *v)
{
	day d;

	t->given = v != NULL;
	if (v == NULL)
		return true;
	if (v->kind == JSON_TEXT && day_parse(v->text, &d))
		t->now = tz_from_local(t->catalogue->zone, (int64_t)d * DAY_SECONDS + DAY_SECONDS / 2);
	else if (v->kind != JSON_TEXT || !instant_parse(v->text, &t->now))
		return false;
	return true;
}

static size_t check_body(const struct request *req, const struct json *body, struct fault faults[FAULTS_MAX])
{
	const struct json *v;
	size_t n = 0;

	for (v = body->kind == JSON_OBJECT ? body->first : NULL; v && n < FAULTS_MAX; v = v->next)
		if (strcmp(v->name, "rule") != 0 && strcmp(v->name, "at") != 0 &&
		    strcmp(v->name, "event") != 0)
			faults[n++] = (struct fault){json_pointer(req, v), "is none of rule, at, event"};
	if (n < FAULTS_MAX && (v = json_get(body, "event")) != NULL && v->kind != JSON_OBJECT)
		faults[n++] = (struct fault){"/event", "must be an object, an event's data"};
	if (body->kind != JSON_OBJECT)
		faults[n++] = (struct fault){"", "must be an object"};
	return n;
}

/* --- the members -------------------------------------------------------------------------------------------
 */

static const char *outcome_name(const struct candidate *c)
{
	return c->loss == LOSS_NONE ? "told" : loss_name(c->loss);
}

static void put_sample(struct trial *t, const struct look *l, const struct candidate *c)
{
	char time[INSTANT_TEXT];

	if (t->sampled++ >= SAMPLES_MAX)
		return;
	json_open_object(t->samples, NULL);
	json_put_text(t->samples, "member_id", l->m->member_id);
	json_put_text(t->samples, "outcome", outcome_name(c));
	json_put_text(t->samples, "detail", c->detail);
	json_put_text(t->samples, "occasion", c->occasion);
	json_put_text(t->samples, "sentence", c->sentence);
	if (c->facts)
		json_put_value(t->samples, "facts", c->facts);
	json_put_text(t->samples, "deadline",
		      c->deadline == INSTANT_NONE ? NULL : instant_format(c->deadline, time));
	json_close(t->samples);
}

static void tally(struct trial *t, const struct look *l)
{
	size_t i;

	t->evaluated += l->counts[0].evaluated;
	t->matched += l->counts[0].matched;
	t->failed += l->counts[0].failed;
	if (l->counts[0].fault)
		t->fault = talloc_strdup(t->req, l->counts[0].fault);
	for (i = 0; i < l->count; i++) {
		t->outcomes[l->candidates[i].loss]++;
		put_sample(t, l, &l->candidates[i]);
	}
}

static const char *causes_of(const struct trial *t, const void *scratch)
{
	struct json_writer *w = json_writer_new(scratch);
	char time[INSTANT_TEXT];

	json_open_array(w, NULL);
	if (t->event) {
		json_open_object(w, NULL);
		json_put_text(w, "rule_id", t->rule->rule_id);
		json_put_text(w, "event_id", "dry-run");
		json_put_text(w, "at", instant_format(t->now, time));
		json_put_value(w, "data", t->event);
		json_close(w);
	}
	json_close(w);
	return json_text(w, NULL);
}

/* Facts as they are will do, and nothing counts as missed. */
static void try_slice(struct trial *t, const void *scratch, const struct sweep_slice *s)
{
	struct claimed *claimed = talloc_array(scratch, struct claimed, s->count + 1);
	const char *causes = causes_of(t, scratch);
	struct look **looks;
	size_t i;

	for (i = 0; i < s->count; i++)
		claimed[i] = (struct claimed){
			sweep_member(s, i), CLAIM_ANY_FACTS, t->now, causes, NULL, false};
	looks = store_looks(t->req->db, scratch, t->catalogue, claimed, s->count, t->now);
	for (i = 0; looks && i < s->count; i++)
		if (looks[i]) {
			looks[i]->all = t->event == NULL;
			look_at(looks[i]);
			tally(t, looks[i]);
		}
	t->examined += (int64_t)s->count;
}

/* At another time the facts are others than those that members are found by. */
static struct sweep *sweep_for(const struct trial *t)
{
	static const char *const bounded[BOUND_COUNT] = {"tier", "region", "points_balance",
							 "days_since_purchase"};
	struct member_rule *found = talloc_zero(t->req, struct member_rule);
	const struct json always = {.kind = JSON_BOOLEAN, .boolean = true};
	const char *error;

	found->logic = t->given ? logic_parse(found, &always, &error) : t->rule->condition;
	found->bounds = rule_bounds_new(found, found->logic, bounded, BOUND_COUNT);
	return sweep_new(found, &found, 1);
}

static void try_members(struct trial *t)
{
	struct sweep *sweep = sweep_for(t);
	enum sweep_driver driver = sweep_choose(t->req->db, t->req, sweep);
	int64_t until = clock_monotonic() + BUDGET;
	const char *after = "";
	struct sweep_slice s;
	void *scratch;

	while (t->examined < MEMBERS_MAX && clock_monotonic() < until) {
		scratch = talloc_new(t->req);
		if (!sweep_read(t->req->db, scratch, sweep, driver, after, SLICE, &s))
			return;
		try_slice(t, scratch, &s);
		t->complete = s.reach == NULL;
		after = s.reach ? talloc_strdup(t->req, s.reach) : after;
		talloc_free(scratch);
		if (t->complete)
			return;
	}
}

/* --- the answer --------------------------------------------------------------------------------------------
 */

static reply answer(struct trial *t)
{
	struct json_writer *w = json_writer_new(t->req);
	char time[INSTANT_TEXT];
	const char *samples;
	size_t length;
	int l;

	json_close(t->samples);
	samples = json_text(t->samples, &length);
	json_open_object(w, NULL);
	json_put_text(w, "rule_id", t->rule->rule_id);
	json_put_integer(w, "version", t->rule->version);
	json_put_text(w, "at", instant_format(t->now, time));
	json_put_integer(w, "examined", t->examined);
	json_put_boolean(w, "complete", t->complete);
	json_put_integer(w, "evaluated", t->evaluated);
	json_put_integer(w, "matched", t->matched);
	json_put_integer(w, "failed", t->failed);
	json_put_text(w, "fault", t->fault);
	json_open_object(w, "outcomes");
	for (l = 0; l < LOSS_COUNT; l++)
		if (t->outcomes[l] > 0)
			json_put_integer(w, l == LOSS_NONE ? "told" : loss_name((enum loss)l),
					 t->outcomes[l]);
	json_close(w);
	json_put_raw(w, "samples", samples, length);
	put_as_of(w);
	json_close(w);
	return reply_json(t->req, w);
}

/* The catalogue in force, with this rule alone. */
static struct catalogue *alone(struct request *req, const struct catalogue *c, struct rule *r)
{
	struct catalogue *copy = talloc_memdup(req, c, sizeof(*copy));

	copy->rules = talloc_memdup(copy, &r, sizeof(r));
	copy->rule_count = 1;
	copy->watched_count = 0;
	return copy;
}

/* Of a rule in the body the places are within it. */
static reply reply_rule_faults(struct request *req, const struct json *body, struct fault *faults,
			       size_t count)
{
	size_t i;

	for (i = 0; i < count && json_get(body, "rule"); i++)
		faults[i].pointer = talloc_asprintf(req, "/rule%s", faults[i].pointer);
	return reply_faults(req, ERR_UNPROCESSABLE, talloc_memdup(req, faults, count * sizeof(*faults)),
			    count);
}

reply try_engagement_rule(struct request *req, const struct try_engagement_rule_in *in)
{
	const char *error;
	const struct json *body = json_parse(req, req->body, req->body_length, &error), *document;
	struct catalogue *c = catalogue_current(req->daemon);
	struct trial t = {.req = req, .now = clock_now(), .samples = json_writer_new(req)};
	struct fault faults[RULE_FAULTS_MAX];
	struct rule *rule;
	int64_t version;
	size_t count;

	if (body == NULL)
		return reply_error(req, ERR_MALFORMED, "%s", error);
	if ((count = check_body(req, body, faults)) > 0)
		return reply_faults(req, ERR_INVALID, talloc_memdup(req, faults, count * sizeof(*faults)),
				    count);
	document = document_of(req, body, in->rule_id, &version);
	if (document == NULL || c == NULL)
		return reply_not_found(req, "rule", in->rule_id);
	rule = rule_read(req, in->rule_id, (int)version, document, faults, &count);
	if (rule == NULL)
		return reply_rule_faults(req, body, faults, count);
	t.rule = rule;
	t.catalogue = alone(req, c, rule);
	t.event = json_get(body, "event");
	if (!read_at(&t, json_get(body, "at")))
		return reply_faults(req, ERR_INVALID, &at_fault, 1);
	if (t.event && rule->event_type == NULL)
		return reply_faults(req, ERR_INVALID, &event_fault, 1);
	json_open_array(t.samples, NULL);
	try_members(&t);
	return answer(&t);
}
