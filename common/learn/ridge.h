/*
 * ridge.h - linear regression with a ridge over columns in standard units
 */
#ifndef AE_LEARN_RIDGE_H
#define AE_LEARN_RIDGE_H

#include <stddef.h>

struct ridge {
	size_t columns;
	double intercept, *coefficients; /* 0 for a column that never changes */
	double variance;                 /* of what is left over */
};

/* x row by row. NULL: *error says why; there must be more rows than two. */
struct ridge *ridge_fit(const void *parent, const double *x, const double *y, size_t rows, size_t columns,
			double l2, const char **error);
double ridge_of(const struct ridge *m, const double *row);

#endif
