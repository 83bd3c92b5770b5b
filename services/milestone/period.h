/*
 * period.h - days, weeks, months and years that something is counted by
 */
#ifndef AE_MILESTONE_PERIOD_H
#define AE_MILESTONE_PERIOD_H

#include "common/clock.h"

enum period {
	PERIOD_NONE,
	PERIOD_DAY,
	PERIOD_WEEK,
	PERIOD_MONTH,
	PERIOD_YEAR,
	PERIOD_COUNT
};

enum period period_find(const char *name); /* "week"; PERIOD_COUNT: unknown */
/* Which one it is, so that the next one is one more. */
int64_t period_index(enum period p, day d);
/* "2026-11-26", "2026-W48", "2026-11", "2026"; "" of PERIOD_NONE. Under parent. */
const char *period_name(const void *parent, enum period p, day d);
/* The first day after the one that d is in. */
day period_end(enum period p, day d);

#endif
