/*
 * kernel.h - the few loops over floats in which models spend their time
 *
 * Compiled twice, for AVX2 with FMA and for any x86-64 (or whatever the machine is); the loader picks. The
 * two differ in the last bits, since one rounds less often: what must be the same everywhere is computed in
 * double elsewhere.
 */
#ifndef AE_LEARN_KERNEL_H
#define AE_LEARN_KERNEL_H

#include <stdbool.h>
#include <stddef.h>

enum {
	KERNEL_LANES = 16, /* sides of the small matrices are multiples of this */
	KERNEL_SIDE_MAX = 256
};

/* out += x */
void kernel_add(float *out, const float *x, size_t n);
/* out += factor * x */
void kernel_add_scaled(float *out, const float *x, float factor, size_t n);
float kernel_dot(const float *x, const float *y, size_t n);
/* out[r] = dot of x and row r, of rows x side. */
void kernel_dots(float *out, const float *rows, size_t count, const float *x, size_t side);

/* Small symmetric matrices, side x side, of which the upper triangle counts. */

/* out = base + sum of h h' over the rows h of `rows`, which has `count` of them. */
void kernel_squares(float *out, const float *base, const float *rows, size_t count, size_t side);
/* a becomes U with U'U = a. False: it is not positive definite. */
bool kernel_cholesky(float *a, size_t side);
/* x becomes the solution of U'U x = x. */
void kernel_solve(const float *u, float *x, size_t side);

#endif
