/*
 * table.h - a CSV file of rows to learn from, as numbers
 *
 * A column is numeric if every cell that is not missing is a number; else its texts become columns of 0 and
 * 1, one for each but the first in the alphabet, called COLUMN=TEXT. Missing numbers are NaN here, and a
 * column COLUMN=missing says where; a missing text is a text of its own.
 */
#ifndef AE_TRAIN_TABLE_H
#define AE_TRAIN_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct table_options {
	const char *path, *label, *test; /* test: column that is true for rows to be judged by, or NULL */
	const char *positive;            /* the label that counts as 1; NULL: 1, true, yes */
	const char *dropped;             /* columns left out, by commas; NULL: none */
	long categories_most;
};

struct table {
	size_t rows, columns;
	const char **names;
	double *x; /* row by row */
	double *y; /* 0 or 1 */
	unsigned char *test;
	size_t missing; /* cells */
};

/* NULL: *error says why, naming file, line and column. */
struct table *table_read(const void *parent, const struct table_options *o, const char **error);

#endif
