/*
 * sparse.c - a matrix that is mostly zero, by rows
 */
#include "common/learn/sparse.h"

#include <talloc.h>

static struct sparse *shape_new(const void *parent, int32_t rows, int32_t columns, size_t count)
{
	struct sparse *m = talloc_zero(parent, struct sparse);

	m->rows = rows;
	m->columns = columns;
	m->begins = talloc_zero_array(m, size_t, (size_t)rows + 1);
	m->index = talloc_array(m, int32_t, count);
	return m;
}

/* Counts, already at begins[row + 1], become the rows' beginnings. */
static void begins_sum(struct sparse *m)
{
	int32_t r;

	for (r = 0; r < m->rows; r++)
		m->begins[r + 1] += m->begins[r];
}

struct sparse *sparse_transpose(const void *parent, const struct sparse *m)
{
	size_t count = sparse_entries(m), i, *next;
	struct sparse *t = shape_new(parent, m->columns, m->rows, count);
	int32_t r;

	if (m->value)
		t->value = talloc_array(t, float, count);
	for (i = 0; i < count; i++)
		t->begins[m->index[i] + 1]++;
	begins_sum(t);
	next = talloc_memdup(t, t->begins, ((size_t)t->rows + 1) * sizeof(*next));
	for (r = 0; r < m->rows; r++)
		for (i = m->begins[r]; i < m->begins[r + 1]; i++) {
			size_t at = next[m->index[i]]++;

			t->index[at] = r;
			if (m->value)
				t->value[at] = m->value[i];
		}
	talloc_free(next);
	return t;
}

/* The cells by columns, rows in their order of appearance: half of a radix sort. */
static struct sparse *by_columns(const void *parent, int32_t rows, int32_t columns, const struct cell *cells,
				 size_t count)
{
	struct sparse *t = shape_new(parent, columns, rows, count);
	size_t i, *next;

	for (i = 0; i < count; i++)
		t->begins[cells[i].column + 1]++;
	begins_sum(t);
	next = talloc_memdup(t, t->begins, ((size_t)columns + 1) * sizeof(*next));
	for (i = 0; i < count; i++)
		t->index[next[cells[i].column]++] = cells[i].row;
	talloc_free(next);
	return t;
}

/* Entries named twice stand side by side now. */
static void doubles_drop(struct sparse *m)
{
	size_t kept = 0, i, begin;
	int32_t r;

	for (r = 0, begin = 0; r < m->rows; r++) {
		size_t end = m->begins[r + 1], first = kept;

		for (i = begin; i < end; i++)
			if (kept == first || m->index[kept - 1] != m->index[i])
				m->index[kept++] = m->index[i];
		begin = end;
		m->begins[r + 1] = kept;
	}
}

struct sparse *sparse_new(const void *parent, int32_t rows, int32_t columns, const struct cell *cells,
			  size_t count)
{
	struct sparse *t = by_columns(parent, rows, columns, cells, count);
	struct sparse *m = sparse_transpose(parent, t);

	talloc_free(t);
	doubles_drop(m);
	return m;
}
