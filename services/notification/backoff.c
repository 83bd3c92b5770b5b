/*
 * backoff.c - exponential backoff with full jitter (see backoff.h)
 */
#include "services/notification/backoff.h"

/* Doubles until it would pass the cap, so that nothing overflows. */
int64_t backoff_ceiling(const struct backoff *b, int failed)
{
	int64_t delay = b->base;

	if (delay <= 0)
		return 0;
	for (; failed > 1 && delay <= b->cap / 2; failed--)
		delay *= 2;
	return failed > 1 || delay > b->cap ? b->cap : delay;
}

/* A random number that is none (NaN, out of range) counts as its nearest end. */
static int64_t jitter(int64_t ceiling, double random)
{
	if (!(random > 0))
		return 0;
	return random < 1 ? (int64_t)((double)ceiling * random) : ceiling;
}

bool backoff_next(const struct backoff *b, int failed, double random, int64_t retry_after, instant now,
		  instant deadline, instant *next)
{
	int64_t delay = jitter(backoff_ceiling(b, failed), random);
	int64_t left = deadline > now ? deadline - now : 0;

	if (b->attempts > 0 && failed >= b->attempts)
		return false;
	if (delay >= left || (retry_after > 0 && retry_after >= left - delay))
		return false;
	*next = now + delay + (retry_after > 0 ? retry_after : 0);
	return true;
}
