/*
 * candidate.c - of a member, what might be told now: rules whose trigger fits and whose condition is true
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/engagement/data.h"
#include "services/engagement/look.h"

/* --- triggers ------------------------------------------------------------------------------------------ */

/* Its newest slot has not been looked at. One that is older than that is over: another comes, and what could
 * not wait says so as an expired occasion. */
static bool slot_fits(const struct look *l, const struct rule *r)
{
	instant slot;

	if (!r->schedule.set)
		return false;
	slot = schedule_slot(&r->schedule, l->m->zone, l->spread, l->m->now);
	return slot > l->judged_at && l->m->now - slot <= schedule_good(&r->schedule);
}

static bool same_value(const struct json *a, const struct json *b)
{
	struct json_writer *w;
	char *text;
	bool same;

	if (a == NULL || b == NULL) /* not there is null */
		return (a == NULL || a->kind == JSON_NULL) && (b == NULL || b->kind == JSON_NULL);
	if (a->kind != b->kind)
		return false;
	if (a->kind != JSON_OBJECT && a->kind != JSON_ARRAY)
		return a->kind == JSON_NULL      ? true
		       : a->kind == JSON_TEXT    ? strcmp(a->text, b->text) == 0
		       : a->kind == JSON_BOOLEAN ? a->boolean == b->boolean
						 : a->real == b->real;
	w = json_writer_new(NULL);
	json_put_value(w, NULL, a);
	text = talloc_strdup(NULL, json_text(w, NULL));
	json_writer_reset(w);
	json_put_value(w, NULL, b);
	same = strcmp(text, json_text(w, NULL)) == 0;
	talloc_free(text);
	talloc_free(w);
	return same;
}

/* What no rule asked for at the last look may have changed by an event since, not otherwise. */
static bool changed(const struct look *l, const char *fact)
{
	const struct json *before = json_get(l->judged, fact);

	return before ? !same_value(json_get(l->m->facts, fact), before) : l->by_event;
}

static bool change_fits(const struct look *l, const struct rule *r)
{
	size_t i;

	for (i = 0; i < r->change_count; i++)
		if (l->judged == NULL || changed(l, r->changes[i]))
			return true;
	return false;
}

static bool offer_fits(const struct look *l, const struct rule *r)
{
	size_t i;

	for (i = 0; r->about == ABOUT_OFFER && i < l->cause_count; i++)
		if (l->causes[i].offer)
			return true;
	return false;
}

/* --- what is said -------------------------------------------------------------------------------------- */

/* NULL also for null. The place of the expression in the rule is for the fault, should it run into a limit.
 */
static const struct json *value_of(struct look *l, const char *place, struct logic *logic,
				   const struct json *facts)
{
	const struct json *value = NULL;
	const char *error;

	if (logic && !logic_evaluate(l, logic, facts, NULL, &value, &error))
		l->fault = talloc_asprintf(l, "%s%s", place, error);
	return value && value->kind != JSON_NULL ? value : NULL;
}

static bool integer_of(struct look *l, const char *place, struct logic *logic, const struct json *facts,
		       int64_t *out)
{
	const struct json *v = value_of(l, place, logic, facts);

	if (v == NULL || (v->kind != JSON_INTEGER && v->kind != JSON_REAL) ||
	    fabs(v->real) > 9007199254740991.0)
		return false;
	*out = v->kind == JSON_INTEGER ? v->integer : llround(v->real);
	return true;
}

/* What is null is left out: a template that may do without it says nothing of it. */
static const struct json *facts_of(struct look *l, const struct rule *r, const struct json *facts)
{
	struct data *d = data_new(l);
	const struct json *v;
	const char *text, *place;
	size_t i;

	for (i = 0; i < r->fact_count; i++) {
		place = talloc_asprintf(d, "/facts/%s", r->facts[i].name);
		if ((v = value_of(l, place, r->facts[i].logic, facts)) != NULL)
			data_value(d, r->facts[i].name, v);
	}
	for (i = 0; i < r->word_count; i++)
		if ((text = words_choose(r->words[i].texts, l->locale)) != NULL)
			data_text(d, r->words[i].name, text);
	return data_object(d, NULL);
}

static const struct json *lots_of(struct look *l, const struct subject *s)
{
	struct data *d = data_new(l);
	struct json *array;
	size_t i;

	for (i = 0; i < s->lot_count; i++)
		data_integer(d, s->lots[i].id, s->lots[i].points);
	array = talloc_memdup(l, data_object(d, NULL), sizeof(*array));
	return array;
}

