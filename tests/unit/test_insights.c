/*
 * test_insights.c - findings against numbers worked out by hand, and silence where there is only noise
 */
#include <math.h>
#include <stdio.h>

#include "services/analytics/insights.h"
#include "tests/unit/member_kit.h"
#include "tests/unit/unit.h"

static double evidence_of(const struct kit *k, const struct insight *f, const char *name)
{
	const char *error;
	const struct json *e = json_parse(k, f->evidence, f->evidence_length, &error);

	ck_assert_msg(json_get(e, name) != NULL, "%s: no %s in %s", f->kind, name, f->evidence);
	return json_get_real(e, name, NAN);
}

#define CK_EVIDENCE(k, f, name, want, within)                                                 \
	ck_assert_msg(fabs(evidence_of(k, f, name) - (want)) <= (within), "%s is %.9g", name, \
		      evidence_of(k, f, name))

/* One purchase on the 10th of each month; the last amount falls into October 2026, the first month begins
 * before. */
static void buy_months(struct kit *k, const int64_t *minor, int count)
{
	char date[DAY_TEXT];
	int i;

	/* The first month is a part of one and is not looked at. */
	kit_buy(k, day_format(day_add_months(kit_day("2026-10-10"), -count), date), "tea", 100, "GBP");
	for (i = 0; i < count; i++)
		if (minor[i] != 0)
			kit_buy(k, day_format(day_add_months(kit_day("2026-10-10"), i - count + 1), date),
				"tea", minor[i], "GBP");
}

static const struct insight *found_alone(struct insights *in, finder *find, const char *kind)
{
	find(in);
	return kit_found(in, kind);
}

START_TEST(a_month_beyond_the_noise)
{
	/* Square roots: median 101, MAD 3.5, so the least spread of 10.1 holds: (150 - 101) / (10.1 sqrt(1 +
	 * pi / 20)). */
	static const int64_t spend[] = {10000, 12100, 9025,  10404, 9801, 14400,
					8100,  10816, 11025, 9604,  22500};
	struct kit *k = kit_new();
	const struct insight *f;
	struct insights *in;

	buy_months(k, spend, 11);
	in = kit_insights(k);
	f = found_alone(in, find_spend_change, "spend_up");
	ck_assert_ptr_nonnull(f);
	CK_EVIDENCE(k, f, "spend_minor", 22500, 0);
	CK_EVIDENCE(k, f, "median_minor", 10202, 0);
	CK_EVIDENCE(k, f, "mad_minor", 719, 0);
	CK_EVIDENCE(k, f, "z", 4.5102, 5e-5);
	CK_EVIDENCE(k, f, "change_percent", 121, 0);
	talloc_free(k);
}
END_TEST

/* The same month after wilder ones is nothing. */
START_TEST(the_same_month_within_the_noise)
{
	static const int64_t spend[] = {6400,  10000, 14400, 8100,  12100, 10000,
					19600, 4900,  10000, 12100, 22500};
	struct kit *k = kit_new();
	struct insights *in;

	buy_months(k, spend, 11);
	in = kit_insights(k);
	find_spend_change(in);
	ck_assert_int_eq(in->count, 0);
	talloc_free(k);
}
END_TEST

START_TEST(too_little_history_says_nothing)
{
	static const struct {
		int64_t spend[12];
		int count;
		const char *why;
	} cases[] = {
		{{100, 100, 100, 100, 100, 100, 100, 90000}, 8, "seven months before"},
		{{100, 0, 0, 0, 0, 0, 100, 0, 100, 0, 90000}, 11, "mostly empty months"},
		{{10000, 10000, 10000, 10000, 10000, 10000, 10000, 10000, 12400},
		 9,
		 "less than a quarter more"},
	};
	struct insights *in;
	struct kit *k;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		k = kit_new();
		buy_months(k, cases[i].spend, cases[i].count);
		in = kit_insights(k);
		find_spend_change(in);
		ck_assert_msg(kit_found(in, "spend_up") == NULL, "%s", cases[i].why);
		talloc_free(k);
	}
}
END_TEST

