/*
 * hurdle.h - an amount that is often 0: whether there is any, times how much there is
 *
 * Logistic regression says whether, and a ridge over the logarithms how much: what there is, is lognormal.
 */
#ifndef AE_LEARN_HURDLE_H
#define AE_LEARN_HURDLE_H

#include "common/learn/logistic.h"
#include "common/learn/ridge.h"

struct hurdle {
	struct logistic *any;
	struct ridge *amount; /* of the logarithm */
};

struct hurdle_forecast {
	double any;       /* probability of more than 0 */
	double mean;      /* expected amount */
	double low, high; /* between them with 80 % */
};

/* y >= 0. NULL: *error says why. */
struct hurdle *hurdle_fit(const void *parent, const double *x, const double *y, size_t rows, size_t columns,
			  const char *const *names, const char **error);
struct hurdle_forecast hurdle_of(const struct hurdle *m, const double *row);

#endif
