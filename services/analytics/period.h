/*
 * period.h - which days a dashboard is about, and which it compares with
 */
#ifndef AE_PERIOD_H
#define AE_PERIOD_H

#include "common/clock.h"
#include "common/problem.h"

enum period_kind {
	PERIOD_MONTH,
	PERIOD_QUARTER,
	PERIOD_YEAR,
	PERIOD_CUSTOM
};
enum compare_kind {
	COMPARE_PREVIOUS,
	COMPARE_LAST_YEAR,
	COMPARE_NONE
};
enum grain {
	GRAIN_DAY,
	GRAIN_WEEK,
	GRAIN_MONTH
};

struct period {
	enum period_kind kind;
	enum compare_kind compare;
	day from, to;               /* inclusive */
	day before_from, before_to; /* compared with; before_to < before_from: with nothing */
	enum grain grain;           /* of series over the period */
};

enum {
	PERIOD_DAYS_MAX = 3660,
	PERIOD_BUCKETS_MAX = 370
};

extern const char *const period_names[], *const compare_names[], *const grain_names[];

/*
 * month, quarter and year run from their first day to today and compare with the same stretch of
 * the one before (or of the same one a year ago); custom takes from and to. False: *fault.
 */
bool period_resolve(struct period *p, enum period_kind kind, enum compare_kind compare, bool has_from,
		    day from, bool has_to, day to, day today, struct fault *fault);

/* The period cut into days, weeks (from Monday) or months; the first and last may be cut short. */
size_t period_bucket_count(const struct period *p);
size_t period_bucket(const struct period *p, day d); /* index of d's bucket; d within from..to */
day period_bucket_start(const struct period *p, size_t bucket);

#endif
