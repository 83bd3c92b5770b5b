/*
 * test_assignment.c - the published values of the hash, arms by weight, and a holdout that is independent of
 * experiments
 */
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "common/assignment.h"
#include "tests/unit/unit.h"

enum {
	MEMBERS = 200000
};

/* The first six are the published ones of GrowthBook's SDKs; the last is bytes above 127. */
START_TEST(test_buckets)
{
	static const struct {
		const char *seed, *id;
		int want;
	} cases[] = {
		{"seed", "a", 505},
		{"seed", "b", 2696},
		{"foo", "ab", 2575},
		{"foo", "def", 2019},
		{"89123klj", "8952klfjas09ujkasdf", 1240},
		{"90850943850283058242805", "123", 7516},
		{"", "", 2305},
		{"caf\xc3\xa9", "m1", 9220},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int got = assignment_bucket(cases[i].seed, cases[i].id);

		ck_assert_msg(got == cases[i].want, "%s %s: got %d, want %d", cases[i].seed, cases[i].id, got,
			      cases[i].want);
	}
}
END_TEST

START_TEST(test_arms)
{
	static const double halves[] = {0.5, 0.5}, thirds[] = {0.2, 0.3, 0.5};
	static const struct {
		int bucket;
		double coverage;
		const double *weights;
		size_t count;
		int want;
		const char *why;
	} cases[] = {
		{0, 1, halves, 2, 0, "the first"},
		{4999, 1, halves, 2, 0, "the last of the first half"},
		{5000, 1, halves, 2, 1, "the first of the second"},
		{9999, 1, halves, 2, 1, "the last"},
		{499, 0.1, halves, 2, 0, "within a tenth of the first half"},
		{500, 0.1, halves, 2, -1, "not covered"},
		{5000, 0.1, halves, 2, 1, "an arm begins where it would with full coverage"},
		{5500, 0.1, halves, 2, -1, "not covered, in the second half"},
		{1999, 1, thirds, 3, 0, "weights"},
		{2000, 1, thirds, 3, 1, "weights"},
		{5000, 1, thirds, 3, 2, "weights"},
		{9000, 1, thirds, 2, -1, "weights that do not add up to one leave the rest out"},
		{0, 0, halves, 2, -1, "nobody"},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int got = assignment_arm(cases[i].bucket, cases[i].coverage, cases[i].weights,
					 cases[i].count);

		ck_assert_msg(got == cases[i].want, "%s: got %d, want %d", cases[i].why, got, cases[i].want);
	}
}
END_TEST

/* The draws of two seeds meet each other as often as anybody. */
START_TEST(test_independent)
{
	int first = 0, both = 0, i;
	char id[32];

	for (i = 0; i < MEMBERS; i++) {
		bool one;

		snprintf(id, sizeof(id), "m%09d", i);
		one = assignment_bucket("one", id) < ASSIGNMENT_BUCKETS / 20;
		first += one;
		both += one && assignment_bucket("another", id) < ASSIGNMENT_BUCKETS / 2;
	}
	ck_assert_msg(fabs(first - MEMBERS * 0.05) < 4 * sqrt(MEMBERS * 0.05), "%d", first);
	ck_assert_msg(fabs(both - first * 0.5) < 4 * sqrt(first * 0.25), "%d of %d", both, first);
}
END_TEST

UNIT_MAIN("assignment", test_buckets, test_arms, test_independent)
