/*
 * bucket.h - how fast, and how often again: a token bucket and a retry budget
 *
 * Whoever calls brings the clock. One that is put back gives no tokens for the time that comes twice.
 */
#ifndef AE_NOTIFICATION_BUCKET_H
#define AE_NOTIFICATION_BUCKET_H

#include "services/notification/window.h"

struct bucket_policy {
	double rate;  /* tokens per second; 0 = no limit */
	double burst; /* most tokens that can be saved up, at least 1 */
};

struct bucket {
	double tokens;
	instant filled; /* when tokens was true */
	instant paused; /* no token before it */
};

void bucket_init(struct bucket *b, const struct bucket_policy *p, instant now); /* full */
/* Takes a token; false, and none taken, if there is not a whole one. */
bool bucket_take(struct bucket *b, const struct bucket_policy *p, instant now);
/* When there is a whole token, if nobody takes one meanwhile: now or later. */
instant bucket_next(const struct bucket *b, const struct bucket_policy *p, instant now);
/* The provider says it is too much (429): nothing before until, and no burst right after it. */
void bucket_pause(struct bucket *b, instant until);

/* Repeated attempts may be at most that share of the first attempts of the last span. */
struct retry_policy {
	int64_t span; /* microseconds */
	double share; /* 0.1 */
	int least;    /* repeated attempts per span that are always allowed, for when there is little to do */
};

struct retry_budget {
	struct window counts; /* first attempts, repeated attempts */
};

void retry_first(struct retry_budget *b, const struct retry_policy *p, instant now);
/* Takes one repeated attempt; false, and none taken, if the budget is used up. */
bool retry_take(struct retry_budget *b, const struct retry_policy *p, instant now);

#endif
