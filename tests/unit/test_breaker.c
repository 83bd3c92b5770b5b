/*
 * test_breaker.c - a provider that fails, stays away, comes back; and what reaches it meanwhile
 */
#include <stdlib.h>
#include <string.h>

#include "services/notification/breaker.h"
#include "tests/unit/unit.h"

#define NOW (1764000000 * SECOND)

static const struct breaker_policy usual = {
	.span = 10 * SECOND,
	.minimum = 10,
	.ratio = 0.5,
	.open_base = 4 * SECOND,
	.open_cap = 60 * SECOND,
	.probes = 3,
	.probe_timeout = 30 * SECOND,
	.ramp = 20 * SECOND,
};

/* Calls that are answered at once; how many of them passed. */
static int calls(struct breaker *b, int count, bool good, instant now)
{
	int i, passed = 0;

	for (i = 0; i < count; i++) {
		breaker_pass pass = breaker_enter(b, &usual, now, drand48());

		if (pass == 0)
			continue;
		breaker_leave(b, &usual, pass, good, now, 0);
		passed++;
	}
	return passed;
}

START_TEST(test_opens_by_ratio_and_number)
{
	struct breaker b;

	breaker_init(&b, NOW);
	ck_assert_int_eq(calls(&b, 9, false, NOW), 9); /* nine say nothing yet */
	ck_assert_int_eq(b.state, BREAKER_CLOSED);
	ck_assert_int_eq(calls(&b, 1, false, NOW), 1);
	ck_assert_int_eq(b.state, BREAKER_OPEN);

	breaker_init(&b, NOW);
	calls(&b, 11, true, NOW);
	calls(&b, 10, false, NOW);
	ck_assert_int_eq(b.state, BREAKER_CLOSED); /* 10 of 21 */
	calls(&b, 1, false, NOW);
	ck_assert_int_eq(b.state, BREAKER_OPEN);

	breaker_init(&b, NOW);
	calls(&b, 9, false, NOW);
	calls(&b, 9, false, NOW + 11 * SECOND); /* the first nine are out of the window */
	ck_assert_int_eq(b.state, BREAKER_CLOSED);
}
END_TEST

START_TEST(test_open_time_doubles_to_a_cap)
{
	static const int64_t seconds[] = {4, 8, 16, 32, 60, 60, 60};
	struct breaker b;
	instant now = NOW;
	size_t i;

	breaker_init(&b, now);
	calls(&b, 10, false, now);
	for (i = 0; i < sizeof(seconds) / sizeof(seconds[0]); i++) {
		/* With the least random number it is half of the time. */
		ck_assert_int_eq(b.until - now, seconds[i] * SECOND / 2);
		ck_assert_int_eq(breaker_next(&b, now), b.until);
		ck_assert_int_eq(calls(&b, 100, true, b.until - 1), 0);
		now = b.until;
		ck_assert_int_eq(calls(&b, 1, false, now), 1); /* a probe, and a bad one */
		ck_assert_int_eq(b.state, BREAKER_OPEN);
	}
}
END_TEST

START_TEST(test_jitter)
{
	instant least = INSTANT_MAX, most = 0;
	struct breaker b;
	int i, k;

	srand48(41);
	for (i = 0; i < 1000; i++) {
		breaker_init(&b, NOW);
		for (k = 0; k < 10; k++)
			breaker_leave(&b, &usual, breaker_enter(&b, &usual, NOW, 0), false, NOW, drand48());
		ck_assert_int_eq(b.state, BREAKER_OPEN);
		least = b.until < least ? b.until : least;
		most = b.until > most ? b.until : most;
	}
	ck_assert(least >= NOW + 2 * SECOND && least < NOW + 21 * SECOND / 10);
	ck_assert(most <= NOW + 4 * SECOND && most > NOW + 39 * SECOND / 10);
}
END_TEST

/* Open, and at the end of it. */
static instant half_open(struct breaker *b)
{
	breaker_init(b, NOW);
	calls(b, 10, false, NOW);
	return b->until;
}

START_TEST(test_probes_are_few)
{
	struct breaker b;
	instant now = half_open(&b);
	breaker_pass passes[3];
	int i;

	for (i = 0; i < 3; i++) {
		passes[i] = breaker_enter(&b, &usual, now, 0);
		ck_assert_uint_ne(passes[i], 0);
	}
	for (i = 0; i < 100; i++)
		ck_assert_uint_eq(breaker_enter(&b, &usual, now + i, 0), 0);
	for (i = 0; i < 3; i++) {
		ck_assert_int_eq(b.state, BREAKER_HALF_OPEN);
		breaker_leave(&b, &usual, passes[i], true, now + SECOND, 0);
	}
	ck_assert_int_eq(b.state, BREAKER_CLOSED);
}
END_TEST

