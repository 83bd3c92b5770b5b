/*
 * calibrate.h - probabilities that mean what they say, learned from a window that no model was trained on
 *
 * Platt's is two numbers and does with some dozens of each class; isotonic follows any rising shape and wants
 * a thousand.
 */
#ifndef AE_LEARN_CALIBRATE_H
#define AE_LEARN_CALIBRATE_H

#include <stdbool.h>
#include <stddef.h>

/* p becomes logistic(intercept + slope logit(p)). */
struct platt {
	double slope, intercept;
};

/* False: one class alone, or nothing to tell apart. Labels are smoothed as in Platt's paper, so that no fit
 * runs away. */
bool platt_fit(const double *p, const double *label, size_t count, struct platt *out);
double platt_of(const struct platt *c, double p);

/* A rising line through (at, value), level beyond both ends. */
struct isotonic {
	size_t count;
	double *at, *value;
};

/* Pool adjacent violators; equal p are one point. weights NULL: 1 each. NULL: no rows, or a NaN. */
struct isotonic *isotonic_fit(const void *parent, const double *p, const double *label, const double *weights,
			      size_t count);
double isotonic_of(const struct isotonic *c, double p);

#endif
