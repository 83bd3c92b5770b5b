/*
 * logistic.c - fitting (see logistic.h); logistic_use.c predicts
 *
 * Rows are standardised in blocks on the way into BLAS, so that no second copy of the data is needed.
 */
#include "common/learn/logistic.h"

#include <cblas.h>
#include <lapacke.h>
#include <math.h>
#include <string.h>
#include <talloc.h>

enum {
	BLOCK_ROWS = 128,
	ITERATIONS_MAX = 60,
	HALVINGS_MAX = 40
};
#define DECREMENT_ENOUGH 1e-12 /* of Newton's decrement, relative to the likelihood */
#define FLOOR            1e-10 /* of the ridge, by weight: keeps the Hessian invertible whatever is given */
#define ERROR_UNBOUNDED  100   /* of a coefficient in standard units */

struct fit {
	const struct logistic_data *data;
	struct logistic *m;
	size_t size; /* columns and the intercept */
	double l2, weight;
	double *b, *next, *step, *gradient, *hessian; /* in standard units, intercept first */
	double block[BLOCK_ROWS], pull[BLOCK_ROWS];   /* per row: eta, then the Hessian's weight; y - p */
	double *rows;
};

static double weight_of(const struct logistic_data *d, size_t row)
{
	return d->weights ? d->weights[row] : 1;
}

static const char *column_name(const void *parent, const struct logistic_data *d, size_t column)
{
	return d->names ? d->names[column] : talloc_asprintf(parent, "%zu", column + 1);
}

static const char *check_row(const void *parent, const struct logistic_data *d, size_t row)
{
	const double w = weight_of(d, row);
	size_t j;

	if (!(d->y[row] >= 0 && d->y[row] <= 1))
		return talloc_asprintf(parent, "row %zu: the label is not from 0 to 1", row + 1);
	if (!(w >= 0 && isfinite(w)))
		return talloc_asprintf(parent, "row %zu: the weight is not a number from 0", row + 1);
	for (j = 0; j < d->columns; j++)
		if (!isfinite(d->x[row * d->columns + j]))
			return talloc_asprintf(parent, "row %zu, column %s: not a finite number", row + 1,
					       column_name(parent, d, j));
	return NULL;
}

/* NULL where it can be learned from. */
static const char *check(const void *parent, struct fit *f)
{
	const struct logistic_data *d = f->data;
	const char *fault = NULL;
	double ones = 0;
	size_t i;

	for (i = 0; i < d->rows && !fault; i++) {
		fault = check_row(parent, d, i);
		f->weight += weight_of(d, i);
		ones += weight_of(d, i) * d->y[i];
	}
	if (fault)
		return fault;
	if (!(f->weight > 0))
		return "there are no rows";
	if (ones <= 0 || ones >= f->weight)
		return ones <= 0 ? "every label is 0; there must be both"
				 : "every label is 1; there must be both";
	return NULL;
}

/* Mean and standard deviation of a column. False: too large to be squared. */
static bool standardise(struct fit *f, size_t j)
{
	const struct logistic_data *d = f->data;
	double mean = 0, square = 0, largest = 0;
	size_t i;

	for (i = 0; i < d->rows; i++) {
		mean += weight_of(d, i) / f->weight * d->x[i * d->columns + j];
		largest = fmax(largest, fabs(d->x[i * d->columns + j]));
	}
	for (i = 0; i < d->rows; i++) {
		double off = d->x[i * d->columns + j] - mean;

		square += weight_of(d, i) / f->weight * off * off;
	}
	f->m->means[j] = mean;
	f->m->scales[j] = sqrt(square) > 1e-13 * largest ? sqrt(square) : 0;
	return isfinite(mean) && isfinite(square);
}

/* Rows [from, from + count) in standard units, a 1 in front. */
static void load_block(struct fit *f, size_t from, size_t count)
{
	const struct logistic_data *d = f->data;
	size_t i, j;

	for (i = 0; i < count; i++) {
		const double *in = d->x + (from + i) * d->columns;
		double *out = f->rows + i * f->size;

		out[0] = 1;
		for (j = 0; j < d->columns; j++)
			out[j + 1] = f->m->scales[j] > 0 ? (in[j] - f->m->means[j]) / f->m->scales[j] : 0;
	}
}

