/*
 * test_outlook.c - who is looked at only when a rule may find something is told what daily looks would tell
 *
 * Members whose facts move as the vocabulary says, and anyhow where it says nothing, are looked at once;
 * then, for four weeks, it is found out for each day and rule whether a look at its slot would find
 * something. The planned time must not be later. How often it was too early is counted, too: a plan that
 * names every day would be right, and worthless.
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "gen/engagement_rules.h"
#include "services/engagement/look.h"
#include "tests/unit/unit.h"

enum {
	MEMBERS = 6000,
	DAYS = 28,
	LOTS = 2,
	BASE_RULES = sizeof(base_rules) / sizeof(base_rules[0])
};

/* Beside those of the release: other days, hours and leads, and conditions that cannot be read for bounds. */
static const struct {
	const char *rule_id, *document;
} more_rules[] = {
	{"after",
	 "{\"trigger\":{\"schedule\":{\"every\":\"day\",\"hour\":20}},\"condition\":{\"in\":[{\"var\":"
	 "\"days_since_purchase\"},[11,23]]}"},
	{"sunday",
	 "{\"trigger\":{\"schedule\":{\"every\":\"sunday\",\"hour\":0}},\"condition\":{\"and\":[{\"<=\":["
	 "{\"var\":\"purchases_30d\"},2]},{\">\":[{\"var\":\"purchases_90d\"},2]}]}"},
	{"computed",
	 "{\"trigger\":{\"schedule\":{\"every\":\"day\",\"hour\":7,\"spread_hours\":16}},\"condition\":{"
	 "\"and\":[{\"==\":["
	 "{\"%\":[{\"var\":\"tenure_days\"},17]},3]},{\">\":[{\"var\":\"tier_progress\"},0.95]}]}"},
	{"early",
	 "{\"trigger\":{\"schedule\":{\"every\":\"day\",\"hour\":8}},\"about\":\"birthday\",\"lead_days\":"
	 "[14,3],\"condition\":{\"!\":{\"var\":\"next_tier\"}}"},
	{"none", "{\"trigger\":{\"schedule\":{\"every\":\"day\",\"hour\":8}},\"condition\":{\"==\":[{\"var\":"
		 "\"days_since_purchase\"},null]}"},
	{"never", "{\"trigger\":{\"schedule\":{\"every\":\"day\",\"hour\":8}},\"condition\":false"},
};
enum {
	RULES = BASE_RULES + sizeof(more_rules) / sizeof(more_rules[0])
};

static uint64_t state;

static int upto(int n)
{
	state = state * 6364136223846793005u + 1442695040888963407u;
	return (int)((state >> 33) % (uint64_t)n);
}

static const struct json *parse(const void *parent, const char *text)
{
	const char *error = NULL;
	const struct json *v = json_parse(parent, text, strlen(text), &error);

	ck_assert_msg(v != NULL, "%s in %s", error, text);
	return v;
}

static struct rule *rule_of(const void *parent, const char *rule_id, const char *document)
{
	struct fault faults[RULE_FAULTS_MAX];
	size_t count;
	struct rule *r = rule_read(parent, rule_id, 1, parse(parent, document), faults, &count);

	ck_assert_msg(r != NULL, "%s: %s %s", rule_id, faults[0].pointer, faults[0].detail);
	return r;
}

static struct catalogue *catalogue_of(const void *parent)
{
	struct catalogue *c = talloc_zero(parent, struct catalogue);
	char *document;
	size_t i;

	c->rules = talloc_array(c, struct rule *, RULES);
	for (i = 0; i < BASE_RULES; i++)
		c->rules[c->rule_count++] = rule_of(c, base_rules[i].rule_id, base_rules[i].document);
	for (i = 0; i < RULES - BASE_RULES; i++) {
		document = talloc_asprintf(
			c, "%s,\"kind\":\"%s\",\"category\":\"insights\",\"sentence\":{\"en\":\"x\"}}",
			more_rules[i].document, more_rules[i].rule_id);
		c->rules[c->rule_count++] = rule_of(c, more_rules[i].rule_id, document);
	}
	c->zone = tz_utc();
	c->tiers = talloc_zero_array(c, struct tier, 2);
	c->tiers[0] = (struct tier){"silver", 500};
	c->tiers[1] = (struct tier){"gold", 2000};
	c->tier_count = 2;
	c->rewards = talloc_zero_array(c, struct reward, 1);
	c->rewards[0] = (struct reward){
		.reward_id = "cup", .name = "cup", .points = 400, .from = INSTANT_MIN, .to = INSTANT_NONE};
	c->reward_count = 1;
	return c;
}

