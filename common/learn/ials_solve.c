/*
 * ials_solve.c - one vector, given the other side's
 */
#include "common/learn/ials_solve.h"
#include "common/learn/kernel.h"

#include <cblas.h>
#include <math.h>
#include <string.h>

float ials_ridge(const struct ials_side *s, int32_t count)
{
	return (float)(s->regularisation * pow(count + s->unobserved * s->count, s->nu));
}

/* The vectors side by side, so that the kernel reads them once in order; out becomes their sum. */
static void gather(const struct ials_side *s, const int32_t *index, int32_t count, float *out)
{
	int32_t i;

	memset(out, 0, s->side * sizeof(*out));
	for (i = 0; i < count; i++) {
		const float *v = s->vectors + (size_t)index[i] * s->side;

		memcpy(s->gathered + (size_t)i * s->side, v, s->side * sizeof(*v));
		kernel_add(out, v, s->side);
	}
}

bool ials_solve(const struct ials_side *s, const int32_t *index, int32_t count, float *out)
{
	float ridge = ials_ridge(s, count);
	size_t i;

	gather(s, index, count, out);
	kernel_squares(s->matrix, s->gram, s->gathered, (size_t)count, s->side);
	for (i = 0; i < s->side; i++)
		s->matrix[i * s->side + i] += ridge;
	if (!kernel_cholesky(s->matrix, s->side))
		return false;
	kernel_solve(s->matrix, out, s->side);
	return true;
}

void ials_gram(float *gram, const float *vectors, int32_t count, size_t side, double unobserved)
{
	size_t i, j;

	cblas_ssyrk(CblasRowMajor, CblasUpper, CblasTrans, (int)side, count, (float)unobserved, vectors,
		    (int)side, 0, gram, (int)side);
	for (i = 0; i < side; i++)
		for (j = 0; j < i; j++)
			gram[i * side + j] = gram[j * side + i];
}
