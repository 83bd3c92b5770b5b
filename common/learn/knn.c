/*
 * knn.c - item-kNN
 *
 * One column at a time against the rows that have it, so that memory is a line and not a square.
 */
#include "common/learn/knn.h"
#include "common/learn/top.h"

#include <math.h>
#include <string.h>
#include <talloc.h>

struct work {
	const struct sparse *m, *by_column;
	double shrink;
	float *line;   /* together, then similarity, with the column in hand */
	int32_t *best; /* neighbours */
	int32_t neighbours;
};

/* How alike each column is to j; those that never met it are none. */
static void similar(const struct work *w, int32_t j)
{
	const struct sparse *t = w->by_column;
	double own = sparse_row_count(t, j);
	size_t a, b;
	int32_t i;

	memset(w->line, 0, (size_t)t->rows * sizeof(*w->line));
	for (a = t->begins[j]; a < t->begins[j + 1]; a++)
		for (b = w->m->begins[t->index[a]]; b < w->m->begins[t->index[a] + 1]; b++)
			w->line[w->m->index[b]]++;
	for (i = 0; i < t->rows; i++)
		if (i == j || w->line[i] == 0)
			w->line[i] = -INFINITY;
		else
			w->line[i] = (float)(w->line[i] / (sqrt(own * sparse_row_count(t, i)) + w->shrink));
}

struct sparse *knn_fit(const void *parent, const struct sparse *m, int32_t neighbours, double shrink)
{
	struct sparse *to = talloc_zero(NULL, struct sparse), *near;
	struct work w = {
		.m = m, .by_column = sparse_transpose(to, m), .shrink = shrink, .neighbours = neighbours};
	size_t kept = 0;
	int32_t j, i, n;

	w.line = talloc_array(to, float, m->columns);
	w.best = talloc_array(to, int32_t, neighbours);
	to->rows = to->columns = m->columns;
	to->begins = talloc_zero_array(to, size_t, (size_t)m->columns + 1);
	to->index = talloc_array(to, int32_t, (size_t)m->columns * (size_t)neighbours);
	to->value = talloc_array(to, float, (size_t)m->columns *(size_t)neighbours);
	for (j = 0; j < m->columns; j++) {
		similar(&w, j);
		n = top_select(w.line, m->columns, neighbours, w.best);
		for (i = 0; i < n; i++) {
			to->index[kept] = w.best[i];
			to->value[kept++] = w.line[w.best[i]];
		}
		to->begins[j + 1] = kept;
	}
	near = sparse_transpose(parent, to);
	talloc_free(to);
	return near;
}

void knn_score(const struct sparse *near, const int32_t *index, int32_t count, float *out)
{
	int32_t i;
	size_t at;

	memset(out, 0, (size_t)near->columns * sizeof(*out));
	for (i = 0; i < count; i++)
		for (at = near->begins[index[i]]; at < near->begins[index[i] + 1]; at++)
			out[near->index[at]] += near->value[at];
}
