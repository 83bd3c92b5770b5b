/*
 * test_features.c - what a history says at a moment, counted by hand, and nothing of what came later
 */
#include <math.h>
#include <string.h>

#include "common/learn/features.h"
#include "tests/unit/unit.h"

/* Three purchases and a return before day 200, two purchases after it. */
static const struct feature_event history[] = {
	{100, 40, 3}, {130, 60, 2}, {135, -10, 0}, {190, 20, 1}, {201, 500, 9}, {230, 5, 1},
};

START_TEST(counted_by_hand)
{
	const double want[FEATURE_COUNT] = {
		[FEATURE_RECENCY] = log(1 + 10),
		[FEATURE_FREQUENCY] = log(1 + 3),
		[FEATURE_MONEY] = log(1 + 120),
		[FEATURE_DECAYED_45] = pow(2, -100.0 / 45) + pow(2, -70.0 / 45) + pow(2, -10.0 / 45),
		[FEATURE_DECAYED_120] = pow(2, -100.0 / 120) + pow(2, -70.0 / 120) + pow(2, -10.0 / 120),
		[FEATURE_OVERDUE] = log(1 + 10 / 46.0), /* the gap is 45 days */
		[FEATURE_GAP] = log(1 + 45),
		[FEATURE_ITEMS] = log(1 + 6),
		[FEATURE_PACE] = 3.0 / 101,
		[FEATURE_SPEND_90] = log(1 + 80),
		[FEATURE_RETURNS] = log(1 + 1),
		[FEATURE_MEAN] = log(1 + 40),
		[FEATURE_SPEND_DECAYED] = log(1 + 40 * pow(2, -100.0 / 120) + 60 * pow(2, -70.0 / 120) +
					      20 * pow(2, -10.0 / 120)),
	};
	double got[FEATURE_COUNT];
	size_t i;

	ck_assert(features_at(history, 6, 200, got));
	for (i = 0; i < FEATURE_COUNT; i++)
		ck_assert_msg(fabs(got[i] - want[i]) < 1e-12, "%s: %.15g, not %.15g", feature_names[i],
			      got[i], want[i]);
}
END_TEST

/* With or without the future, the same bits. */
START_TEST(nothing_of_the_future)
{
	double with[FEATURE_COUNT], without[FEATURE_COUNT];
	double moment;
	size_t until;

	for (moment = 100; moment < 240; moment += 0.5) {
		for (until = 0; until < 6 && history[until].at <= moment; until++)
			;
		ck_assert(features_at(history, 6, moment, with) &&
			  features_at(history, until, moment, without));
		ck_assert_mem_eq(with, without, sizeof(with));
	}
}
END_TEST

START_TEST(a_single_purchase)
{
	double got[FEATURE_COUNT];

	ck_assert(features_at(history, 6, 110, got));
	ck_assert_double_eq_tol(got[FEATURE_GAP], log(1 + 10), 1e-12); /* its age */
	ck_assert(features_at(history, 6, 100, got));
	ck_assert_double_eq(got[FEATURE_RECENCY], 0);
	ck_assert_double_eq(got[FEATURE_PACE], 1);
}
END_TEST

START_TEST(nothing_known)
{
	static const struct feature_event returns[] = {{10, -5, 0}, {12, -1, 0}};
	double got[FEATURE_COUNT];

	ck_assert(!features_at(history, 6, 99.9, got));
	ck_assert(!features_at(returns, 2, 50, got));
	ck_assert(!features_at(NULL, 0, 50, got));
}
END_TEST

/* After `from`, up to and including `to`; what is given back is no purchase. */
START_TEST(outcomes)
{
	static const struct {
		double from, to, purchases, spend;
	} cases[] = {
		{100, 130, 1, 60}, {99, 130, 2, 100}, {130, 189, 0, 0}, {200, 230, 2, 505}, {230, 900, 0, 0},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct feature_outcome o = features_outcome(history, 6, cases[i].from, cases[i].to);

		ck_assert_double_eq(o.purchases, cases[i].purchases);
		ck_assert_double_eq(o.spend, cases[i].spend);
	}
}
END_TEST

/* Sums at the edge of what amounts can be stay finite. */
START_TEST(huge_amounts)
{
	static const struct feature_event huge[] = {
		{1, 9223372036854775807.0, 1e9}, {2, 9223372036854775807.0, 1e9}, {3, 0, 0}};
	double got[FEATURE_COUNT];
	size_t i;

	ck_assert(features_at(huge, 3, 5, got));
	for (i = 0; i < FEATURE_COUNT; i++)
		ck_assert_msg(isfinite(got[i]), "%s", feature_names[i]);
}
END_TEST

UNIT_MAIN("features", counted_by_hand, nothing_of_the_future, a_single_purchase, nothing_known, outcomes,
	  huge_amounts)