/* Some rules of it, as a programme may have them. */
static struct catalogue *some_of(const void *parent, const struct catalogue *all, int count)
{
	struct catalogue *c = talloc_memdup(parent, all, sizeof(*all));

	c->rules = talloc_array(c, struct rule *, (size_t)count);
	for (c->rule_count = 0; c->rule_count < (size_t)count; c->rule_count++)
		c->rules[c->rule_count] = all->rules[upto((int)all->rule_count)];
	return c;
}

/* --- a member, and its facts on any day ----------------------------------------------------------------- */

struct someone {
	const char *zone, *tier, *next_tier, *lots;
	day first, last, birth, enrolled, tier_ends; /* DAY_NONE: none */
	int weeks, purchases[40], redeemed, falls;
	struct {
		day last;
		int points;
	} lot[LOTS];
	int forever; /* points that do not end */
	double spread;
};

static day maybe(day d, int chance)
{
	return upto(chance) ? d : DAY_NONE;
}

static void someone_new(struct someone *s, const void *scratch, day today, uint64_t seed)
{
	static const char *const zones[] = {"UTC", "Pacific/Auckland", "America/St_Johns", "Europe/London"};
	const struct tz *zone;
	char *lots;
	int i;

	state = seed * 2654435761u + 99;
	*s = (struct someone){.zone = zones[upto(4)], .first = DAY_NONE};
	zone = tz_find(s->zone);
	s->last = maybe(today - (upto(2) ? upto(30) : upto(400)), 5);
	s->weeks = s->last == DAY_NONE ? 0 : 1 + upto(7);
	s->birth = maybe(today - 12000 - upto(365), 4);
	s->enrolled = maybe(today - (upto(2) ? upto(40) : upto(1500)), 6);
	s->tier = (const char *[]){NULL, "silver", "gold"}[upto(3)];
	s->next_tier = s->tier == NULL ? "silver" : strcmp(s->tier, "silver") == 0 ? "gold" : NULL;
	s->tier_ends = maybe(today + upto(90), 2);
	s->redeemed = upto(2) * 100;
	s->forever = upto(3) ? upto(1500) : -50;
	s->spread = upto(1000) / 1000.0;
	lots = talloc_strdup(scratch, "[");
	for (i = 0; i < LOTS; i++) {
		s->lot[i].last = today + upto(40);
		s->lot[i].points = upto(3) ? upto(200) : 0;
		if (s->lot[i].points > 0)
			lots = talloc_asprintf_append(lots, "%s[\"lot%d\",0,%lld,%d]", lots[1] ? "," : "", i,
						      (long long)tz_day_start(zone, s->lot[i].last + 1),
						      s->lot[i].points);
	}
	s->lots = talloc_asprintf_append(lots, "]");
}

static void put_days(struct json_writer *w, const char *name, bool known, int64_t value)
{
	if (known)
		json_put_integer(w, name, value);
	else
		json_put_null(w, name);
}

static void put_points(struct json_writer *w, const struct someone *s, day d)
{
	int64_t balance = s->forever, next = -1;
	int i;

	for (i = 0; i < LOTS; i++)
		if (s->lot[i].last >= d && s->lot[i].points > 0) {
			balance += s->lot[i].points;
			next = next < 0 || s->lot[i].last - d < next ? s->lot[i].last - d : next;
		}
	json_put_integer(w, "points_balance", balance);
	put_days(w, "points_expire_in_days", next >= 0, next);
}

static void put_streak(struct json_writer *w, const struct someone *s, day d)
{
	day monday = d - day_weekday(d);
	bool current = s->last != DAY_NONE && s->last >= monday - 7;

	json_put_integer(w, "streak_weeks", current ? s->weeks : 0);
	put_days(w, "streak_weeks_days_left", current && s->last < monday, monday + 7 - d);
}

