/*
 * sparse.h - a matrix that is mostly zero, by rows (CSR); its transpose is the same by columns
 */
#ifndef AE_LEARN_SPARSE_H
#define AE_LEARN_SPARSE_H

#include <stddef.h>
#include <stdint.h>

struct sparse {
	int32_t rows, columns;
	size_t *begins; /* rows + 1: row r is entries begins[r] to begins[r + 1] */
	int32_t *index; /* columns, ascending within a row */
	float *value;   /* of the entries; NULL: every one is 1 */
};

struct cell {
	int32_t row, column;
};

/* Cells in any order; one that is named twice is there once. */
struct sparse *sparse_new(const void *parent, int32_t rows, int32_t columns, const struct cell *cells,
			  size_t count);
struct sparse *sparse_transpose(const void *parent, const struct sparse *m);

static inline size_t sparse_entries(const struct sparse *m)
{
	return m->begins[m->rows];
}

static inline int32_t sparse_row_count(const struct sparse *m, int32_t row)
{
	return (int32_t)(m->begins[row + 1] - m->begins[row]);
}

#endif
