/*
 * test_facts.c - windowed facts against numbers worked out by hand
 */
#include <math.h>

#include "services/analytics/facts.h"
#include "tests/unit/member_kit.h"
#include "tests/unit/unit.h"

static void ck_near(double got, double want, double within)
{
	ck_assert_msg(fabs(got - want) <= within, "got %.9g, want %.9g", got, want);
}

START_TEST(nothing_is_known_of_a_new_member)
{
	struct kit *k = kit_new();
	struct facts *f = kit_facts(k);

	ck_assert(!f->has_basket);
	ck_assert_int_eq(f->days_since_purchase, -1);
	ck_assert_int_eq(f->tenure_days, -1);
	ck_near(f->interval_median, -1, 0);
	ck_assert_int_eq(f->weeks.current, 0);
	ck_assert_int_eq(f->share_count, 0);
	ck_assert_int_eq(f->rfm.recency, 0);
	ck_assert_ptr_null(f->favourite_channel);
	ck_assert_ptr_null(f->tier.tier);
	ck_assert_str_eq(f->tier.next->name, "silver");
	talloc_free(k);
}
END_TEST

/* A window of n days ends today and begins n - 1 days before. */
START_TEST(windows_end_today)
{
	static const struct {
		const char *date, *why;
		int64_t want[FACTS_WINDOWS];
	} cases[] = {
		{"2026-11-24", "today", {100, 100, 100, 100}},
		{"2026-11-18", "the seventh day", {100, 100, 100, 100}},
		{"2026-11-17", "the eighth", {0, 100, 100, 100}},
		{"2026-10-26", "the thirtieth", {0, 100, 100, 100}},
		{"2026-10-25", "the thirty-first", {0, 0, 100, 100}},
		{"2026-08-27", "the ninetieth", {0, 0, 100, 100}},
		{"2026-08-26", "the ninety-first", {0, 0, 0, 100}},
		{"2025-11-25", "the 365th", {0, 0, 0, 100}},
		{"2025-11-24", "a year ago", {0, 0, 0, 0}},
		{"2026-11-25", "tomorrow is not seen yet", {0, 0, 0, 0}},
	};
	struct facts *f;
	struct kit *k;
	size_t i;
	int w;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		k = kit_new();
		kit_buy(k, cases[i].date, "tea", 100, "GBP");
		f = kit_facts(k);
		for (w = 0; w < FACTS_WINDOWS; w++) {
			ck_assert_msg(f->spend_minor[w] == cases[i].want[w], "%s: window %d has %lld",
				      cases[i].why, facts_window_days[w], (long long)f->spend_minor[w]);
			ck_assert_int_eq(f->purchases[w], cases[i].want[w] / 100);
		}
		talloc_free(k);
	}
}
END_TEST

START_TEST(a_reversal_takes_money_and_is_no_purchase)
{
	struct kit *k = kit_new();
	struct facts *f;

	kit_buy(k, "2026-11-02", "tea", 1000, "GBP");
	kit_buy(k, "2026-11-03", "tea", 501, "GBP");
	kit_buy(k, "2026-11-20", "tea", -300, "GBP");
	kit_buy(k, "2026-11-04", "tea", 99999, "EUR"); /* another currency is not added */
	f = kit_facts(k);
	ck_assert_int_eq(f->spend_minor[FACTS_30D], 1201);
	ck_assert_int_eq(f->purchases[FACTS_30D], 2);
	ck_assert_int_eq(f->average_basket_minor, 601); /* 600.5 */
	ck_assert_int_eq(f->days_since_purchase, 20);   /* the one in EUR */
	talloc_free(k);
}
END_TEST

START_TEST(intervals_between_purchase_days)
{
	struct kit *k = kit_new();
	struct facts *f;

	kit_buy(k, "2026-10-01", "tea", 100, "GBP");
	kit_buy(k, "2026-10-01", "toys", 100, "GBP"); /* the same day counts once */
	kit_buy(k, "2026-10-04", "tea", 100, "GBP");
	kit_buy(k, "2026-10-09", "tea", 100, "GBP");
	f = kit_facts(k);
	ck_near(f->interval_median, 4, 0);
	ck_near(f->interval_mean, 4, 0);
	talloc_free(f);
	kit_buy(k, "2026-11-09", "tea", 100, "GBP");
	f = kit_facts(k);
	ck_near(f->interval_median, 5, 0); /* 3 5 31 */
	ck_near(f->interval_mean, 13, 0);
	talloc_free(k);
}
END_TEST