/* What only falls, falls at times; what moves anyhow is another each day. */
static void put_sums(struct json_writer *w, struct someone *s)
{
	s->falls += upto(5) == 0;
	json_put_integer(w, "transactions", s->last == DAY_NONE ? 0 : 8);
	json_put_integer(w, "purchases_30d", s->last == DAY_NONE || s->falls > 5 ? 0 : 5 - s->falls);
	json_put_integer(w, "purchases_90d", s->last == DAY_NONE || s->falls > 9 ? 0 : 9 - s->falls);
	json_put_integer(w, "points_redeemed", s->redeemed);
	json_put_integer(w, "points_expiring_30d", upto(2));
	json_put_integer(w, "next_tier_points_needed", upto(300));
	json_put_integer(w, "tier_keep_points_needed", upto(3) * 100);
	json_put_integer(w, "spend_365d_minor", upto(100000));
	json_put_real(w, "purchase_interval_median_days", upto(30));
	json_put_real(w, "tier_progress", upto(100) / 100.0);
	json_put_real(w, "points_earn_rate", upto(500));
	put_days(w, "days_since_redemption", s->redeemed > 0, upto(400));
}

static const struct json *facts_on(const void *parent, struct someone *s, day d)
{
	struct json_writer *w = json_writer_new(parent);
	const struct tz *zone = tz_find(s->zone);
	char text[INSTANT_TEXT], date[DAY_TEXT];
	size_t length;

	json_open_object(w, NULL);
	json_put_text(w, "day", day_format(d, date));
	json_put_text(w, "time_zone", s->zone);
	json_put_text(w, "tier", s->tier);
	json_put_text(w, "next_tier", s->next_tier);
	json_put_text(w, "birth_date", s->birth == DAY_NONE ? NULL : day_format(s->birth, date));
	json_put_text(w, "enrolled_at",
		      s->enrolled == DAY_NONE ? NULL : instant_format(tz_day_start(zone, s->enrolled), text));
	json_put_text(w, "last_transaction_at",
		      s->last == DAY_NONE ? NULL : instant_format(tz_day_start(zone, s->last), text));
	put_days(w, "days_since_purchase", s->last != DAY_NONE, d - s->last);
	put_days(w, "enrolled_days", s->enrolled != DAY_NONE, d - s->enrolled);
	put_days(w, "tenure_days", s->enrolled != DAY_NONE, d - s->enrolled);
	put_days(w, "tier_deadline_days", s->tier_ends != DAY_NONE && s->tier_ends >= d, s->tier_ends - d);
	put_days(w, "birthday_in_days", s->birth != DAY_NONE, day_anniversary(s->birth, d) - d);
	put_days(w, "anniversary_in_days", s->enrolled != DAY_NONE, day_anniversary(s->enrolled, d) - d);
	put_streak(w, s, d);
	put_points(w, s, d);
	put_sums(w, s);
	json_close(w);
	return parse(parent, json_text(w, &length));
}

/* --- looks ---------------------------------------------------------------------------------------------- */

static struct look *look_new(const void *parent, struct catalogue *c, struct someone *s, instant judged,
			     instant now)
{
	struct look *l = talloc_zero(parent, struct look);

	l->catalogue = c;
	l->judged_at = judged;
	l->judged = facts_on(l, s, tz_day(tz_find(s->zone), now));
	l->m = member_view_new(l, "m", l->judged, parse(l, s->lots), c, judged, now);
	l->locale = "en";
	l->spread = s->spread;
	l->per_day = l->per_week = 100;
	l->oldest = l->ahead = INSTANT_NONE;
	l->wishes.marketing = true;
	return l;
}

/* What was told before and what the first look told is known to the later ones. */
static void carry_over(struct look *later, const struct look *first)
{
	const struct candidate *c;
	size_t i;

	later->past = talloc_zero_array(later, struct past_alert, first->past_count + first->count + 1);
	for (i = 0; i < first->past_count; i++)
		later->past[later->past_count++] = first->past[i];
	for (i = 0; i < first->count; i++) {
		c = &first->candidates[i];
		if (c->loss == LOSS_NONE)
			later->past[later->past_count++] = (struct past_alert){.alert_id = c->alert_id,
									       .rule_id = c->rule->rule_id,
									       .occasion = c->occasion,
									       .created = first->m->now,
									       .lots = c->lots,
									       .valid_until = INSTANT_MAX};
	}
}