static double uniform(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return ((double)(*state >> 11) + 0.5) / 9007199254740992.0;
}

/* A month of a steady member: a Poisson number of baskets of exponential size. */
static int64_t steady_month(uint64_t *state, double baskets)
{
	double sum = 0, t = -log(uniform(state));

	for (; t < baskets; t += -log(uniform(state)))
		sum += -log(uniform(state)) * 3000;
	return (int64_t)sum;
}

/* docs/insights.md states these rates. */
START_TEST(steady_members_are_rarely_bothered)
{
	static const double baskets[] = {3, 8, 20};
	static const int histories[] = {8, 12};
	int64_t spend[12], x;
	uint64_t state = 1;
	struct robust r;
	int b, h, i, n, false_alarms, rounds = 4000;

	for (b = 0; b < 3; b++)
		for (h = 0; h < 2; h++) {
			for (false_alarms = n = 0; n < rounds; n++) {
				for (i = 0; i < histories[h]; i++)
					spend[i] = steady_month(&state, baskets[b]);
				x = steady_month(&state, baskets[b]);
				r = robust_measure(spend, (size_t)histories[h], x);
				false_alarms += fabs(r.z) >= ROBUST_Z;
			}
			ck_assert_msg(false_alarms <= rounds * 4 / 100, "%g baskets, %d months: %d of %d",
				      baskets[b], histories[h], false_alarms, rounds);
		}
}
END_TEST

START_TEST(silences)
{
	ck_assert(fabs(silence_chance(9, 45, 40) - 0.0032768) < 1e-3);
	ck_assert(silence_chance(0, 0, 100) == 1);
	ck_assert(silence_chance(3, 90, 0) == 1);
	/* One gap of 10 days tells little about the next; ten tell more. */
	ck_assert(fabs(silence_chance(1, 10, 10) - 0.5) < 1e-12);
	ck_assert(fabs(silence_chance(10, 100, 100) - 1 / 1024.0) < 1e-12);
}
END_TEST

START_TEST(a_pause)
{
	struct kit *k = kit_new();
	const struct insight *f;
	char date[DAY_TEXT];
	int i;

	for (i = 0; i < 10; i++)
		kit_buy(k, day_format(kit_day("2026-08-31") + 5 * i, date), "tea", 100, "GBP");
	/* last on 15 October, 40 days ago; nine gaps, 45 days: (45/85)^9 */
	f = found_alone(kit_insights(k), find_spend_change, "spend_pause");
	ck_assert_ptr_nonnull(f);
	CK_EVIDENCE(k, f, "chance", 0.0033, 5e-5);
	CK_EVIDENCE(k, f, "mean_interval_days", 5, 0);
	ck_assert_int_eq(f->severity, SEVERITY_WARNING);
	ck_assert_str_eq(f->sentence,
			 "Your last purchase was 40 days ago, on 15 October 2026; until then you bought "
			 "something every 5 days.");
	talloc_free(k);
}
END_TEST

START_TEST(new_and_lapsed_categories)
{
	struct kit *k = kit_new();
	const struct insight *f;
	struct insights *in;
	char date[DAY_TEXT];
	int i;

	for (i = 0; i < 10; i++) /* every ten days to 1 July */
		kit_buy(k, day_format(kit_day("2026-04-02") + 10 * i, date), "toys", 100, "GBP");
	for (i = 0; i < 8; i++) /* tea goes on */
		kit_buy(k, day_format(kit_day("2026-04-02") + 33 * i, date), "tea", 100, "GBP");
	kit_buy(k, "2026-11-10", "bags", 1234, "GBP");
	in = kit_insights(k);
	find_categories(in);
	ck_assert_int_eq(in->count, 2);
	f = kit_found(in, "category_lapsed");
	CK_EVIDENCE(k, f, "silence_days", 141, 0); /* 1 July to the last purchase of all, 19 November */
	CK_EVIDENCE(k, f, "chance", pow(90.0 / 231, 9), 5e-5);
	ck_assert_str_eq(
		f->sentence,
		"You used to buy in toys every 10 days; the last time was 1 July 2026, 146 days ago.");
	f = kit_found(in, "category_new");
	ck_assert_str_eq(
		f->sentence,
		"bags is new for you: since 10 November 2026 you made 1 purchase there, GBP 12.34 in all.");
	talloc_free(k);
}
END_TEST