START_TEST(streaks_of_weeks_and_months)
{
	static const struct {
		const char *dates[6], *why;
		struct streak weeks, months;
	} cases[] = {
		{{"2026-11-23"}, "this week's Monday", {1, 1}, {1, 1}},
		{{"2026-11-22"}, "last week's Sunday: this one may still come", {1, 1}, {1, 1}},
		{{"2026-11-15"}, "a whole week went by", {0, 1}, {1, 1}},
		{{"2026-11-09", "2026-11-22", "2026-11-23"}, "Monday, Sunday after, Monday", {3, 3}, {1, 1}},
		{{"2026-09-30", "2026-10-31"}, "November may still come", {0, 1}, {2, 2}},
		{{"2026-08-01", "2026-09-30"}, "October went by", {0, 1}, {0, 2}},
		{{"2025-12-31", "2026-01-01", "2026-02-28", "2026-11-24"},
		 "over the year's end",
		 {1, 1},
		 {1, 3}},
	};
	struct facts *f;
	struct kit *k;
	size_t i, n;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		k = kit_new();
		for (n = 0; cases[i].dates[n]; n++)
			kit_buy(k, cases[i].dates[n], "tea", 100, "GBP");
		f = kit_facts(k);
		ck_assert_msg(f->weeks.current == cases[i].weeks.current &&
				      f->weeks.longest == cases[i].weeks.longest,
			      "%s: weeks %d %d", cases[i].why, f->weeks.current, f->weeks.longest);
		ck_assert_msg(f->months.current == cases[i].months.current &&
				      f->months.longest == cases[i].months.longest,
			      "%s: months %d %d", cases[i].why, f->months.current, f->months.longest);
		talloc_free(k);
	}
}
END_TEST

/* 100 today weighs 100; 300 ninety days ago weighs 150; what was given back weighs nothing. */
START_TEST(shares_fade_by_half_in_ninety_days)
{
	struct kit *k = kit_new();
	struct facts *f;

	kit_buy(k, "2026-11-24", "tea", 100, "GBP");
	kit_buy(k, "2026-08-26", "toys", 300, "GBP");
	kit_buy(k, "2026-11-01", "bags", 500, "GBP");
	kit_buy(k, "2026-11-01", "bags", -500, "GBP");
	f = kit_facts(k);
	ck_assert_int_eq(f->share_count, 2);
	ck_assert_str_eq(f->shares[0].category, "toys");
	ck_near(f->shares[0].weight_minor, 150, 1e-9);
	ck_near(f->shares[0].share, 0.6, 1e-12);
	ck_near(f->shares[1].share, 0.4, 1e-12);
	talloc_free(k);
}
END_TEST

START_TEST(points_now_and_soon)
{
	struct kit *k = kit_new();
	struct facts *f;
	struct view *v;

	kit_lot(k, "2026-11-23", 1000); /* ended at midnight */
	kit_lot(k, "2026-11-24", 1);
	kit_lot(k, "2026-12-01", 10);
	kit_lot(k, "2026-12-02", 100);
	kit_lot(k, "2027-02-22", 7);
	kit_lot(k, "2027-02-23", 3);
	v = kit_view(k);
	f = facts_compute(v, v);
	ck_assert_int_eq(v->points.balance, 121);
	ck_assert_int_eq(f->expiring[FACTS_7D], 11);
	ck_assert_int_eq(f->expiring[FACTS_30D], 111);
	ck_assert_int_eq(f->expiring[FACTS_90D], 118);
	ck_assert_int_eq(k->m->points.balance, 1121); /* the member itself is as it was */
	ck_assert_int_eq(k->m->points.lot_count, 6);
	talloc_free(k);
}
END_TEST

START_TEST(rates_are_per_month)
{
	struct kit *k = kit_new();
	struct facts *f;

	kit_buy(k, "2025-01-01", "tea", 100, "GBP");
	kit_points(k, "2026-08-26", "tea", 5000, 0); /* 91 days: outside */
	kit_points(k, "2026-08-27", "tea", 600, 90);
	kit_points(k, "2026-11-24", "tea", 300, 0);
	f = kit_facts(k);
	ck_near(f->earn_rate, 900 * 30.436875 / 90, 1e-9);
	ck_near(f->burn_rate, 90 * 30.436875 / 90, 1e-9);
	talloc_free(k);
	k = kit_new();
	kit_buy(k, "2026-11-22", "tea", 100, "GBP"); /* three days a member: a month is taken */
	kit_points(k, "2026-11-22", "tea", 30, 0);
	f = kit_facts(k);
	ck_near(f->earn_rate, 30.436875, 1e-9);
	talloc_free(k);
}
END_TEST

