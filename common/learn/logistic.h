/*
 * logistic.h - logistic regression with a ridge, by Newton's method
 *
 * Maximises sum w (y eta - log(1 + exp eta)) - l2/2 sum b^2, where eta = b0 + sum b x over columns brought to
 * mean 0 and standard deviation 1; the intercept is not shrunk. l2 = 0 is maximum likelihood. Coefficients
 * and their standard errors are those of the columns as they were given.
 */
#ifndef AE_LEARN_LOGISTIC_H
#define AE_LEARN_LOGISTIC_H

#include <stdbool.h>
#include <stddef.h>

struct logistic_data {
	const double *x; /* row by row */
	size_t rows, columns;
	const double *y;          /* from 0 to 1 each */
	const double *weights;    /* NULL: 1 each */
	const char *const *names; /* of columns, for messages; NULL: their numbers, from 1 */
};

struct logistic {
	size_t columns;
	double intercept, intercept_error;
	double *coefficients; /* 0 for a column that never changes */
	double *errors;       /* standard errors; NaN for such a column */
	double log_likelihood;
	unsigned iterations;
	bool converged;
	/* The data do not bound a coefficient: a column separates the classes, or repeats others. Only
	 * without a ridge; the probabilities stand, coefficients and errors mean nothing. */
	bool unbounded;
	double *means, *scales; /* scale 0: never changes */
	double *covariance;     /* of the coefficients in standard units, intercept first */
};

/* NULL: *error says why, naming row and column. One class alone is refused: nothing separates it from
 * another.
 */
struct logistic *logistic_fit(const void *parent, const struct logistic_data *d, double l2,
			      const char **error);
/* Of y = 1. */
double logistic_probability(const struct logistic *m, const double *row);
/* Its log odds, and their standard error. */
double logistic_log_odds(const struct logistic *m, const double *row);
double logistic_error(const struct logistic *m, const double *row);

/* 1 / (1 + exp(-x)), and its inverse; the inverse is kept finite at 0 and 1. */
double logistic_of(double x);
double logit_of(double p);

#endif
