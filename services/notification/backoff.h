/*
 * backoff.h - when a failed attempt is repeated
 *
 * Exponential backoff with full jitter: a delay drawn evenly from 0 to min(cap, base * 2^n), so that those
 * who failed together do not come back together. Whoever calls brings the clock and the random number.
 */
#ifndef AE_NOTIFICATION_BACKOFF_H
#define AE_NOTIFICATION_BACKOFF_H

#include "common/clock.h"

struct backoff {
	int64_t base, cap; /* microseconds */
	int attempts;      /* at most so many in all; 0 = as many as the deadline allows */
};

/* The longest delay after that many failed attempts (1 for the first): min(cap, base * 2^(failed-1)). */
int64_t backoff_ceiling(const struct backoff *b, int failed);

/*
 * When to try again after the failed-th attempt; false if never: no attempt is left, or it would come at or
 * after the deadline (INSTANT_MAX = none). random is from [0, 1). retry_after is what the provider asked for,
 * in microseconds, 0 if nothing: it is kept as the least, and the jitter comes on top.
 */
bool backoff_next(const struct backoff *b, int failed, double random, int64_t retry_after, instant now,
		  instant deadline, instant *next);

#endif