START_TEST(tiers_and_what_is_needed)
{
	static const struct {
		const char *tier;
		int64_t qualifying, needed;
		double progress;
		const char *next, *why;
	} cases[] = {
		{NULL, 100, 400, 0.2, "silver", "no tier yet"},
		{"bronze", 125, 375, 0.25, "silver", "a quarter"},
		{"bronze", 500, 0, 1, "silver", "reached, the event is to come"},
		{"silver", 500, 1500, 0.25, "gold", "counted from nothing"},
		{"silver", -20, 2020, 0, "gold", "reversals took more than was earned"},
		{"gold", 0, 0, 1, NULL, "nothing above"},
		{"diamond", 250, 250, 0.5, "silver", "a tier the table does not know"},
	};
	struct kit *k = kit_new();
	struct tier_standing s;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		s = tier_standing(k->catalogue, cases[i].tier, cases[i].qualifying);
		ck_assert_msg(s.needed == cases[i].needed, "%s: needed %lld", cases[i].why,
			      (long long)s.needed);
		ck_near(s.progress, cases[i].progress, 1e-12);
		ck_assert_msg((s.next == NULL) == (cases[i].next == NULL), "%s", cases[i].why);
		if (s.next)
			ck_assert_str_eq(s.next->name, cases[i].next);
	}
	k->m->tier = "bronze";
	kit_points(k, "2025-11-25", "tea", 100, 0); /* the 365th day */
	kit_points(k, "2025-11-24", "tea", 1000, 0);
	ck_assert_int_eq(kit_facts(k)->tier.qualifying, 100);
	talloc_free(k);
}
END_TEST

START_TEST(rfm_by_fixed_cuts)
{
	static const struct {
		const char *date;
		int64_t minor;
		int r, m;
	} cases[] = {{"2026-11-17", 9999, 5, 1},  {"2026-11-16", 10000, 4, 2},  {"2026-10-25", 29999, 4, 2},
		     {"2026-10-24", 30000, 3, 3}, {"2026-08-25", 100000, 2, 4}, {"2026-05-28", 300000, 2, 5},
		     {"2026-05-27", 300000, 1, 5}};
	struct facts *f;
	struct kit *k;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		k = kit_new();
		kit_buy(k, cases[i].date, "tea", cases[i].minor, "GBP");
		f = kit_facts(k);
		ck_assert_msg(f->rfm.recency == cases[i].r && f->rfm.monetary == cases[i].m &&
				      f->rfm.frequency == 1,
			      "%s: %d%d%d", cases[i].date, f->rfm.recency, f->rfm.frequency, f->rfm.monetary);
		talloc_free(k);
	}
}
END_TEST

/* Today is Tuesday 24 November 2026. */
START_TEST(anniversaries_count_down)
{
	static const struct {
		const char *date;
		int in;
		const char *why;
	} cases[] = {
		{"2020-11-24", 0, "today"},
		{"2020-11-25", 1, "tomorrow"},
		{"2020-11-23", 364, "yesterday"},
		{"2026-11-24", 365, "the first return of today is in a year"},
		{"2004-02-29", 96, "on the 28th in 2027"},
		{"2026-11-25", -1, "not born yet"},
		{"0001-01-01", 38, "long ago"},
	};
	struct facts *f;
	struct kit *k;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		k = kit_new();
		k->m->birth_date = kit_day(cases[i].date);
		k->m->enrolled_at = tz_day_start(tz_find("Europe/London"), kit_day(cases[i].date)) +
				    12 * 3600 * SECOND;
		f = kit_facts(k);
		ck_assert_msg(f->birthday_in == cases[i].in && f->anniversary_in == cases[i].in, "%s: %d %d",
			      cases[i].why, f->birthday_in, f->anniversary_in);
		ck_assert_int_eq(f->enrolled_days,
				 cases[i].in < 0 ? -1 : kit_day("2026-11-24") - kit_day(cases[i].date));
		talloc_free(k);
	}
}
END_TEST

START_TEST(the_29th_returns_on_the_29th_of_leap_years)
{
	day born = kit_day("2004-02-29");

	ck_assert_int_eq(day_anniversary(born, kit_day("2027-02-28")), kit_day("2027-02-28"));
	ck_assert_int_eq(day_anniversary(born, kit_day("2027-03-01")), kit_day("2028-02-29"));
	ck_assert_int_eq(day_anniversary(born, kit_day("2028-02-28")), kit_day("2028-02-29"));
	ck_assert_int_eq(day_anniversary(born, kit_day("1990-01-01")), kit_day("2005-02-28"));
}
END_TEST