/* So many days from today as the rule says; none of what is past or absurd. */
static instant deadline_in_days(struct look *l, const struct rule *r, const struct subject *s)
{
	int64_t days;

	if (!integer_of(l, "/deadline_days", r->deadline_days, s->facts, &days) || days < 0 ||
	    days > RULE_DEADLINE_MAX)
		return INSTANT_NONE;
	return tz_day_start(l->m->zone, l->m->today + (day)days + 1);
}

static instant deadline_of(struct look *l, const struct rule *r, const struct subject *s)
{
	bool returns = r->about == ABOUT_BIRTHDAY || r->about == ABOUT_ANNIVERSARY;

	if (s->ends != INSTANT_NONE)
		return s->ends;
	if (s->last_day == DAY_NONE)
		return deadline_in_days(l, r, s);
	return tz_day_start(l->m->zone, s->last_day + (returns ? r->valid_days : 1));
}

/* A day that it is about is its end; else so many days, and no longer than a deadline. */
static instant valid_until_of(const struct look *l, const struct rule *r, const struct subject *s,
			      instant deadline)
{
	instant end = l->m->now + r->valid_days * DAY_SECONDS * SECOND;

	if (deadline == INSTANT_NONE)
		return end;
	return s->last_day != DAY_NONE || deadline < end ? deadline : end;
}

void candidate_fill(struct look *l, struct candidate *c, const struct subject *s)
{
	const struct rule *r = c->rule;
	const struct json *v = value_of(l, "/value", r->value, s->facts);

	c->value = v && (v->kind == JSON_INTEGER || v->kind == JSON_REAL) && isfinite(v->real) ? v->real : 0;
	c->facts = facts_of(l, r, s->facts);
	c->has_points = integer_of(l, "/points_at_stake", r->points_at_stake, s->facts, &c->points);
	c->has_value = integer_of(l, "/value_minor", r->value_minor, s->facts, &c->value_minor);
	v = c->has_value ? value_of(l, "/currency", r->currency, s->facts) : NULL;
	c->currency = v && v->kind == JSON_TEXT && strlen(v->text) == 3 ? v->text : NULL;
	c->has_value = c->has_value && c->currency;
	c->deadline = deadline_of(l, r, s);
	c->valid_until = valid_until_of(l, r, s, c->deadline);
	c->lots = s->lot_count > 0 ? lots_of(l, s) : NULL;
	c->sentence = words_fill(l, r->sentence, l->locale, c, l->m);
	c->action = r->action ? words_fill(l, r->action, l->locale, c, l->m) : NULL;
}

/* --- candidates ---------------------------------------------------------------------------------------- */

static struct candidate *add(struct look *l, const struct rule *r, const char *occasion)
{
	struct candidate *c;

	l->candidates = talloc_realloc(l, l->candidates, struct candidate, l->count + 1);
	c = &l->candidates[l->count++];
	*c = (struct candidate){.rule = r,
				.occasion = occasion,
				.alert_id = alert_id_of(l, r->rule_id, l->m->member_id, occasion),
				.deadline = INSTANT_NONE,
				.valid_until = l->m->now};
	return c;
}

static void lose(struct look *l, const struct rule *r, const char *occasion, enum loss loss,
		 const char *detail)
{
	struct candidate *c = add(l, r, occasion);

	c->loss = loss;
	c->detail = detail;
}

/* An alert of it was made before, or another trigger of this look has named it. */
static bool occasion_taken(const struct look *l, const char *alert_id)
{
	size_t i;

	for (i = 0; i < l->count; i++)
		if (l->candidates[i].loss == LOSS_NONE && strcmp(l->candidates[i].alert_id, alert_id) == 0)
			return true;
	return past_alert_of(l, alert_id) != NULL;
}

/* Leads whose whole time went by without a look: each an occasion that the condition, true now, is asked for.
 */
static void note_skipped(struct look *l, const struct rule *r, struct rule_count *count,
			 const struct subject *s, const char *key, size_t at)
{
	day looked = tz_day(l->m->zone, l->judged_at);
	size_t i;

	for (i = 0; i < at && r->lead_count > 0; i++)
		if (s->last_day - looked > r->leads[i]) {
			count->evaluated++;
			count->matched++;
			lose(l, r, occasion_of(l, key, r->leads[i]), LOSS_EXPIRED, "nobody looked in time");
		}
}