START_TEST(a_peak_of_the_year)
{
	/* October 2025 .. September 2026, peak in December, then October 2026 which is left to spend_change.
	 */
	static const int64_t spend[] = {10000, 11000, 90000, 9000,  10000, 10500, 9500,
					10000, 11000, 9000,  10000, 10000, 10000};
	struct kit *k = kit_new();
	const struct insight *f;

	buy_months(k, spend, 13);
	f = found_alone(kit_insights(k), find_season, "season_peak");
	ck_assert_ptr_nonnull(f);
	CK_EVIDENCE(k, f, "times", 9, 0);
	CK_EVIDENCE(k, f, "months", 11, 0);
	CK_EVIDENCE(k, f, "days_until_next", 7, 0);
	ck_assert_int_eq(f->severity, SEVERITY_NOTICE);
	ck_assert_int_eq(f->from, kit_day("2025-12-01"));
	talloc_free(k);
}
END_TEST

START_TEST(points_by_category_and_weekday)
{
	struct kit *k = kit_new();
	const struct insight *f;
	struct insights *in;
	char date[DAY_TEXT];
	int i;

	for (i = 0; i < 4; i++) {
		kit_buy(k, day_format(kit_day("2026-07-06") + 7 * i, date), "tea", 10000,
			"GBP"); /* Mondays */
		kit_points(k, date, "tea", 100, 0);
		kit_buy(k, day_format(kit_day("2026-08-05") + 7 * i, date), "toys", 5000,
			"GBP"); /* Wednesdays */
		kit_points(k, date, "toys", 150, 0);
	}
	in = kit_insights(k);
	find_points(in);
	f = kit_found(in, "points_by_category");
	CK_EVIDENCE(k, f, "rate", 3, 0);
	CK_EVIDENCE(k, f, "usual_rate", 1000 / 600.0, 5e-5);
	ck_assert_str_eq(
		f->sentence,
		"In toys you earned 3 points for each GBP 1.00, against 1.67 over all your spend from "
		"1 July 2026 to 30 September 2026.");
	f = kit_found(in, "points_by_weekday");
	ck_assert_msg(strncmp(f->sentence, "On Wednesdays you earned 3 points", 33) == 0, "%s", f->sentence);
	ck_assert_ptr_null(kit_found(in, "points_by_channel"));
	talloc_free(k);
}
END_TEST

START_TEST(points_by_channel)
{
	struct kit *k = kit_new();
	const struct insight *f;
	char date[DAY_TEXT];
	int i;

	for (i = 0; i < 4; i++) {
		kit_buy(k, day_format(day_add_months(kit_day("2026-05-10"), i), date), "tea", 10000, "GBP");
		kit_points(k, date, "tea", i < 2 ? 100 : 200, 0);
		kit_month(k, kit_day(date))->channels[0].channel = i < 2 ? "web" : "store";
	}
	f = found_alone(kit_insights(k), find_points, "points_by_channel");
	ck_assert_ptr_nonnull(f);
	CK_EVIDENCE(k, f, "rate", 2, 0);
	CK_EVIDENCE(k, f, "usual_rate", 1.5, 0);
	CK_EVIDENCE(k, f, "months", 2, 0);
	talloc_free(k);
}
END_TEST

