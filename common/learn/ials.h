/*
 * ials.h - implicit alternating least squares: rows and columns as vectors of few factors
 *
 * Minimises sum over seen (1 - y)^2 + unobserved * sum over all y^2
 *           + regularisation * sum (n + unobserved * N)^nu |w|^2 over both sides,
 * y = row vector . column vector, n = what a row (column) has, N = how many it could have (Hu, Koren and
 * Volinsky 2008, in the form of Rendle et al., Revisiting the Performance of iALS, 2022).
 */
#ifndef AE_LEARN_IALS_H
#define AE_LEARN_IALS_H

#include <stdbool.h>
#include <stdint.h>
#include "common/learn/sparse.h"

enum {
	IALS_FACTORS_MAX = 256
};

struct ials_options {
	int32_t factors, sweeps;
	double unobserved, regularisation, nu;
	uint64_t seed;
	/* Called after each half of a sweep, of 2 * sweeps; NULL: nobody asks. */
	void (*at)(void *whom, int32_t halves);
	void *whom;
};

struct ials {
	int32_t rows, columns, factors;
	int32_t side; /* factors rounded up to what the kernels take; the rest is 0 */
	double unobserved, regularisation, nu;
	float *row_factors, *column_factors; /* side each */
	float *gram;                         /* unobserved * C'C of the columns' factors, side x side */
};

/* NULL: the equations have no unique solution (regularisation too small). */
struct ials *ials_fit(const void *parent, const struct sparse *m, const struct ials_options *o);

/* out[columns] for a row vector of `side` floats. */
void ials_score(const struct ials *f, const float *row, float *out);

/* The vector of one who has these columns, seen in training or not: exactly, in factors^3 / 6 steps. */
bool ials_fold_in(const struct ials *f, const int32_t *index, int32_t count, float *out);
/* The same by so many steps of conjugate gradients from 0, each in factors^2. Three give nearly the same best
 * few; docs/models.md has how nearly. */
void ials_fold_in_steps(const struct ials *f, const int32_t *index, int32_t count, int steps, float *out);

#endif