static size_t block_size(const struct fit *f, size_t from)
{
	return f->data->rows - from < BLOCK_ROWS ? f->data->rows - from : BLOCK_ROWS;
}

/* log(1 + exp(x)) without overflow. */
static double softplus(double x)
{
	return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x));
}

static double penalty(const struct fit *f, const double *b)
{
	double sum = 0;
	size_t j;

	for (j = 1; j < f->size; j++)
		sum += b[j] * b[j];
	return (f->l2 + FLOOR * f->weight) / 2 * sum;
}

/* Without the ridge's part. */
static double likelihood(struct fit *f, const double *b)
{
	double sum = 0;
	size_t from, i;

	for (from = 0; from < f->data->rows; from += BLOCK_ROWS) {
		size_t count = block_size(f, from);

		load_block(f, from, count);
		cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)count, (int)f->size, 1, f->rows, (int)f->size,
			    b, 1, 0, f->block, 1);
		for (i = 0; i < count; i++)
			sum += weight_of(f->data, from + i) *
			       (f->data->y[from + i] * f->block[i] - softplus(f->block[i]));
	}
	return sum;
}

/* Adds a block to gradient and Hessian. */
static void add_block(struct fit *f, size_t from, size_t count)
{
	const int size = (int)f->size;
	size_t i;

	load_block(f, from, count);
	cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)count, size, 1, f->rows, size, f->b, 1, 0, f->block, 1);
	for (i = 0; i < count; i++) {
		double p = logistic_of(f->block[i]), w = weight_of(f->data, from + i);

		f->pull[i] = w * (f->data->y[from + i] - p);
		f->block[i] = sqrt(w * p * (1 - p));
	}
	cblas_dgemv(CblasRowMajor, CblasTrans, (int)count, size, 1, f->rows, size, f->pull, 1, 1, f->gradient,
		    1);
	for (i = 0; i < count; i++)
		cblas_dscal(size, f->block[i], f->rows + i * f->size, 1);
	cblas_dsyrk(CblasRowMajor, CblasUpper, CblasTrans, size, (int)count, 1, f->rows, size, 1, f->hessian,
		    size);
}

/* Gradient and Hessian at b. A column that never changes gets a 1 on the diagonal, so that it stays at 0. */
static void derive(struct fit *f)
{
	double ridge = f->l2 + FLOOR * f->weight;
	size_t from, j;

	memset(f->gradient, 0, f->size * sizeof(double));
	memset(f->hessian, 0, f->size * f->size * sizeof(double));
	for (from = 0; from < f->data->rows; from += BLOCK_ROWS)
		add_block(f, from, block_size(f, from));
	f->hessian[0] += FLOOR * f->weight;
	for (j = 1; j < f->size; j++) {
		f->gradient[j] -= ridge * f->b[j];
		f->hessian[j * f->size + j] += f->m->scales[j - 1] > 0 ? ridge : 1;
	}
}

/* Half the step until it climbs. False: nothing does, b is as good as the numbers allow. */
static bool climb(struct fit *f, double *reached)
{
	double share = 1, value;
	size_t j;
	int i;

	for (i = 0; i < HALVINGS_MAX; i++, share /= 2) {
		for (j = 0; j < f->size; j++)
			f->next[j] = f->b[j] + share * f->step[j];
		value = likelihood(f, f->next) - penalty(f, f->next);
		if (value > *reached) {
			memcpy(f->b, f->next, f->size * sizeof(double));
			*reached = value;
			return true;
		}
	}
	return false;
}

/* False: the Hessian is no longer positive definite in numbers. */
static bool factor(struct fit *f)
{
	int size = (int)f->size;

	derive(f);
	return LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'U', size, f->hessian, size) == 0;
}

