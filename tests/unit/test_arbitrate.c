/*
 * test_arbitrate.c - one queue per member: who wins, and why the others do not; slots and quiet hours
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "services/engagement/look.h"
#include "tests/unit/unit.h"

enum {
	RULES = 4,
	CANDIDATES_MAX = 6,
	PAST_MAX = 6
};

static struct rule rules[RULES] = {
	{.rule_id = "urgent", .category = "expiry_warnings", .priority = 80},
	{.rule_id = "offer", .category = "promotions", .promotional = true, .priority = 50},
	{.rule_id = "cool", .category = "tier", .priority = 60, .cooldown_days = 7},
	{.rule_id = "capped", .category = "insights", .priority = 40, .cap_most = 2, .cap_days = 30},
};

static instant at(const char *text)
{
	instant t;

	ck_assert(instant_parse(text, &t));
	return t;
}

struct offered {
	int rule;
	double value;
	const char *occasion;
};

struct told {
	const char *rule_id, *at;
};

static const struct {
	const char *why;
	struct offered offered[CANDIDATES_MAX]; /* until occasion is NULL */
	struct told told[PAST_MAX];
	int per_day, per_week;
	bool held_out, no_marketing, quiet;
	const char *want; /* in the order of the queue: rule=outcome */
} cases[] = {
	{"by priority, then by value",
	 {{1, 9, "a"}, {0, 1, "b"}, {0, 2, "c"}},
	 {{0}},
	 9,
	 9,
	 false,
	 false,
	 false,
	 "urgent=none urgent=none offer=none"},
	{"the best of one look take the places",
	 {{1, 1, "a"}, {0, 1, "b"}, {2, 1, "c"}},
	 {{0}},
	 2,
	 9,
	 false,
	 false,
	 false,
	 "urgent=none cool=none offer=outranked"},
	{"places of earlier today are a cap",
	 {{0, 1, "a"}},
	 {{"x", "2026-11-26T01:00:00Z"}, {"x", "2026-11-26T02:00:00Z"}},
	 2,
	 9,
	 false,
	 false,
	 false,
	 "urgent=cap"},
	{"yesterday's are not of today",
	 {{0, 1, "a"}},
	 {{"x", "2026-11-25T23:00:00Z"}, {"x", "2026-11-26T02:00:00Z"}},
	 2,
	 9,
	 false,
	 false,
	 false,
	 "urgent=none"},
	{"but of the week",
	 {{0, 1, "a"}},
	 {{"x", "2026-11-20T01:00:00Z"}, {"x", "2026-11-25T02:00:00Z"}},
	 2,
	 2,
	 false,
	 false,
	 false,
	 "urgent=cap"},
	{"eight days are no week",
	 {{0, 1, "a"}},
	 {{"x", "2026-11-19T23:00:00Z"}, {"x", "2026-11-25T02:00:00Z"}},
	 2,
	 2,
	 false,
	 false,
	 false,
	 "urgent=none"},
	{"a rule that spoke in its days waits",
	 {{2, 1, "a"}, {0, 1, "b"}},
	 {{"cool", "2026-11-20T00:00:00Z"}},
	 9,
	 9,
	 false,
	 false,
	 false,
	 "urgent=none cool=cooldown"},
	{"and speaks after them",
	 {{2, 1, "a"}},
	 {{"cool", "2026-11-19T23:59:00Z"}},
	 9,
	 9,
	 false,
	 false,
	 false,
	 "cool=none"},
	{"once in one look, too",
	 {{2, 2, "a"}, {2, 1, "b"}},
	 {{0}},
	 9,
	 9,
	 false,
	 false,
	 false,
	 "cool=none cool=cooldown"},
	{"a cap of its own",
	 {{3, 3, "a"}, {3, 2, "b"}},
	 {{"capped", "2026-11-01T00:00:00Z"}},
	 9,
	 9,
	 false,
	 false,
	 false,
	 "capped=none capped=rule_cap"},
	{"who loses takes no place",
	 {{2, 1, "a"}, {1, 1, "b"}},
	 {{"cool", "2026-11-25T00:00:00Z"}},
	 1,
	 9,
	 false,
	 false,
	 false,
	 "cool=cooldown offer=none"},
	{"no consent, no offer, no place",
	 {{1, 1, "a"}, {3, 1, "b"}},
	 {{0}},
	 1,
	 9,
	 false,
	 true,
	 false,
	 "offer=refused capped=none"},
	{"held out takes the place",
	 {{1, 1, "a"}, {3, 1, "b"}},
	 {{0}},
	 1,
	 9,
	 true,
	 false,
	 false,
	 "offer=holdout capped=outranked"},
	{"service is told to the holdout", {{0, 1, "a"}}, {{0}}, 9, 9, true, false, false, "urgent=none"},
	{"quiet hours wait, but what has lost has lost",
	 {{0, 1, "a"}, {2, 1, "b"}},
	 {{"cool", "2026-11-25T00:00:00Z"}},
	 9,
	 9,
	 false,
	 false,
	 true,
	 "urgent=quiet_hours cool=cooldown"},
	{"no places at all", {{0, 1, "a"}}, {{0}}, 0, 9, false, false, false, "urgent=cap"},
};