/* A probe that nobody reported does not hold the place for ever; good ones are not forgotten with it. */
START_TEST(test_lost_probes)
{
	struct breaker b;
	instant now = half_open(&b);
	int i;

	ck_assert_int_eq(calls(&b, 1, true, now), 1);
	for (i = 0; i < 2; i++)
		ck_assert_uint_ne(breaker_enter(&b, &usual, now, 0), 0);
	ck_assert_uint_eq(breaker_enter(&b, &usual, now + 30 * SECOND - 1, 0), 0);
	ck_assert_int_eq(calls(&b, 1, true, now + 30 * SECOND), 1);
	ck_assert_int_eq(b.state, BREAKER_HALF_OPEN);
	ck_assert_int_eq(calls(&b, 1, true, now + 7200 * SECOND), 1);
	ck_assert_int_eq(b.state, BREAKER_CLOSED);
}
END_TEST

START_TEST(test_late_answers_say_nothing)
{
	struct breaker b;
	breaker_pass early;
	instant now;

	breaker_init(&b, NOW);
	early = breaker_enter(&b, &usual, NOW, 0);
	calls(&b, 10, false, NOW);
	now = b.until;
	breaker_leave(&b, &usual, early, true, now, 0);
	ck_assert_int_eq(b.state, BREAKER_OPEN);
	ck_assert_uint_ne(breaker_enter(&b, &usual, now, 0), 0);
	breaker_leave(&b, &usual, early, false, now, 0);
	breaker_leave(&b, &usual, 0, false, now, 0);
	ck_assert_int_eq(b.state, BREAKER_HALF_OPEN);
}
END_TEST

/* Back again: a tenth at first, half of it at half time, everything at the end. */
START_TEST(test_ramp)
{
	struct breaker b;
	instant now = half_open(&b);
	int passed;

	srand48(42);
	ck_assert(breaker_share(&b, &usual, now) == 0);
	ck_assert_int_eq(calls(&b, 3, true, now), 3);
	ck_assert_int_eq(b.state, BREAKER_CLOSED);
	passed = calls(&b, 10000, true, now);
	ck_assert_msg(passed > 900 && passed < 1100, "%d", passed);
	passed = calls(&b, 10000, true, now + 10 * SECOND);
	ck_assert_msg(passed > 4800 && passed < 5200, "%d", passed);
	ck_assert_int_eq(calls(&b, 10000, true, now + 20 * SECOND), 10000);
	/* Closed for good: the next time it opens for the first time again. */
	calls(&b, 20000, false, now + 40 * SECOND);
	ck_assert_int_eq(b.until - (now + 40 * SECOND), 2 * SECOND);
}
END_TEST

/* Failing again on the ramp: open for twice as long. */
START_TEST(test_relapse)
{
	struct breaker b;
	instant now = half_open(&b);

	srand48(43);
	calls(&b, 3, true, now);
	calls(&b, 1000, false, now + SECOND);
	ck_assert_int_eq(b.state, BREAKER_OPEN);
	ck_assert_int_eq(b.until - (now + SECOND), 4 * SECOND);
}
END_TEST

/* A hundred times: random calls, answers in any order. Nothing passes while open; it always gets out again.
 */
START_TEST(test_random_life)
{
	int round, i;

	srand48(44);
	for (round = 0; round < 100; round++) {
		breaker_pass passes[16] = {0};
		struct breaker b;
		instant now = NOW;
		bool sick = false;
		int opened = 0;

		breaker_init(&b, now);
		for (i = 0; i < 3000; i++) {
			int k = (int)(lrand48() % 16);
			instant until = b.until;
			enum breaker_state before = b.state;

			now += lrand48() % (SECOND / 10);
			if (lrand48() % 200 == 0)
				sick = !sick;
			if (lrand48() % 2) {
				passes[k] = breaker_enter(&b, &usual, now, drand48());
				ck_assert(before != BREAKER_OPEN || now >= until || passes[k] == 0);
				ck_assert_int_le(b.probes_sent, usual.probes);
			} else {
				breaker_leave(&b, &usual, passes[k], !sick || lrand48() % 10 == 0, now,
					      drand48());
				passes[k] = 0;
			}
			opened += before != BREAKER_OPEN && b.state == BREAKER_OPEN;
			ck_assert(b.state != BREAKER_OPEN ||
				  (b.until > b.since && b.until <= b.since + usual.open_cap));
		}
		ck_assert_int_gt(opened, 0);
		for (i = 0; i < 300 && b.state != BREAKER_CLOSED; i++)
			calls(&b, 1, true, now += SECOND);
		ck_assert_int_eq(b.state, BREAKER_CLOSED);
	}
}
END_TEST

START_TEST(test_names)
{
	ck_assert_str_eq(breaker_state_name(BREAKER_CLOSED), "closed");
	ck_assert_str_eq(breaker_state_name(BREAKER_OPEN), "open");
	ck_assert_str_eq(breaker_state_name(BREAKER_HALF_OPEN), "half_open");
}
END_TEST

UNIT_MAIN("breaker", test_opens_by_ratio_and_number, test_open_time_doubles_to_a_cap, test_jitter,
	  test_probes_are_few, test_lost_probes, test_late_answers_say_nothing, test_ramp, test_relapse,
	  test_random_life, test_names)
