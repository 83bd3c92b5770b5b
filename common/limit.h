/*
 * limit.h - how often a thing may be done, by all instances together
 *
 * A generic cell rate algorithm in Redis (ITU-T I.371; one number per limit, the time at which it would be at
 * rest): tokens come evenly at the rate, and up to the burst is saved up. Redis' clock is the only one. What
 * was refused learns when to come again: one after the other as tokens will come, so that a thousand that
 * wait do not all ask at the first moment.
 */
#ifndef AE_LIMIT_H
#define AE_LIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cache;
struct limiter;

enum {
	LIMITS_MAX = 2 /* of one ask: it takes from all or from none; their keys share a {tag} */
};

/* The longest that anybody is told to wait for the others in line, in microseconds. */
#define LIMIT_HORIZON (300 * INT64_C(1000000))

struct limit {
	const char *key; /* "limit:{slack:1a2b}" */
	double rate;     /* tokens a second; 0 = no limit, but it may be closed */
	double burst;    /* at least 1 */
};

struct limit_ask {
	struct limit limits[LIMITS_MAX];
	size_t count;
	int cost;     /* tokens; there has to be one, the rest may be owed */
	bool pressed; /* told when a token will be there, whoever else waits for it */
	int64_t wait; /* the answer: 0 = taken; else microseconds until it is worth asking again */
};

/* The cache's connection is used; it must live as long. */
struct limiter *limiter_new(const void *parent, struct cache *cache);
/* All of them in one round trip, two if Redis has forgotten the script. False: Redis is away, no wait holds.
 */
bool limiter_ask(struct limiter *l, struct limit_ask *asks, size_t count);
/* Nothing of that limit for so many microseconds, for everybody, and no burst right after it. */
bool limiter_close(struct limiter *l, const struct limit *limit, int64_t microseconds);

#endif