START_TEST(what_the_offer_would_have_earned)
{
	struct kit *k = kit_new();
	struct offer offers[2] = {{.category = "tea", .multiplier = 3, .title = "Tea time"},
				  {.category = "toys", .multiplier = 1}};
	const struct insight *f;
	struct insights *in;

	instant_parse("2026-11-20T00:00:00Z", &offers[0].from);
	instant_parse("2026-12-01T00:00:00Z", &offers[0].to);
	offers[1].from = offers[0].from;
	offers[1].to = INSTANT_MAX;
	k->catalogue->offers = offers;
	k->catalogue->offer_count = 2;
	kit_buy(k, "2026-10-01", "tea", 10000, "GBP");
	kit_points(k, "2026-10-01", "tea", 100, 0);
	kit_buy(k, "2026-10-15", "tea", 5000, "GBP");
	kit_points(k, "2026-10-15", "tea", 50, 0);
	kit_buy(k, "2026-11-21", "tea", 2000, "GBP"); /* had its three times already */
	kit_points(k, "2026-11-21", "tea", 60, 0);
	kit_buy(k, "2026-11-02", "toys", 4000, "GBP");
	kit_points(k, "2026-11-02", "toys", 40, 0);
	/* base: 250 points / (150 + 3 x 20 + 40 pounds) = 1 a pound */
	in = kit_insights(k);
	find_missed(in);
	ck_assert_int_eq(in->count, 1);
	f = kit_found(in, "missed_multiplier");
	CK_EVIDENCE(k, f, "base_points_per_minor", 0.01, 1e-12);
	CK_EVIDENCE(k, f, "points_possible", 450, 0);
	CK_EVIDENCE(k, f, "points_missed", 300, 0);
	ck_assert_str_eq(
		f->sentence,
		"Your GBP 150.00 in tea from 1 October 2026 to 15 October 2026 earned 150 points; at "
		"today's 3 times points it would have been 450, which is 300 more (the offer runs until "
		"30 November 2026).");
	talloc_free(k);
}
END_TEST

START_TEST(points_about_to_end)
{
	struct kit *k = kit_new();
	struct insights *in;

	kit_lot(k, "2026-11-30", 1000);
	kit_lot(k, "2026-11-30", 234);
	kit_lot(k, "2026-12-31", 50);
	kit_lot(k, "2027-06-30", 500);
	in = kit_insights(k);
	insights_find(in);
	ck_assert_int_eq(in->count, 2);
	ck_assert_int_eq(in->rows[0].severity, SEVERITY_WARNING);
	ck_assert_str_eq(in->rows[0].sentence,
			 "1,234 of your 1,784 points expire in 6 days: they are good until the end of "
			 "30 November 2026.");
	CK_EVIDENCE(k, &in->rows[0], "lots", 2, 0);
	CK_EVIDENCE(k, &in->rows[1], "days_left", 37, 0);
	talloc_free(k);
}
END_TEST

/* Eleven members, the asker among them, are the least that anything is said about. */
START_TEST(similar_members)
{
	static const struct {
		struct peer peers[3];
		const char *want, *why;
	} cases[] = {
		{{{.month = 0, .region = "GB", .category = "", .spend_minor = 130000, .members = 10}},
		 NULL,
		 "nine others"},
		{{{.month = 0, .region = "GB", .category = "", .spend_minor = 130000, .members = 11}},
		 "In October 2026 you spent GBP 300.00; 10 other gold members in GB who bought spent GBP "
		 "100.00 on average.",
		 "ten others"},
		{{{.month = 0, .region = "", .category = "", .spend_minor = 230000, .members = 21},
		  {.month = 0, .region = "GB", .category = "", .spend_minor = 130000, .members = 10}},
		 "In October 2026 you spent GBP 300.00; 20 other gold members who bought spent GBP 100.00 on "
		 "average.",
		 "too few in GB"},
		{{{.month = 0, .region = "GB", .category = "", .spend_minor = 320000, .members = 11}},
		 NULL,
		 "about the same"},
	};
	struct peer peers[3];
	struct insights *in;
	struct kit *k;
	size_t i, n;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		k = kit_new();
		k->m->tier = "gold";
		kit_buy(k, "2026-10-05", "tea", 30000, "GBP");
		in = kit_insights(k);
		memcpy(peers, cases[i].peers, sizeof(peers));
		for (n = 0; n < 3 && peers[n].region; n++)
			peers[n].month = kit_day("2026-10-01");
		in->peers = peers;
		in->peer_count = n;
		find_peers(in);
		ck_assert_msg(in->count == (cases[i].want != NULL), "%s", cases[i].why);
		if (cases[i].want)
			ck_assert_str_eq(in->rows[0].sentence, cases[i].want);
		talloc_free(k);
	}
}
END_TEST

