/*
 * breaker.h - a circuit breaker: a provider that fails is left alone for a while, then tried with care
 *
 * CLOSED: everything passes. When of the answers of the last span enough came and too many of them were bad,
 * OPEN: nothing passes, for a time that doubles each time in a row up to a cap, with jitter. Then HALF_OPEN:
 * a few probes pass, and no more than these. One bad probe opens again; when all were good, CLOSED again, and
 * during the ramp only a growing share passes, so that what has queued up does not fall upon the provider.
 *
 * Whoever calls brings the clock and the random numbers, from [0, 1).
 */
#ifndef AE_NOTIFICATION_BREAKER_H
#define AE_NOTIFICATION_BREAKER_H

#include "services/notification/window.h"

enum breaker_state {
	BREAKER_CLOSED,
	BREAKER_OPEN,
	BREAKER_HALF_OPEN,
	BREAKER_STATE_COUNT
};

/* Times in microseconds. */
struct breaker_policy {
	int64_t span;                /* answers count for so long */
	int minimum;                 /* fewer answers say nothing */
	double ratio;                /* bad answers of all from which it opens: 0.5 */
	int64_t open_base, open_cap; /* the first time it stays open, and the longest */
	int probes;                  /* at least 1 */
	int64_t probe_timeout;       /* a probe that nobody reported is forgotten and may be sent again */
	int64_t ramp;                /* 0 = none */
};

struct breaker {
	enum breaker_state state;
	uint32_t term; /* counts changes of state: an answer from an earlier term says nothing any more */
	struct window answers; /* good, bad */
	instant since,
		until; /* of the state; until is OPEN's end, or when HALF_OPEN's probes are forgotten */
	int in_a_row;  /* times opened without being closed for good in between */
	int probes_sent, probes_good;
};

/* What breaker_enter gives out and breaker_leave takes back; 0 = the call must not be made. */
typedef uint32_t breaker_pass;

void breaker_init(struct breaker *b, instant now); /* closed, without a ramp */
breaker_pass breaker_enter(struct breaker *b, const struct breaker_policy *p, instant now, double random);
/* The call with that pass was answered well or badly (a refusal of one message is no bad answer). */
void breaker_leave(struct breaker *b, const struct breaker_policy *p, breaker_pass pass, bool good,
		   instant now, double random);
/* The call was not made after all. */
void breaker_cancel(struct breaker *b, breaker_pass pass);
/* When it is worth asking again: now, or the end of OPEN. */
instant breaker_next(const struct breaker *b, instant now);
/* The share of calls that passes: 0 when open, growing during the ramp, else 1. */
double breaker_share(const struct breaker *b, const struct breaker_policy *p, instant now);

const char *breaker_state_name(enum breaker_state s); /* "closed", "open", "half_open" */

#endif