START_TEST(a_streak_has_days_left_while_the_running_week_is_empty)
{
	static const struct {
		const char *dates[3], *why;
		int weeks, months;
	} cases[] = {
		{{"2026-11-22"}, "last week's Sunday; this month has one", 6, -1},
		{{"2026-11-22", "2026-11-23"}, "this week has one", -1, -1},
		{{"2026-11-15"}, "no streak any more", -1, -1},
		{{"2026-10-31"}, "last month", -1, 7},
		{{NULL}, "nothing yet", -1, -1},
	};
	struct facts *f;
	struct kit *k;
	size_t i, n;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		k = kit_new();
		for (n = 0; cases[i].dates[n]; n++)
			kit_buy(k, cases[i].dates[n], "tea", 100, "GBP");
		f = kit_facts(k);
		ck_assert_msg(f->weeks_left == cases[i].weeks && f->months_left == cases[i].months,
			      "%s: %d %d", cases[i].why, f->weeks_left, f->months_left);
		talloc_free(k);
	}
}
END_TEST

/* Of 500 for silver, 300 were earned 300 days ago and 100 today: in 65 days the older ones stop to count. */
START_TEST(a_tier_is_kept_by_what_counts_on_its_last_day)
{
	static const struct {
		const char *tier, *last, *why;
		int deadline;
		int64_t needed;
	} cases[] = {
		{"silver", NULL, "no deadline: as of today", -1, 100},
		{"silver", "2026-11-24", "today", 0, 100},
		{"silver", "2027-01-27", "the last day that they count", 64, 100},
		{"silver", "2027-01-28", "the day after", 65, 400},
		{"silver", "2028-11-24", "nothing of today counts then", 731, 500},
		{"silver", "2026-11-23", "past", -1, 100},
		{"bronze", "2027-01-28", "needs nothing", 65, 0},
		{NULL, "2027-01-28", "no tier", 65, 0},
	};
	struct facts *f;
	struct kit *k;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		k = kit_new();
		k->m->tier = cases[i].tier;
		if (cases[i].last)
			k->m->tier_valid_until = tz_day_start(tz_find("Europe/London"),
							      kit_day(cases[i].last) + 1);
		kit_points(k, "2026-01-28", "tea", 300, 0);
		kit_points(k, "2026-11-24", "tea", 100, 0);
		f = kit_facts(k);
		ck_assert_msg(f->tier_deadline == cases[i].deadline && f->keep_needed == cases[i].needed,
			      "%s: %d, %lld", cases[i].why, f->tier_deadline, (long long)f->keep_needed);
		talloc_free(k);
	}
}
END_TEST

START_TEST(lots_that_end_are_listed)
{
	struct kit *k = kit_new();
	struct facts *f;
	int i;

	kit_lot(k, "2026-11-23", 1000); /* ended at midnight */
	kit_lot(k, "2026-11-24", 1);
	kit_lot(k, "2027-02-22", 7); /* in 90 days */
	kit_lot(k, "2027-02-23", 3);
	f = kit_facts(k);
	ck_assert_int_eq(f->ends_in, 0);
	ck_assert_int_eq(f->ending_count, 2);
	ck_assert_int_eq(f->ending[1].points, 7);
	ck_assert_int_eq(f->ending[1].last, kit_day("2027-02-22"));
	talloc_free(k);

	k = kit_new();
	kit_lot(k, "2027-11-23", 5);
	f = kit_facts(k);
	ck_assert_int_eq(f->ends_in, 364);
	ck_assert_int_eq(f->ending_count, 0);
	talloc_free(k);

	k = kit_new();
	for (i = 0; i < 60; i++)
		kit_lot(k, "2026-12-01", 1);
	f = kit_facts(k);
	ck_assert_int_eq(f->ending_count, ENDING_MAX);
	ck_assert_int_eq(f->expiring[FACTS_7D], 60);
	talloc_free(k);

	k = kit_new();
	ck_assert_int_eq(kit_facts(k)->ends_in, -1);
	talloc_free(k);
}
END_TEST

START_TEST(the_last_redemption_is_looked_for)
{
	struct kit *k = kit_new();

	ck_assert_int_eq(kit_facts(k)->days_since_redemption, -1);
	kit_points(k, "2026-11-10", "tea", 0, 50);
	kit_points(k, "2026-11-20", "tea", 0, -50); /* given back */
	kit_points(k, "2026-11-25", "tea", 0, 10);  /* tomorrow */
	ck_assert_int_eq(kit_facts(k)->days_since_redemption, 14);
	talloc_free(k);
}
END_TEST

UNIT_MAIN("facts", anniversaries_count_down, the_29th_returns_on_the_29th_of_leap_years,
	  a_streak_has_days_left_while_the_running_week_is_empty,
	  a_tier_is_kept_by_what_counts_on_its_last_day, lots_that_end_are_listed,
	  the_last_redemption_is_looked_for, nothing_is_known_of_a_new_member, windows_end_today,
	  a_reversal_takes_money_and_is_no_purchase, intervals_between_purchase_days,
	  streaks_of_weeks_and_months, shares_fade_by_half_in_ninety_days, points_now_and_soon,
	  rates_are_per_month, tiers_and_what_is_needed, rfm_by_fixed_cuts)
