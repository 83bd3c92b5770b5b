/*
 * ridge.c - linear regression with a ridge (see ridge.h)
 */
#include "common/learn/ridge.h"

#include <lapacke.h>
#include <math.h>
#include <stdbool.h>
#include <talloc.h>

#define FLOOR 1e-9 /* of the ridge, by row: columns that repeat others share what is theirs */

static void standardise(const double *x, size_t rows, size_t columns, double *means, double *scales)
{
	size_t i, j;

	for (j = 0; j < columns; j++) {
		double mean = 0, square = 0, largest = 0;

		for (i = 0; i < rows; i++) {
			mean += x[i * columns + j] / (double)rows;
			largest = fmax(largest, fabs(x[i * columns + j]));
		}
		for (i = 0; i < rows; i++)
			square += pow(x[i * columns + j] - mean, 2) / (double)rows;
		means[j] = mean;
		scales[j] = sqrt(square) > 1e-13 * largest ? sqrt(square) : 0;
	}
}

/* Sums the row's part of the normal equations; z is the row in standard units. */
static void add_row(double *gram, double *right, const double *z, double y, size_t columns)
{
	size_t i, j;

	for (i = 0; i < columns; i++) {
		right[i] += z[i] * y;
		for (j = i; j < columns; j++)
			gram[i * columns + j] += z[i] * z[j];
	}
}

static double mean_of(const double *y, size_t rows)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < rows; i++)
		sum += y[i];
	return sum / (double)rows;
}

static double left_over(const struct ridge *m, const double *x, const double *y, size_t rows)
{
	double sum = 0, freedom = fmax(1, (double)rows - (double)m->columns - 1);
	size_t i;

	for (i = 0; i < rows; i++)
		sum += pow(y[i] - ridge_of(m, x + i * m->columns), 2);
	return sum / freedom;
}

static bool solve(const double *x, const double *y, size_t rows, struct ridge *m, double l2)
{
	size_t columns = m->columns, i, j;
	double *means = talloc_zero_array(m, double, 4 * columns + columns * columns + 1);
	double *scales = means + columns, *z = scales + columns, *right = z + columns,
	       *gram = right + columns;
	double mean = mean_of(y, rows);

	standardise(x, rows, columns, means, scales);
	for (i = 0; i < rows; i++) {
		for (j = 0; j < columns; j++)
			z[j] = scales[j] > 0 ? (x[i * columns + j] - means[j]) / scales[j] : 0;
		add_row(gram, right, z, y[i] - mean, columns);
	}
	for (j = 0; j < columns; j++)
		gram[j * columns + j] += scales[j] > 0 ? l2 + FLOOR * (double)rows : 1;
	if (LAPACKE_dposv(LAPACK_ROW_MAJOR, 'U', (int)columns, 1, gram, (int)columns, right, 1) != 0)
		return false;
	m->intercept = mean;
	for (j = 0; j < columns; j++) {
		m->coefficients[j] = scales[j] > 0 ? right[j] / scales[j] : 0;
		m->intercept -= m->coefficients[j] * means[j];
	}
	talloc_free(means);
	return isfinite(m->intercept);
}

struct ridge *ridge_fit(const void *parent, const double *x, const double *y, size_t rows, size_t columns,
			double l2, const char **error)
{
	struct ridge *m = talloc_zero(parent, struct ridge);

	m->columns = columns;
	m->coefficients = talloc_zero_array(m, double, columns + 1);
	if (rows < 3 || !solve(x, y, rows, m, l2)) {
		*error = rows < 3 ? "fewer than three rows" : "the columns are no finite numbers";
		talloc_free(m);
		return NULL;
	}
	m->variance = left_over(m, x, y, rows);
	return m;
}

double ridge_of(const struct ridge *m, const double *row)
{
	double sum = m->intercept;
	size_t j;

	for (j = 0; j < m->columns; j++)
		sum += m->coefficients[j] * row[j];
	return sum;
}
