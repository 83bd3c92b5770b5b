/*
 * features.h - what someone's history says at a moment, as numbers that models learn from
 *
 * One function for training and for serving: given the same events in order of time and the same moment it
 * gives the same bits, whatever came later.
 */
#ifndef AE_LEARN_FEATURES_H
#define AE_LEARN_FEATURES_H

#include <stdbool.h>
#include <stddef.h>

struct feature_event {
	double at;    /* in days */
	double value; /* below 0: something given back, which is no purchase */
	double items; /* different things in it; 0: not known */
};

/* Of a number n that has no upper end, log(1 + n). Days are days. */
enum feature {
	FEATURE_RECENCY,       /* log days since the last purchase */
	FEATURE_FREQUENCY,     /* log purchases */
	FEATURE_MONEY,         /* log of what was spent in all */
	FEATURE_DECAYED_45,    /* purchases, each worth half after 45 days */
	FEATURE_DECAYED_120,   /* the same with 120 */
	FEATURE_OVERDUE,       /* log (recency / (gap + 1)) */
	FEATURE_GAP,           /* log of the mean days between two purchases; of one, its age */
	FEATURE_ITEMS,         /* log of all items */
	FEATURE_PACE,          /* purchases a day of belonging */
	FEATURE_SPEND_90,      /* log of what was spent in 90 days */
	FEATURE_RETURNS,       /* log of the number of returns */
	FEATURE_MEAN,          /* log of the mean purchase */
	FEATURE_SPEND_DECAYED, /* log of what was spent, each worth half after 120 days */
	FEATURE_COUNT
};
extern const char *const feature_names[FEATURE_COUNT];

/* Of the events up to and including `moment`. False: no purchase is among them, so that nothing is known. */
bool features_at(const struct feature_event *events, size_t count, double moment, double *out);

/* What was bought after `from` and not after `to`. */
struct feature_outcome {
	double purchases, spend;
};
struct feature_outcome features_outcome(const struct feature_event *events, size_t count, double from,
					double to);

#endif
