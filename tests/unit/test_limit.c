/*
 * test_limit.c - limits shared through a private redis-server: at the rate, in line, closed, forgotten, away
 */
#include "common/cache.h"
#include "common/limit.h"
#include "tests/unit/redis_kit.h"

#define WORKSPACE "limit:{t}"
#define CHANNEL   "limit:{t}:c"

static struct limiter *instance(void)
{
	return limiter_new(memory, cache_new(memory, address, TIMEOUT));
}

/* Of one limit; -1 = Redis is away. */
static int64_t ask(struct limiter *l, double rate, double burst, bool pressed)
{
	struct limit_ask a = {
		.limits = {{WORKSPACE, rate, burst}}, .count = 1, .cost = 1, .pressed = pressed};

	return limiter_ask(l, &a, 1) ? a.wait : -1;
}

/* Time goes on meanwhile: what is told may be shorter by what that takes. */
static void near(int64_t got, int64_t want, const char *why)
{
	ck_assert_msg(got <= want && got > want - SECOND / 2, "%s: got %lld want %lld", why, (long long)got,
		      (long long)want);
}

START_TEST(test_burst_then_line)
{
	struct limiter *one = instance(), *other = instance();

	ck_assert_int_eq(ask(one, 0.1, 3, false), 0);
	ck_assert_int_eq(ask(other, 0.1, 3, false), 0);
	ck_assert_int_eq(ask(one, 0.1, 3, false), 0);
	near(ask(other, 0.1, 3, false), 10 * SECOND, "the first in line gets the next token");
	near(ask(one, 0.1, 3, false), 20 * SECOND, "the next one that after it, whoever asks");
	near(ask(one, 0.1, 3, true), 10 * SECOND, "what is pressed does not stand in line");
	near(ask(one, 0.1, 3, false), 30 * SECOND, "nor does it lengthen it");
}
END_TEST

START_TEST(test_rate)
{
	struct limiter *l = instance();
	int64_t start = clock_monotonic(), taken = 0;

	while (clock_monotonic() < start + SECOND)
		taken += ask(l, 200, 1, true) == 0;
	ck_assert_msg(taken >= 150 && taken <= 202, "got %lld in a second of 200", (long long)taken);
}
END_TEST

START_TEST(test_horizon)
{
	struct limiter *l = instance();
	int i;

	ask(l, 0.01, 1, false);
	for (i = 0; i < 4; i++)
		ask(l, 0.01, 1, false);
	ck_assert_int_eq(ask(l, 0.01, 1, false), LIMIT_HORIZON);
}
END_TEST

START_TEST(test_all_or_none)
{
	struct limiter *l = instance();
	struct limit_ask both[3];
	int i;

	for (i = 0; i < 3; i++)
		both[i] = (struct limit_ask){
			.limits = {{WORKSPACE, 0.1, 10}, {CHANNEL, 0.1, 2}}, .count = 2, .cost = 1};
	ck_assert(limiter_ask(l, both, 3)); /* in one round trip */
	ck_assert(both[0].wait == 0 && both[1].wait == 0);
	near(both[2].wait, 10 * SECOND, "the channel is full");
	for (i = 0; i < 8; i++) /* the workspace gave nothing for the third */
		ck_assert_int_eq(ask(l, 0.1, 10, false), 0);
	ck_assert_int_gt(ask(l, 0.1, 10, false), 0);
}
END_TEST

START_TEST(test_cost_may_be_owed)
{
	struct limiter *l = instance();
	struct limit_ask a = {.limits = {{WORKSPACE, 1, 1}}, .count = 1, .cost = 20, .pressed = true};

	ck_assert(limiter_ask(l, &a, 1) && a.wait == 0);
	near(ask(l, 1, 1, true), 20 * SECOND, "twenty were taken");
}
END_TEST

START_TEST(test_closed_for_everybody)
{
	struct limiter *one = instance(), *other = instance();
	struct limit limit = {WORKSPACE, 10, 50}, loose = {CHANNEL, 0, 1};
	struct limit_ask a = {.limits = {loose}, .count = 1, .cost = 1};

	ck_assert(limiter_close(one, &limit, 30 * SECOND));
	ck_assert(limiter_close(one, &limit, 10 * SECOND)); /* the longer one holds */
	near(ask(other, 10, 50, true), 30 * SECOND, "closed by the other instance");
	ck_assert(limiter_ask(other, &a, 1) && a.wait == 0);
	ck_assert(limiter_close(one, &loose, 40 * SECOND));
	ck_assert(limiter_ask(other, &a, 1));
	near(a.wait, 40 * SECOND, "what has no rate can be closed, too");
	ck_assert(limiter_close(one, &limit, 0));
}
END_TEST

START_TEST(test_no_burst_after_closing)
{
	struct limiter *l = instance();
	struct limit limit = {WORKSPACE, 0.1, 50};
	int64_t deadline = clock_monotonic() + 10 * SECOND, wait;

	ck_assert(limiter_close(l, &limit, SECOND / 10));
	while ((wait = ask(l, 0.1, 50, true)) > 0)
		ck_assert_msg(clock_monotonic() < deadline, "still closed: %lld", (long long)wait);
	near(ask(l, 0.1, 50, true), 10 * SECOND, "one, and then at the rate");
}
END_TEST

START_TEST(test_what_expires)
{
	struct limiter *l = instance();

	ask(l, 10, 5, false);
	ck_assert_int_le(atoi(server_say("PTTL " WORKSPACE)), 1200);
	ck_assert_int_gt(atoi(server_say("PTTL " WORKSPACE)), 0);
	ask(l, 0, 1, false);
	ck_assert_str_eq(server_say("DBSIZE"), "1");
}
END_TEST

START_TEST(test_forgotten_script_and_limits)
{
	struct limiter *l = instance();

	ck_assert_int_eq(ask(l, 0.1, 1, false), 0);
	ck_assert_int_gt(ask(l, 0.1, 1, false), 0);
	server_say("SCRIPT FLUSH");
	ck_assert_int_gt(ask(l, 0.1, 1, false), 0);
	server_say("FLUSHALL");
	ck_assert_int_eq(ask(l, 0.1, 1, false), 0);
	server_say("SET " WORKSPACE " x"); /* not a hash: nothing is known then */
	ck_assert_int_eq(ask(l, 0.1, 1, false), -1);
	server_say("DEL " WORKSPACE);
	ck_assert_int_eq(ask(l, 0.1, 1, false), 0);
}
END_TEST

START_TEST(test_away_and_back)
{
	struct limiter *l = instance();
	struct limit limit = {WORKSPACE, 1, 1};
	int64_t deadline = clock_monotonic() + 10 * SECOND, start;

	ck_assert_int_eq(ask(l, 1, 1, false), 0);
	server_stop();
	start = clock_monotonic();
	ck_assert_int_eq(ask(l, 1, 1, false), -1);
	ck_assert(!limiter_close(l, &limit, SECOND));
	ck_assert_int_lt(clock_monotonic() - start, 2 * TIMEOUT);
	server_start();
	while (ask(l, 1, 1, false) != 0)
		ck_assert(clock_monotonic() < deadline);
}
END_TEST

int main(void)
{
	const TTest *const cases[] = {
		test_burst_then_line,
		test_rate,
		test_horizon,
		test_all_or_none,
		test_cost_may_be_owed,
		test_closed_for_everybody,
		test_no_burst_after_closing,
		test_what_expires,
		test_forgotten_script_and_limits,
		test_away_and_back,
	};

	return redis_cases_run("limit", cases, sizeof(cases) / sizeof(cases[0]));
}