static void iterate(struct fit *f)
{
	double reached = likelihood(f, f->b) - penalty(f, f->b), decrement;

	for (; f->m->iterations < ITERATIONS_MAX && factor(f); f->m->iterations++) {
		memcpy(f->step, f->gradient, f->size * sizeof(double));
		LAPACKE_dpotrs(LAPACK_ROW_MAJOR, 'U', (int)f->size, 1, f->hessian, (int)f->size, f->step, 1);
		decrement = cblas_ddot((int)f->size, f->step, 1, f->gradient, 1);
		if (decrement <= DECREMENT_ENOUGH * (fabs(reached) + 1) || !climb(f, &reached)) {
			f->m->converged = true;
			return;
		}
	}
}

/* The inverse of the Hessian; false where there is none. */
static bool invert(struct fit *f)
{
	size_t i, j;

	if (!factor(f) || LAPACKE_dpotri(LAPACK_ROW_MAJOR, 'U', (int)f->size, f->hessian, (int)f->size) != 0)
		return false;
	for (i = 0; i < f->size; i++)
		for (j = 0; j < i; j++)
			f->hessian[i * f->size + j] = f->hessian[j * f->size + i];
	return true;
}

/* From standard units to those of the columns. */
static void unscale(struct fit *f)
{
	struct logistic *m = f->m;
	double *along = f->step;
	size_t j;

	along[0] = 1;
	m->intercept = f->b[0];
	for (j = 0; j < m->columns; j++) {
		bool moves = m->scales[j] > 0;
		double error = sqrt(m->covariance[(j + 1) * f->size + j + 1]);

		along[j + 1] = moves ? -m->means[j] / m->scales[j] : 0;
		m->coefficients[j] = moves ? f->b[j + 1] / m->scales[j] : 0;
		m->errors[j] = moves ? error / m->scales[j] : NAN;
		m->intercept += along[j + 1] * f->b[j + 1];
		m->unbounded |= moves && f->l2 == 0 && !(error < ERROR_UNBOUNDED);
	}
	cblas_dgemv(CblasRowMajor, CblasNoTrans, (int)f->size, (int)f->size, 1, m->covariance, (int)f->size,
		    along, 1, 0, f->next, 1);
	m->intercept_error = sqrt(cblas_ddot((int)f->size, along, 1, f->next, 1));
}

static void allocate(struct fit *f)
{
	struct logistic *m = f->m;

	f->size = m->columns + 1;
	m->means = talloc_zero_array(m, double, f->size);
	m->scales = talloc_zero_array(m, double, f->size);
	m->coefficients = talloc_zero_array(m, double, f->size);
	m->errors = talloc_zero_array(m, double, f->size);
	f->b = talloc_zero_array(f, double, f->size);
	f->next = talloc_zero_array(f, double, f->size);
	f->step = talloc_zero_array(f, double, f->size);
	f->gradient = talloc_zero_array(f, double, f->size);
	f->hessian = talloc_zero_array(m, double, f->size * f->size);
	f->rows = talloc_array(f, double, BLOCK_ROWS * f->size);
}

struct logistic *logistic_fit(const void *parent, const struct logistic_data *d, double l2,
			      const char **error)
{
	struct logistic *m = talloc_zero(parent, struct logistic);
	struct fit *f = talloc_zero(m, struct fit);
	size_t j;

	*f = (struct fit){.data = d, .m = m, .l2 = l2};
	m->columns = d->columns;
	*error = check(parent, f);
	allocate(f);
	for (j = 0; !*error && j < d->columns; j++)
		if (!standardise(f, j))
			*error = talloc_asprintf(parent, "column %s: the numbers are too large",
						 column_name(parent, d, j));
	if (!*error) {
		iterate(f);
		m->log_likelihood = likelihood(f, f->b);
		m->covariance = f->hessian;
		if (!invert(f))
			*error = "the columns leave no single best fit";
	}
	if (*error) {
		talloc_free(m);
		return NULL;
	}
	unscale(f);
	talloc_free(f);
	return m;
}