START_TEST(the_market)
{
	static const struct market rows[] = {
		{0, "", "tea", 9000}, {0, "GB", "tea", 10000}, {0, "", "toys", 5000}};
	struct kit *k = kit_new();
	const struct insight *f;
	struct insights *in;

	kit_buy(k, "2026-10-05", "tea", 25000, "GBP");
	kit_buy(k, "2026-10-05", "bags", 70000, "GBP"); /* the market says nothing of bags */
	in = kit_insights(k);
	in->market = rows;
	in->market_count = 3;
	find_market(in);
	f = kit_found(in, "market_category");
	ck_assert_str_eq(f->sentence, "In October 2026 you spent GBP 250.00 on tea, 2.5 times the market's "
				      "average of GBP 100.00 in GB.");
	f = kit_found(in, "market_total");
	CK_EVIDENCE(k, f, "market_minor", 15000, 0);
	CK_EVIDENCE(k, f, "percent", 167, 0);
	talloc_free(k);
}
END_TEST

/* The same finding keeps its id as days go by; another member's, or next month's, is another. */
START_TEST(ids_stay)
{
	struct kit *k = kit_new();
	char id[INSIGHT_ID];

	kit_lot(k, "2026-12-31", 50);
	memcpy(id, found_alone(kit_insights(k), find_expiry, "points_expiring")->id, sizeof(id));
	ck_assert_int_eq(strlen(id), 32);
	k->now += 3 * DAY_SECONDS * SECOND;
	k->m->points.lots[0].remaining = k->m->points.balance = 49;
	ck_assert_str_eq(found_alone(kit_insights(k), find_expiry, "points_expiring")->id, id);
	k->m->member_id = "m2";
	ck_assert_str_ne(found_alone(kit_insights(k), find_expiry, "points_expiring")->id, id);
	talloc_free(k);
}
END_TEST

START_TEST(amounts_in_words)
{
	static const struct {
		int64_t minor;
		const char *currency, *want;
	} cases[] = {{123450, "GBP", "GBP 1,234.50"},
		     {5, "GBP", "GBP 0.05"},
		     {-100000000, "GBP", "GBP -1,000,000.00"},
		     {1200, "JPY", "JPY 1,200"},
		     {1250, "KWD", "KWD 1.250"},
		     {0, "JPY", "JPY 0"},
		     {INT64_MIN, "JPY", "JPY -9,223,372,036,854,775,808"}};
	void *parent = talloc_new(NULL);
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_str_eq(money_words(parent, cases[i].minor, cases[i].currency), cases[i].want);
	ck_assert_str_eq(counted_words(parent, 1, "day"), "1 day");
	ck_assert_str_eq(counted_words(parent, 1000, "day"), "1,000 days");
	ck_assert_str_eq(real_words(parent, 2.5), "2.5");
	ck_assert_str_eq(real_words(parent, 10), "10");
	talloc_free(parent);
}
END_TEST

UNIT_MAIN("insights", a_month_beyond_the_noise, the_same_month_within_the_noise,
	  too_little_history_says_nothing, steady_members_are_rarely_bothered, silences, a_pause,
	  new_and_lapsed_categories, a_peak_of_the_year, points_by_category_and_weekday, points_by_channel,
	  what_the_offer_would_have_earned, points_about_to_end, similar_members, the_market, ids_stay,
	  amounts_in_words)