static struct look *look_for(size_t n, struct catalogue *c, const struct json *quiet)
{
	struct look *l = talloc_zero(NULL, struct look);
	const struct offered *o;
	const struct told *t;

	c->holdout_share = cases[n].held_out ? 1.1 : 0;
	l->catalogue = c;
	l->m = talloc_zero(l, struct member_view);
	*l->m = (struct member_view){
		.member_id = "m", .zone = tz_utc(), .now = at("2026-11-26T12:00:00Z"), .catalogue = c};
	l->m->today = tz_day(l->m->zone, l->m->now);
	l->per_day = cases[n].per_day;
	l->per_week = cases[n].per_week;
	l->wishes = (struct wishes){.marketing = !cases[n].no_marketing,
				    .quiet = cases[n].quiet ? quiet : NULL};
	l->candidates = talloc_zero_array(l, struct candidate, CANDIDATES_MAX);
	for (o = cases[n].offered; o < cases[n].offered + CANDIDATES_MAX && o->occasion; o++)
		l->candidates[l->count++] = (struct candidate){.rule = &rules[o->rule],
							       .value = o->value,
							       .occasion = o->occasion,
							       .deadline = INSTANT_NONE};
	l->past = talloc_zero_array(l, struct past_alert, PAST_MAX);
	for (t = cases[n].told; t < cases[n].told + PAST_MAX && t->rule_id; t++)
		l->past[l->past_count++] = (struct past_alert){.rule_id = t->rule_id, .created = at(t->at)};
	return l;
}

START_TEST(test_queue)
{
	static const char hours[] = "{\"from\": \"11:30\", \"to\": \"12:30\"}";
	struct catalogue c = {0};
	const char *error;
	const struct json *quiet = json_parse(NULL, hours, strlen(hours), &error);
	struct look *l;
	char *got;
	size_t i, k;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		l = look_for(i, &c, quiet);
		arbitrate(l);
		got = talloc_strdup(l, "");
		for (k = 0; k < l->count; k++)
			got = talloc_asprintf_append(got, "%s%s=%s", k ? " " : "",
						     l->candidates[k].rule->rule_id,
						     loss_name(l->candidates[k].loss));
		ck_assert_msg(strcmp(got, cases[i].want) == 0, "%s: got %s, want %s", cases[i].why, got,
			      cases[i].want);
		ck_assert_msg(l->again == cases[i].quiet, "%s: looked at again", cases[i].why);
		talloc_free(l);
	}
	talloc_free((void *)quiet);
}
END_TEST

START_TEST(test_slots)
{
	static const struct {
		const char *zone, *now, *slot, *next;
		int weekday, hour;
		double spread;
		const char *why;
	} slots[] = {
		{"UTC", "2026-11-26T12:00:00Z", "2026-11-26T09:00:00Z", "2026-11-27T09:00:00Z", -1, 9, 0,
		 "today's"},
		{"UTC", "2026-11-26T08:59:59Z", "2026-11-25T09:00:00Z", "2026-11-26T09:00:00Z", -1, 9, 0,
		 "yesterday's"},
		{"UTC", "2026-11-26T10:00:00Z", "2026-11-25T10:30:00Z", "2026-11-26T10:30:00Z", -1, 9, 0.5,
		 "spread"},
		{"Pacific/Auckland", "2026-11-25T21:00:00Z", "2026-11-25T20:00:00Z", "2026-11-26T20:00:00Z",
		 -1, 9, 0, "on the member's clock"},
		{"UTC", "2026-11-26T12:00:00Z", "2026-11-23T09:00:00Z", "2026-11-30T09:00:00Z", 0, 9, 0,
		 "Monday's"},
		{"Europe/London", "2026-03-29T12:00:00Z", "2026-03-29T08:00:00Z", "2026-03-30T08:00:00Z", -1,
		 9, 0, "after the hour that is left out"},
		{"Europe/London", "2026-03-29T00:30:00Z", "2026-03-28T01:30:00Z", "2026-03-29T01:30:00Z", -1,
		 1, 1.0 / 6, "in the hour that is left out"},
		{"Europe/London", "2026-10-25T12:00:00Z", "2026-10-25T00:00:00Z", "2026-10-26T01:00:00Z", -1,
		 1, 0, "once in the hour that comes twice"},
	};
	char got[INSTANT_TEXT];
	size_t i;

	for (i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
		struct schedule s = {true, slots[i].weekday, slots[i].hour, 3};
		const struct tz *zone = tz_find(slots[i].zone);
		instant slot = schedule_slot(&s, zone, slots[i].spread, at(slots[i].now)),
			next = schedule_next(&s, zone, slots[i].spread, at(slots[i].now));

		ck_assert_msg(slot == at(slots[i].slot), "%s: slot %s, want %s", slots[i].why,
			      instant_format(slot, got), slots[i].slot);
		ck_assert_msg(next == at(slots[i].next), "%s: next %s, want %s", slots[i].why,
			      instant_format(next, got), slots[i].next);
	}
}
END_TEST

