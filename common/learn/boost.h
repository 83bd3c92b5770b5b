/*
 * boost.h - gradient boosted trees for a yes or no, by XGBoost
 *
 * One thread and a fixed seed: the same data gives the same model.
 */
#ifndef AE_LEARN_BOOST_H
#define AE_LEARN_BOOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct boost_options {
	int64_t trees, depth, seed;
	double step; /* how much of each tree is believed: eta */
};
#define BOOST_DEFAULTS ((struct boost_options){200, 3, 1, 0.05})

struct boost;

/* x row by row, NaN where not known; y 0 or 1. NULL: *error says why. */
struct boost *boost_fit(const void *parent, const double *x, size_t rows, size_t columns, const double *y,
			const struct boost_options *options, const char **error);
/* Probabilities of y = 1. */
bool boost_predict(const struct boost *b, const double *x, size_t rows, double *out, const char **error);
/* What each column took off the loss, in shares of the whole. */
bool boost_gains(const struct boost *b, double *out, const char **error);

#endif