/* A rule spoke some time ago: of what it would speak of now, or of something else. */
static void spoke_before(struct look *first)
{
	const struct rule *r = first->catalogue->rules[0];
	struct look *then = talloc_zero(first, struct look);
	const char *occasion = "something else";

	*then = *first;
	then->all = true;
	look_at(then);
	if (then->count > 0 && upto(2))
		r = then->candidates[0].rule;
	if (then->count > 0 && r == then->candidates[0].rule)
		occasion = then->candidates[0].occasion;
	first->past = talloc_zero_array(first, struct past_alert, 1);
	first->past_count = 1;
	first->past[0] = (struct past_alert){.alert_id = alert_id_of(first, r->rule_id, "m", occasion),
					     .rule_id = r->rule_id,
					     .occasion = occasion,
					     .state = ALERT_ACTED,
					     .created = first->m->now - upto(80) * DAY_SECONDS * SECOND,
					     .valid_until = INSTANT_MAX};
}

struct tally {
	size_t found, late; /* candidates */
	size_t days, days_found, in_vain;
};

/* What the slots of a day would find, looked at after the last of them; the plan must be there by then. */
static bool check_day(struct look *first, struct someone *s, day d, struct tally *t)
{
	instant evening = tz_day_start(first->m->zone, d + 1) - SECOND;
	struct catalogue *c = (struct catalogue *)first->catalogue;
	struct look *l = look_new(first, c, s, first->m->now, evening);
	const struct rule *r;
	bool found = false;
	size_t i;

	carry_over(l, first);
	look_at(l);
	for (i = 0; i < l->count; i++) {
		r = l->candidates[i].rule;
		if (l->candidates[i].loss == LOSS_EXPIRED || l->candidates[i].loss == LOSS_COOLDOWN ||
		    !schedule_fits(&r->schedule, d))
			continue;
		found = true;
		t->found++;
		if (first->next > schedule_on(&r->schedule, l->m->zone, s->spread, d)) {
			t->late++;
			fprintf(stderr, "%s would find something after %d days\n", r->rule_id,
				(int)(d - first->m->today));
		}
	}
	talloc_free(l);
	return found;
}

/* At the first look slots of the day before may or may not be told yet. */
static void check_member(const struct catalogue *all, uint64_t seed, struct tally *t)
{
	void *scratch = talloc_new(NULL);
	bool found, planned = false;
	struct someone s;
	struct look *first;
	instant now;
	day d;

	ck_assert(instant_parse("2026-02-20T00:00:00Z", &now));
	state = seed;
	now += (int64_t)upto(30 * 86400) * SECOND;
	someone_new(&s, scratch, (day)(now / SECOND / DAY_SECONDS) - 1, seed);
	first = look_new(scratch, some_of(scratch, all, 1 + upto(3)), &s,
			 upto(2) ? now : now - DAY_SECONDS * SECOND, now);
	if (upto(2))
		spoke_before(first);
	look_at(first);
	for (d = first->m->today + 1; d < first->m->today + DAYS; d++) {
		found = check_day(first, &s, d, t);
		planned |= found && d == tz_day(first->m->zone, first->next);
		t->days_found += found;
	}
	t->days += (size_t)(tz_day(first->m->zone, first->next) - first->m->today);
	t->in_vain += !planned;
	talloc_free(scratch);
}

START_TEST(no_look_is_planned_too_late)
{
	struct catalogue *c = catalogue_of(NULL);
	struct tally t = {0};
	uint64_t seed;

	for (seed = 1; seed <= MEMBERS; seed++)
		check_member(c, seed, &t);
	ck_assert_uint_eq(t.late, 0);
	ck_assert_uint_gt(t.found, MEMBERS);
	ck_assert_msg(t.days > 5 * MEMBERS,
		      "plans reach %zu days in all, %zu of %d in vain; %zu days find something", t.days,
		      t.in_vain, MEMBERS, t.days_found);
	talloc_free(c);
}
END_TEST

UNIT_MAIN("outlook", no_look_is_planned_too_late)
