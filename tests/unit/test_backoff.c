/*
 * test_backoff.c - when attempts are repeated: ceilings, jitter, a provider's own wish, and the deadline
 */
#include <math.h>
#include <stdlib.h>

#include "services/notification/backoff.h"
#include "tests/unit/unit.h"

#define NOW (1764000000 * SECOND)

static const struct backoff usual = {.base = SECOND, .cap = 300 * SECOND};

START_TEST(test_ceiling)
{
	static const struct {
		int64_t base, cap;
		int failed;
		int64_t want;
	} cases[] = {
		{SECOND, 300 * SECOND, 1, SECOND},
		{SECOND, 300 * SECOND, 2, 2 * SECOND},
		{SECOND, 300 * SECOND, 9, 256 * SECOND},
		{SECOND, 300 * SECOND, 10, 300 * SECOND},
		{SECOND, 300 * SECOND, INT32_MAX, 300 * SECOND},
		{SECOND, 256 * SECOND, 9, 256 * SECOND},
		{500 * SECOND, 300 * SECOND, 1, 300 * SECOND},
		{1, INT64_MAX, 63, INT64_C(1) << 62},
		{1, INT64_MAX, 64, INT64_MAX},
		{3, INT64_MAX, 100, INT64_MAX},
		{0, 300 * SECOND, 5, 0},
		{-5, 300 * SECOND, 5, 0},
		{SECOND, 300 * SECOND, 0, SECOND},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct backoff b = {.base = cases[i].base, .cap = cases[i].cap};
		int64_t got = backoff_ceiling(&b, cases[i].failed);

		ck_assert_msg(got == cases[i].want, "case %zu: got %lld, want %lld", i, (long long)got,
			      (long long)cases[i].want);
	}
}
END_TEST

START_TEST(test_never_again)
{
	struct backoff three = {.base = SECOND, .cap = SECOND, .attempts = 3};
	instant next;

	ck_assert(backoff_next(&three, 2, 0.5, 0, NOW, INSTANT_MAX, &next));
	ck_assert(!backoff_next(&three, 3, 0.5, 0, NOW, INSTANT_MAX, &next));
	ck_assert(!backoff_next(&usual, 1, 0.5, 0, NOW, NOW, &next));
	ck_assert(!backoff_next(&usual, 1, 0.5, 0, NOW, NOW - SECOND, &next));
	ck_assert(!backoff_next(&usual, 1, 0.5, 0, NOW, NOW + SECOND / 2, &next));
	ck_assert(backoff_next(&usual, 1, 0.5, 0, NOW, NOW + SECOND / 2 + 1, &next));
	ck_assert_int_eq(next, NOW + SECOND / 2);
	ck_assert(!backoff_next(&usual, 1, 0.5, INT64_MAX, NOW, INSTANT_MAX, &next));
	ck_assert(!backoff_next(&usual, 1, 0.5, 60 * SECOND, NOW, NOW + 60 * SECOND, &next));
}
END_TEST

START_TEST(test_odd_random_numbers)
{
	static const double odd[] = {NAN, INFINITY, -INFINITY, -1, 0, 1, 2};
	instant next;
	size_t i;

	for (i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		ck_assert(backoff_next(&usual, 1, odd[i], 0, NOW, INSTANT_MAX, &next));
		ck_assert(next >= NOW && next <= NOW + SECOND);
	}
}
END_TEST

/* Never before the provider's wish, never past the ceiling above it, never at the deadline or later. */
START_TEST(test_random_inputs)
{
	int i, given_up = 0;

	srand48(21);
	for (i = 0; i < 200000; i++) {
		struct backoff b = {.base = lrand48() % (10 * SECOND), .cap = lrand48() % (600 * SECOND)};
		int failed = (int)(lrand48() % 40);
		int64_t wish = lrand48() % 2 ? 0 : lrand48() % (900 * SECOND);
		instant deadline = NOW + lrand48() % (2000 * SECOND), next = 0, again = 0;
		double random = drand48();
		bool goes = backoff_next(&b, failed, random, wish, NOW, deadline, &next);

		ck_assert(goes == backoff_next(&b, failed, random, wish, NOW, deadline, &again));
		ck_assert_int_eq(next, again);
		ck_assert_int_le(backoff_ceiling(&b, failed), b.cap);
		if (!goes) {
			ck_assert_int_ge(NOW + wish + backoff_ceiling(&b, failed), deadline);
			given_up++;
			continue;
		}
		ck_assert(next >= NOW + wish && next < deadline);
		ck_assert_int_le(next, NOW + wish + backoff_ceiling(&b, failed));
	}
	ck_assert(given_up > 10000 && given_up < 190000);
}
END_TEST

/* A thousand who failed in the same moment: no tenth of the time gets much more than a tenth of them. */
START_TEST(test_spread)
{
	int counts[10] = {0}, i;
	instant next;

	srand48(22);
	for (i = 0; i < 1000; i++) {
		ck_assert(backoff_next(&usual, 6, drand48(), 0, NOW, INSTANT_MAX, &next));
		counts[(next - NOW) * 10 / (32 * SECOND)]++;
	}
	for (i = 0; i < 10; i++)
		ck_assert_msg(counts[i] > 60 && counts[i] < 140, "%d: %d", i, counts[i]);
}
END_TEST

UNIT_MAIN("backoff", test_ceiling, test_never_again, test_odd_random_numbers, test_random_inputs, test_spread)
