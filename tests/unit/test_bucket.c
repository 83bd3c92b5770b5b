/*
 * test_bucket.c - what token buckets and retry budgets let through, over any stretch of time
 */
#include <stdlib.h>
#include <string.h>

#include "services/notification/bucket.h"
#include "tests/unit/unit.h"

#define NOW (1764000000 * SECOND)

START_TEST(test_burst_then_rate)
{
	struct bucket_policy p = {.rate = 2, .burst = 3};
	struct bucket b;
	int i;

	bucket_init(&b, &p, NOW);
	for (i = 0; i < 3; i++)
		ck_assert(bucket_take(&b, &p, NOW));
	ck_assert(!bucket_take(&b, &p, NOW));
	ck_assert_int_eq(bucket_next(&b, &p, NOW), NOW + SECOND / 2);
	ck_assert(!bucket_take(&b, &p, NOW + SECOND / 2 - 1));
	ck_assert(bucket_take(&b, &p, NOW + SECOND / 2));
	/* However long nobody sends: no more than the burst is saved up. */
	for (i = 0; i < 3; i++)
		ck_assert(bucket_take(&b, &p, NOW + 3600 * SECOND));
	ck_assert(!bucket_take(&b, &p, NOW + 3600 * SECOND));
}
END_TEST

START_TEST(test_odd_policies)
{
	struct bucket_policy none = {.rate = 0, .burst = 0}, tight = {.rate = 1, .burst = 0.2},
			     slow = {.rate = 1e-12, .burst = 1};
	struct bucket b;
	int i;

	bucket_init(&b, &none, NOW);
	for (i = 0; i < 1000; i++)
		ck_assert(bucket_take(&b, &none, NOW));
	ck_assert_int_eq(bucket_next(&b, &none, NOW), NOW);
	bucket_init(&b, &tight, NOW);
	ck_assert(bucket_take(&b, &tight, NOW) && !bucket_take(&b, &tight, NOW));
	ck_assert_int_eq(bucket_next(&b, &tight, NOW), NOW + SECOND);
	bucket_init(&b, &slow, NOW);
	ck_assert(bucket_take(&b, &slow, NOW) && !bucket_take(&b, &slow, NOW));
	ck_assert_int_eq(bucket_next(&b, &slow, NOW), INSTANT_MAX);
}
END_TEST

START_TEST(test_pause)
{
	struct bucket_policy p = {.rate = 10, .burst = 50};
	struct bucket b;

	bucket_init(&b, &p, NOW);
	bucket_pause(&b, NOW + 30 * SECOND);
	bucket_pause(&b, NOW + 10 * SECOND); /* the longer one holds */
	ck_assert(!bucket_take(&b, &p, NOW + 30 * SECOND - 1));
	ck_assert_int_eq(bucket_next(&b, &p, NOW), NOW + 30 * SECOND);
	ck_assert(bucket_take(&b, &p, NOW + 30 * SECOND));
	ck_assert(!bucket_take(&b, &p, NOW + 30 * SECOND));
	ck_assert(bucket_take(&b, &p, NOW + 30 * SECOND + SECOND / 10));
}
END_TEST

/* Half an hour back: it goes on at the rate, from there. */
START_TEST(test_clock_put_back)
{
	struct bucket_policy p = {.rate = 1, .burst = 5};
	struct bucket b;
	instant back = NOW - 1800 * SECOND;
	int i, taken = 0;

	bucket_init(&b, &p, NOW);
	for (i = 0; i < 5; i++)
		ck_assert(bucket_take(&b, &p, NOW));
	ck_assert(!bucket_take(&b, &p, back));
	for (i = 0; i < 20; i++)
		taken += bucket_take(&b, &p, back + i * SECOND);
	ck_assert_int_eq(taken, 19);
}
END_TEST

/* Over any stretch no more than rate times its length, and the burst; and bucket_next is the first instant.
 */
START_TEST(test_random_takes)
{
	int round, i, k;

	srand48(31);
	for (round = 0; round < 200; round++) {
		struct bucket_policy p = {.rate = 0.1 + drand48() * 20, .burst = 1 + drand48() * 30};
		static instant taken[1000];
		int count = 0;
		struct bucket b;
		instant now = NOW;

		bucket_init(&b, &p, now);
		for (i = 0; i < 1000; i++) {
			instant next = bucket_next(&b, &p, now);
			struct bucket early = b, there = b;

			ck_assert(next >= now);
			ck_assert(next == now || !bucket_take(&early, &p, next - 1));
			ck_assert(bucket_take(&there, &p, next));
			if (bucket_take(&b, &p, now))
				taken[count++] = now;
			now += lrand48() % SECOND / 2;
		}
		for (i = 0; i < count; i += 7)
			for (k = i; k < count; k += 11)
				ck_assert(k - i + 1 <=
					  p.burst + p.rate * (double)(taken[k] - taken[i]) / (double)SECOND +
						  1e-6);
	}
}
END_TEST

START_TEST(test_retries_stay_a_share)
{
	struct retry_policy p = {.span = 60 * SECOND, .share = 0.1, .least = 0};
	struct retry_budget b;
	instant now = NOW;
	int64_t firsts = 0, retries = 0;
	int i;

	srand48(32);
	memset(&b, 0, sizeof(b));
	for (i = 0; i < 300000; i++) {
		now += lrand48() % 100 == 0 ? lrand48() % (90 * SECOND) : lrand48() % (SECOND / 5);
		if (lrand48() % 3) {
			retry_first(&b, &p, now);
			firsts++;
		} else {
			retries += retry_take(&b, &p, now);
		}
		ck_assert_int_le(retries * 10, firsts);
	}
	/* And it is no budget that gives nothing. */
	ck_assert_int_gt(retries * 20, firsts);
}
END_TEST

START_TEST(test_retries_with_little_to_do)
{
	struct retry_policy p = {.span = 60 * SECOND, .share = 0.1, .least = 3};
	struct retry_budget b;
	int i;

	memset(&b, 0, sizeof(b));
	for (i = 0; i < 3; i++)
		ck_assert(retry_take(&b, &p, NOW));
	ck_assert(!retry_take(&b, &p, NOW + 50 * SECOND));
	ck_assert(retry_take(&b, &p, NOW + 70 * SECOND));
}
END_TEST

/* Slices against a list of everything that was counted. */
START_TEST(test_window)
{
	enum {
		EVENTS = 3000
	};
	static instant when[EVENTS];
	const int64_t span = 100 * SECOND, width = span / WINDOW_SLICES;
	struct window w;
	instant now = NOW;
	int i, k;

	srand48(33);
	memset(&w, 0, sizeof(w));
	for (i = 0; i < EVENTS; i++) {
		struct window_sums sums;
		int64_t want = 0;

		now += lrand48() % (lrand48() % 50 ? 2 * SECOND : 150 * SECOND);
		when[i] = now;
		window_add(&w, span, now, 1, 2);
		sums = window_sums(&w, span, now);
		for (k = 0; k <= i; k++)
			want += when[k] / width > now / width - WINDOW_SLICES;
		ck_assert(sums.first == want && sums.second == 2 * want);
	}
	ck_assert_int_eq(window_sums(&w, span, now + span + width).first, 0);
	ck_assert_int_eq(window_sums(&w, span, now - 2 * span).first, 0);
}
END_TEST

UNIT_MAIN("bucket", test_burst_then_rate, test_odd_policies, test_pause, test_clock_put_back,
	  test_random_takes, test_retries_stay_a_share, test_retries_with_little_to_do, test_window)
