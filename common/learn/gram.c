/*
 * gram.c - how often two columns of a matrix occur together: X'X
 */
#include "common/learn/gram.h"

#include <talloc.h>

enum {
	TILE = 64
};

/* One row's pairs. Columns ascend, so only the upper triangle is touched, each of its rows from left to
 * right. */
static void row_add(double *g, size_t n, const int32_t *index, const float *value, int32_t count)
{
	int32_t a, b;

	for (a = 0; a < count; a++) {
		double *line = g + (size_t)index[a] * n;

		if (value)
			for (b = a; b < count; b++)
				line[index[b]] += (double)value[a] * value[b];
		else
			for (b = a; b < count; b++)
				line[index[b]] += 1;
	}
}

/* In tiles, since a whole column of a large matrix is one cache miss a
 * cell. */
void gram_mirror(double *g, size_t n)
{
	size_t i, j, a, b;

	for (i = 0; i < n; i += TILE)
		for (j = i; j < n; j += TILE)
			for (a = i; a < i + TILE && a < n; a++)
				for (b = a + 1 > j ? a + 1 : j; b < j + TILE && b < n; b++)
					g[b * n + a] = g[a * n + b];
}

double *gram_new(const void *parent, const struct sparse *m)
{
	size_t n = (size_t)m->columns;
	double *g = talloc_zero_array(parent, double, n *n);
	int32_t r;

	if (!g)
		return NULL;
	for (r = 0; r < m->rows; r++)
		row_add(g, n, m->index + m->begins[r], m->value ? m->value + m->begins[r] : NULL,
			sparse_row_count(m, r));
	gram_mirror(g, n);
	return g;
}
