/*
 * ials_solve.h - one vector, given the other side's: shared by training and folding in
 */
#ifndef AE_LEARN_IALS_SOLVE_H
#define AE_LEARN_IALS_SOLVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The other side, as seen by one vector. */
struct ials_side {
	const float *vectors; /* side floats each */
	size_t side;
	int32_t count;     /* vectors */
	const float *gram; /* unobserved * V'V */
	double unobserved, regularisation, nu;
	float *gathered; /* room for the longest list of vectors */
	float *matrix;   /* side x side */
};

/* Solves (gram + sum v v' + ridge I) out = sum v over the vectors named. */
bool ials_solve(const struct ials_side *s, const int32_t *index, int32_t count, float *out);
/* What pulls a vector towards 0 when it has so many. */
float ials_ridge(const struct ials_side *s, int32_t count);
/* gram = unobserved * V'V, both triangles. */
void ials_gram(float *gram, const float *vectors, int32_t count, size_t side, double unobserved);

#endif
