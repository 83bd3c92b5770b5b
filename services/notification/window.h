/*
 * window.h - two counts over the last stretch of time, in slices that fall out one by one
 *
 * Used where "how often lately" decides: a breaker counts good and bad answers, a retry budget counts first
 * and repeated attempts.
 */
#ifndef AE_NOTIFICATION_WINDOW_H
#define AE_NOTIFICATION_WINDOW_H

#include "common/clock.h"

enum {
	WINDOW_SLICES = 10
};

struct window {
	int64_t slice[WINDOW_SLICES]; /* the number since 1970 of the slice that is counted there */
	int64_t first[WINDOW_SLICES], second[WINDOW_SLICES];
};

struct window_sums {
	int64_t first, second;
};

/* span is the window's width in microseconds, the same on every call; zeroed memory is an empty window. */
void window_add(struct window *w, int64_t span, instant now, int first, int second);
/* What was counted within the last span, and not after now. */
struct window_sums window_sums(const struct window *w, int64_t span, instant now);

#endif
