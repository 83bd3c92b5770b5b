/*
 * ease.c - EASE in closed form
 */
#include "common/learn/ease.h"
#include "common/learn/gram.h"
#include "common/learn/kernel.h"

#include <lapacke.h>
#include <string.h>
#include <talloc.h>

size_t ease_memory(int32_t columns)
{
	return (size_t)columns * (size_t)columns * sizeof(double);
}

/* (G + lambda I)^-1 in place: LAPACK's lower triangle, which read by rows is the upper one. */
static bool invert(double *g, int32_t n, double lambda)
{
	int32_t i;

	for (i = 0; i < n; i++)
		g[(size_t)i * (size_t)n + (size_t)i] += lambda;
	return LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'L', n, g, n) == 0 &&
	       LAPACKE_dpotri_work(LAPACK_COL_MAJOR, 'L', n, g, n) == 0;
}

/* B in the place of P, which a large catalogue has no room for twice: row i of floats ends before row i of
 * doubles begins to be needed. */
static float *weights_from(const void *parent, double *p, size_t n)
{
	double *own = talloc_array(NULL, double, n);
	float *line = talloc_array(own, float, n);
	size_t i, j;

	for (i = 0; i < n; i++)
		own[i] = p[i * n + i];
	for (i = 0; i < n; i++) {
		for (j = 0; j < n; j++)
			line[j] = i == j ? 0 : (float)(-p[i * n + j] / own[j]);
		memcpy((char *)p + i * n * sizeof(float), line, n * sizeof(float));
	}
	talloc_free(own);
	return talloc_realloc_size(parent, p, n * n * sizeof(float));
}

struct ease *ease_fit(const void *parent, const struct sparse *m, double lambda)
{
	struct ease *e = talloc_zero(parent, struct ease);
	size_t n = (size_t)m->columns;
	double *g = gram_new(e, m);

	e->columns = m->columns;
	if (!g || !invert(g, m->columns, lambda)) {
		talloc_free(e);
		return NULL;
	}
	gram_mirror(g, n);
	e->weights = weights_from(e, g, n);
	return e;
}

void ease_score(const struct ease *e, const int32_t *index, int32_t count, float *out)
{
	size_t n = (size_t)e->columns;
	int32_t i;

	memset(out, 0, n * sizeof(*out));
	for (i = 0; i < count; i++)
		kernel_add(out, e->weights + (size_t)index[i] * n, n);
}
