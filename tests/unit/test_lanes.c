/*
 * test_lanes.c - critical first, the others by weight, nobody starves
 */
#include <stdlib.h>
#include <string.h>

#include "services/notification/lanes.h"
#include "tests/unit/unit.h"

static const int weights[PRIORITY_COUNT] = {0, 6, 3, 1};

/* How many messages of each lane were served, of so many turns with all these lanes full. */
static void serve(struct lanes *l, const int cost[PRIORITY_COUNT], int turns, int served[PRIORITY_COUNT])
{
	int i;

	memset(served, 0, sizeof(*served) * PRIORITY_COUNT);
	for (i = 0; i < turns; i++)
		served[lanes_next(l, cost)]++;
}

START_TEST(test_shares)
{
	static const struct {
		int cost[PRIORITY_COUNT], want[PRIORITY_COUNT]; /* of 10,000 turns */
		const char *why;
	} cases[] = {
		{{0, 1, 1, 1}, {0, 6000, 3000, 1000}, "by weight"},
		{{1, 1, 1, 1}, {10000, 0, 0, 0}, "critical goes before all"},
		{{0, 0, 1, 1}, {0, 0, 7500, 2500}, "what one does not use goes to the others"},
		{{0, 0, 0, 1}, {0, 0, 0, 10000}, "alone, bulk has everything"},
		{{0, 6, 1, 1}, {0, 2000, 6000, 2000}, "shares are of the cost, not of the number"},
		{{0, 1, 1, 10}, {0, 6593, 3297, 110}, "a large message waits for its turn and gets it"},
		{{0, -1, 1, -7}, {0, 0, 10000, 0}, "less than nothing is nothing"},
	};
	struct lanes l;
	int served[PRIORITY_COUNT];
	size_t i;
	int k;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		lanes_init(&l, weights);
		serve(&l, cases[i].cost, 10000, served);
		for (k = 0; k < PRIORITY_COUNT; k++)
			ck_assert_msg(abs(served[k] - cases[i].want[k]) <= 10, "%s: lane %d got %d, want %d",
				      cases[i].why, k, served[k], cases[i].want[k]);
	}
}
END_TEST

START_TEST(test_empty)
{
	static const int nothing[PRIORITY_COUNT] = {0};
	struct lanes l;

	lanes_init(&l, weights);
	ck_assert_int_eq(lanes_next(&l, nothing), PRIORITY_COUNT);
}
END_TEST

START_TEST(test_odd_weights_and_costs)
{
	static const int odd[PRIORITY_COUNT] = {-1, 0, -5, INT32_MAX}, one[PRIORITY_COUNT] = {0, 1, 1, 1},
			 huge[PRIORITY_COUNT] = {0, INT32_MAX, INT32_MAX, INT32_MAX};
	struct lanes l;
	int served[PRIORITY_COUNT];

	lanes_init(&l, odd);
	serve(&l, one, 2, served);
	ck_assert(served[PRIORITY_TRANSACTIONAL] == 1 && served[PRIORITY_ENGAGEMENT] == 1);
	lanes_init(&l, weights);
	serve(&l, huge, 1000, served);
	ck_assert(served[1] > 550 && served[2] > 250 && served[3] > 50);
}
END_TEST

/* A lane that was empty for long has no claim on the time. */
START_TEST(test_no_saving_up)
{
	static const int bulk[PRIORITY_COUNT] = {0, 0, 0, 1}, all[PRIORITY_COUNT] = {0, 1, 1, 1};
	struct lanes l;
	int served[PRIORITY_COUNT];

	lanes_init(&l, weights);
	serve(&l, bulk, 100000, served);
	serve(&l, all, 20, served);
	ck_assert_int_ge(served[PRIORITY_BULK], 1);
	ck_assert_int_le(served[PRIORITY_TRANSACTIONAL], 13);
}
END_TEST

/*
 * Queues that fill and drain at random: critical is never passed over, an empty lane is never served, and
 * whoever waits is served within a bounded cost of the others.
 */
START_TEST(test_random_queues)
{
	int64_t passed[PRIORITY_COUNT] = {0};
	int waiting[PRIORITY_COUNT] = {0}, cost[PRIORITY_COUNT], i, k;
	struct lanes l;
	enum priority got;

	srand48(51);
	lanes_init(&l, weights);
	for (i = 0; i < 300000; i++) {
		for (k = 0; k < PRIORITY_COUNT; k++) {
			waiting[k] += lrand48() % 100 < (k == PRIORITY_CRITICAL ? 5 : 30);
			cost[k] = waiting[k] > 0 ? 1 + (int)(lrand48() % 5) : 0;
		}
		got = lanes_next(&l, cost);
		if (got == PRIORITY_COUNT) {
			ck_assert(!waiting[0] && !waiting[1] && !waiting[2] && !waiting[3]);
			continue;
		}
		ck_assert_int_gt(waiting[got], 0);
		ck_assert(waiting[PRIORITY_CRITICAL] == 0 || got == PRIORITY_CRITICAL);
		waiting[got]--;
		for (k = 1; k < PRIORITY_COUNT; k++) {
			if (waiting[k] > 0 && k != (int)got && got != PRIORITY_CRITICAL)
				passed[k] += cost[got];
			if (waiting[k] == 0 || k == (int)got)
				passed[k] = 0;
			/* 5 rounds save up for any cost; a round is 10, and 4 of each other may be left over.
			 */
			ck_assert_msg(passed[k] <= 5 * 10 + 10, "lane %d waited for %lld", k,
				      (long long)passed[k]);
		}
	}
}
END_TEST

UNIT_MAIN("lanes", test_shares, test_empty, test_odd_weights_and_costs, test_no_saving_up, test_random_queues)