START_TEST(test_quiet_hours)
{
	static const struct {
		const char *quiet, *now, *want, *why;
	} hours[] = {
		{"{\"from\": \"22:00\", \"to\": \"07:00\"}", "2026-11-26T23:00:00Z", "2026-11-27T07:00:00Z",
		 "over midnight"},
		{"{\"from\": \"22:00\", \"to\": \"07:00\"}", "2026-11-26T05:00:00Z", "2026-11-26T07:00:00Z",
		 "after midnight"},
		{"{\"from\": \"22:00\", \"to\": \"07:00\"}", "2026-11-26T07:00:00Z", "2026-11-26T07:00:00Z",
		 "its end is allowed"},
		{"{\"from\": \"12:00\", \"to\": \"14:00\"}", "2026-11-26T13:59:00Z", "2026-11-26T14:00:00Z",
		 "by day"},
		{"{\"from\": \"12:00\", \"to\": \"14:00\"}", "2026-11-26T11:00:00Z", "2026-11-26T11:00:00Z",
		 "before"},
		{"{\"from\": \"12:00\", \"to\": \"12:00\"}", "2026-11-26T12:00:00Z", "2026-11-26T12:00:00Z",
		 "none"},
		{"{\"from\": \"22:00\", \"to\": \"07:00\", \"time_zone\": \"Asia/Tokyo\"}",
		 "2026-11-26T14:00:00Z", "2026-11-26T22:00:00Z", "of another zone"},
		{"null", "2026-11-26T03:00:00Z", "2026-11-26T03:00:00Z", "nothing said"},
	};
	void *scratch = talloc_new(NULL);
	const char *error;
	size_t i;

	for (i = 0; i < sizeof(hours) / sizeof(hours[0]); i++) {
		struct wishes w = {
			.quiet = json_parse(scratch, hours[i].quiet, strlen(hours[i].quiet), &error)};
		char got[INSTANT_TEXT];
		instant until = wishes_quiet_until(&w, tz_utc(), at(hours[i].now));

		ck_assert_msg(until == at(hours[i].want), "%s: got %s", hours[i].why,
			      instant_format(until, got));
	}
	talloc_free(scratch);
}
END_TEST

START_TEST(test_wishes)
{
	static const struct {
		struct wishes w;
		const char *categories, *category, *want;
	} said[] = {
		{{.opted_out = true, .marketing = true}, "{}", "tier", "opted_out"},
		{{.marketing = false}, "{}", "tier", NULL},
		{{.marketing = false}, "{}", "promotions", "no_consent"},
		{{.marketing = true}, "{}", "promotions", NULL},
		{{.marketing = true},
		 "{\"tier\": {\"email\": false, \"push\": false, \"slack\": false}}",
		 "tier",
		 "not_wanted"},
		{{.marketing = true},
		 "{\"tier\": {\"email\": false, \"push\": true, \"slack\": false}}",
		 "tier",
		 NULL},
		{{.marketing = true}, "{\"tier\": {\"email\": false}}", "tier", NULL},
		{{.marketing = true},
		 "{\"tier\": {\"email\": false, \"push\": false, \"slack\": false}}",
		 "points",
		 NULL},
	};
	void *scratch = talloc_new(NULL);
	const char *error;
	size_t i;

	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		struct wishes w = said[i].w;
		const char *got;

		w.categories = json_parse(scratch, said[i].categories, strlen(said[i].categories), &error);
		got = wishes_against(&w, said[i].category, category_promotional(said[i].category));
		ck_assert_msg(strcmp(got ? got : "", said[i].want ? said[i].want : "") == 0, "%zu: got %s", i,
			      got ? got : "nothing");
	}
	talloc_free(scratch);
}
END_TEST

UNIT_MAIN("arbitrate", test_queue, test_slots, test_quiet_hours, test_wishes)