/* It ran into a limit: it says nothing, and why. */
static void fail(struct look *l, const struct rule *r, struct rule_count *count, const char *key,
		 const char *fault)
{
	count->failed++;
	count->fault = fault;
	lose(l, r, occasion_of(l, key, -1), LOSS_FAILED, fault);
}

static bool is_true(struct look *l, const struct rule *r, struct rule_count *count, const struct json *facts,
		    const char *key)
{
	const struct json *value;
	const char *error;

	count->evaluated++;
	if (logic_evaluate(l, r->condition, facts, NULL, &value, &error)) {
		count->matched += logic_true(value);
		return logic_true(value);
	}
	fail(l, r, count, key, talloc_asprintf(l, "/condition%s", error));
	return false;
}

/* The condition was true, and what is to be told ran into a limit: that is no match. */
static void unmatch(struct candidate *made, struct rule_count *count, const char *fault)
{
	made->loss = LOSS_FAILED;
	made->detail = count->fault = fault;
	count->matched--;
	count->failed++;
}

static void judge_subject(struct look *l, const struct rule *r, struct rule_count *count, struct subject *s,
			  const struct cause *c)
{
	const char *key, *occasion;
	struct candidate *made;
	bool late, taken;
	size_t at = 0;

	if (s->over ? occasion_asked(l, r, s) : !occasion_begun(r, s->last_day, l->m->today, &at, &s->lead))
		return;
	l->fault = NULL;
	key = occasion_key(l, r, s, c);
	if (l->fault)
		fail(l, r, count, key, l->fault);
	if (l->fault || !is_true(l, r, count, s->facts, key))
		return;
	occasion = occasion_of(l, key, s->lead);
	late = s->over || (c && c->at < l->oldest);
	taken = occasion_taken(l, alert_id_of(l, r->rule_id, l->m->member_id, occasion));
	if (!late)
		note_skipped(l, r, count, s, key, at);
	if (taken || (!late && lots_told(l, r, s))) {
		count->told++;
	} else if (late) {
		lose(l, r, occasion, LOSS_EXPIRED,
		     s->over ? "nobody looked in time" : "the event is too old");
	} else {
		made = add(l, r, occasion);
		candidate_fill(l, made, s);
		if (l->fault)
			unmatch(made, count, l->fault);
	}
}

static void judge_event(struct look *l, const struct rule *r, struct rule_count *count, const struct cause *c)
{
	struct subject subjects[SUBJECTS_MAX];
	size_t n = subjects_of(l, r, l->m, subjects), i;
	struct data *d;

	for (i = 0; i < n; i++) {
		d = data_new(l);
		data_value(d, "event", c->data);
		subjects[i].facts = data_object(d, subjects[i].facts);
		judge_subject(l, r, count, &subjects[i], c);
	}
}

static void judge_rule(struct look *l, const struct rule *r, struct rule_count *count)
{
	struct subject subjects[SUBJECTS_MAX];
	size_t i, n;

	for (i = 0; r->event_type && i < l->cause_count; i++)
		if (l->causes[i].rule_id && strcmp(l->causes[i].rule_id, r->rule_id) == 0) {
			if (l->causes[i].fault)
				fail(l, r, count, l->causes[i].event_id,
				     talloc_asprintf(l, "/trigger/event/when%s", l->causes[i].fault));
			else if (l->causes[i].data)
				judge_event(l, r, count, &l->causes[i]);
		}
	if (!l->all && !slot_fits(l, r) && !change_fits(l, r) && !offer_fits(l, r))
		return;
	n = subjects_of(l, r, l->m, subjects);
	for (i = 0; i < n; i++)
		judge_subject(l, r, count, &subjects[i], NULL);
}

/* Alerts that are open whatever their rule holds by: it cannot be told. */
static void fail_holds(struct look *l, const struct rule *r, struct rule_count *count)
{
	size_t i;

	for (i = 0; i < l->past_count; i++)
		if (l->past[i].fault && strcmp(l->past[i].rule_id, r->rule_id) == 0)
			fail(l, r, count, l->past[i].occasion, l->past[i].fault);
}

void find_candidates(struct look *l)
{
	size_t i;

	l->counts = talloc_zero_array(l, struct rule_count, l->catalogue->rule_count + 1);
	for (i = 0; i < l->catalogue->rule_count; i++) {
		fail_holds(l, l->catalogue->rules[i], &l->counts[i]);
		judge_rule(l, l->catalogue->rules[i], &l->counts[i]);
	}
}
