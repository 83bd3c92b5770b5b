/*
 * test_logistic.c - logistic regression, against published figures and against its own definition
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/learn/logistic.h"
#include "tests/unit/unit.h"

/* Hours of study and who passed: the textbook example of twenty students. */
static const double hours[] = {0.50, 0.75, 1.00, 1.25, 1.50, 1.75, 1.75, 2.00, 2.25, 2.50,
			       2.75, 3.00, 3.25, 3.50, 4.00, 4.25, 4.50, 4.75, 5.00, 5.50};
static const double passed[] = {0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 1, 1, 1, 1, 1};

static struct logistic *fit(const double *x, const double *y, size_t rows, size_t columns, double l2)
{
	const char *error = NULL;
	struct logistic *m = logistic_fit(
		NULL, &(struct logistic_data){.x = x, .y = y, .rows = rows, .columns = columns}, l2, &error);

	ck_assert_msg(m != NULL, "%s", error);
	return m;
}

START_TEST(published_figures)
{
	struct logistic *m = fit(hours, passed, 20, 1, 0);

	ck_assert_double_eq_tol(m->coefficients[0], 1.504645, 1e-5);
	ck_assert_double_eq_tol(m->intercept, -4.077713, 1e-5);
	ck_assert_double_eq_tol(m->errors[0], 0.628721, 1e-5);
	ck_assert_double_eq_tol(m->intercept_error, 1.760994, 1e-5);
	ck_assert_double_eq_tol(m->log_likelihood, -8.029878, 1e-5);
	ck_assert(m->converged && !m->unbounded);
	ck_assert_double_eq_tol(logistic_probability(m, &(double){3}), 0.61, 0.005);
	talloc_free(m);
}
END_TEST

/* The objective as it is defined, without any of the fit's devices. */
static double objective(const double *x, const double *y, const double *w, size_t rows, size_t columns,
			const double *b, const double *scales, double l2)
{
	double sum = 0;
	size_t i, j;

	for (i = 0; i < rows; i++) {
		double eta = b[0];

		for (j = 0; j < columns; j++)
			eta += b[j + 1] * x[i * columns + j];
		sum += w[i] * (y[i] * eta - log(1 + exp(eta)));
	}
	for (j = 0; j < columns; j++)
		sum -= l2 / 2 * pow(b[j + 1] * scales[j], 2);
	return sum;
}

enum {
	ROWS = 300,
	COLUMNS = 3
};

/* Columns of very different size; the third is the sum of noise and the first. */
static void make(double *x, double *y, double *w)
{
	int i;

	srand48(7);
	for (i = 0; i < ROWS; i++) {
		x[3 * i] = drand48() * 1e-3;
		x[3 * i + 1] = 1e6 + 1e3 * drand48();
		x[3 * i + 2] = x[3 * i] * 500 + drand48();
		y[i] = drand48() < logistic_of(2000 * (x[3 * i] - 5e-4) + x[3 * i + 2] - .7);
		w[i] = 1 + (double)(i % 3);
	}
}

/* No neighbour is better, and the curvature around it is the standard error's. */
START_TEST(the_best_of_its_objective)
{
	static const double ridges[] = {0, 1, 100};
	double x[ROWS * COLUMNS], y[ROWS], w[ROWS];
	size_t i, j;

	make(x, y, w);
	for (i = 0; i < 3; i++) {
		struct logistic_data d = {.x = x, .y = y, .weights = w, .rows = ROWS, .columns = COLUMNS};
		const char *error;
		struct logistic *m = logistic_fit(NULL, &d, ridges[i], &error);
		double b[COLUMNS + 1], best, curve[COLUMNS + 1];

		ck_assert(m && m->converged);
		b[0] = m->intercept;
		memcpy(b + 1, m->coefficients, sizeof(double) * COLUMNS);
		best = objective(x, y, w, ROWS, COLUMNS, b, m->scales, ridges[i]);
		for (j = 0; j <= COLUMNS; j++) {
			double h = 1e-2 * (j ? m->errors[j - 1] : 1e-6 * m->intercept_error), up, down,
			       at = b[j];

			b[j] = at + h;
			up = objective(x, y, w, ROWS, COLUMNS, b, m->scales, ridges[i]);
			b[j] = at - h;
			down = objective(x, y, w, ROWS, COLUMNS, b, m->scales, ridges[i]);
			b[j] = at;
			ck_assert_double_le(up, best + 1e-9);
			ck_assert_double_le(down, best + 1e-9);
			curve[j] = (2 * best - up - down) / h / h;
		}
		/* With the others held still a coefficient is surer than by its standard error. */
		for (j = 0; j < COLUMNS; j++)
			ck_assert_double_ge(m->errors[j] * m->errors[j] * curve[j + 1], 0.99);
		talloc_free(m);
	}
}
END_TEST

/* A row of weight 3 is that row three times. */
START_TEST(weights_are_repetitions)
{
	double x[ROWS * COLUMNS], y[ROWS], w[ROWS], *more = talloc_array(NULL, double, ROWS *COLUMNS * 3),
						    *labels = talloc_array(more, double, ROWS * 3);
	size_t i, k, rows = 0;
	const char *error;
	struct logistic *one, *other;

	make(x, y, w);
	for (i = 0; i < ROWS; i++)
		for (k = 0; k < (size_t)w[i]; k++, rows++) {
			memcpy(more + rows * COLUMNS, x + i * COLUMNS, sizeof(double) * COLUMNS);
			labels[rows] = y[i];
		}
	one = logistic_fit(
		more, &(struct logistic_data){.x = x, .y = y, .weights = w, .rows = ROWS, .columns = COLUMNS},
		1, &error);
	other = fit(more, labels, rows, COLUMNS, 1);
	for (i = 0; i < COLUMNS; i++) {
		ck_assert_double_eq_tol(one->coefficients[i] / other->coefficients[i], 1, 1e-6);
		ck_assert_double_eq_tol(one->errors[i] / other->errors[i], 1, 1e-6);
	}
	talloc_free(other);
	talloc_free(more);
}
END_TEST

/* The delta method over the coefficients as they are given, done by hand for one column. */
START_TEST(errors_of_log_odds)
{
	struct logistic *m = fit(hours, passed, 20, 1, 0);
	double at_zero = logistic_error(m, &(double){0}), at_mean = logistic_error(m, &(double){m->means[0]});

	ck_assert_double_eq_tol(at_zero, m->intercept_error, 1e-9);
	ck_assert_double_lt(at_mean, at_zero);
	ck_assert_double_eq_tol(logistic_log_odds(m, &(double){2}), m->intercept + 2 * m->coefficients[0],
				1e-12);
	talloc_free(m);
}
END_TEST

START_TEST(a_column_that_never_changes)
{
	double x[40];
	struct logistic *m;
	int i;

	for (i = 0; i < 20; i++) {
		x[2 * i] = hours[i];
		x[2 * i + 1] = 0.1;
	}
	m = fit(x, passed, 20, 2, 0);
	ck_assert_double_eq_tol(m->coefficients[0], 1.504645, 1e-5);
	ck_assert_double_eq(m->coefficients[1], 0);
	ck_assert(isnan(m->errors[1]) && m->converged && !m->unbounded);
	talloc_free(m);
}
END_TEST

START_TEST(what_nothing_bounds)
{
	static const struct {
		const char *why;
		double x[12];
		double l2;
		bool unbounded;
	} cases[] = {
		{"separated", {1, 0, 2, 0, 3, 1, 4, 0, 5, 1, 6, 0}, 0, true},
		{"separated, with a ridge", {1, 0, 2, 0, 3, 1, 4, 0, 5, 1, 6, 0}, 1, false},
		{"the same column twice", {1, 1, 5, 5, 3, 3, 4, 4, 2, 2, 6, 6}, 0, true},
		{"the same column twice, with a ridge", {1, 1, 5, 5, 3, 3, 4, 4, 2, 2, 6, 6}, 1, false},
	};
	static const double y[] = {0, 0, 0, 1, 1, 1};
	size_t i, j;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct logistic *m = fit(cases[i].x, y, 6, 2, cases[i].l2);

		ck_assert_msg(m->unbounded == cases[i].unbounded, "%s", cases[i].why);
		for (j = 0; j < 6; j++)
			ck_assert_msg(isfinite(logistic_probability(m, cases[i].x + 2 * j)), "%s",
				      cases[i].why);
		talloc_free(m);
	}
}
END_TEST

START_TEST(refusals)
{
	static const char *const names[] = {"age", "income"};
	static const struct {
		double x[4], y[2], w[2];
		size_t rows;
		const char *want;
	} cases[] = {
		{{1, 2, 3, NAN}, {0, 1}, {1, 1}, 2, "row 2, column income: not a finite number"},
		{{INFINITY, 2, 3, 4}, {0, 1}, {1, 1}, 2, "row 1, column age: not a finite number"},
		{{1, 2, 3, 4}, {0, 2}, {1, 1}, 2, "row 2: the label is not from 0 to 1"},
		{{1, 2, 3, 4}, {0, NAN}, {1, 1}, 2, "row 2: the label is not from 0 to 1"},
		{{1, 2, 3, 4}, {0, 1}, {1, -1}, 2, "row 2: the weight is not a number from 0"},
		{{1, 2, 3, 4}, {0, 0}, {1, 1}, 2, "every label is 0; there must be both"},
		{{1, 2, 3, 4}, {1, 1}, {1, 1}, 2, "every label is 1; there must be both"},
		{{1, 2, 3, 4}, {0, 1}, {0, 0}, 2, "there are no rows"},
		{{0}, {0}, {1}, 0, "there are no rows"},
		{{1e300, 2, -1e300, 4}, {0, 1}, {1, 1}, 2, "column age: the numbers are too large"},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		void *pool = talloc_new(NULL);
		struct logistic_data d = {cases[i].x, cases[i].rows, 2, cases[i].y, cases[i].w, names};
		const char *error = NULL;

		ck_assert_ptr_null(logistic_fit(pool, &d, 1, &error));
		ck_assert_str_eq(error, cases[i].want);
		talloc_free(pool);
	}
}
END_TEST

UNIT_MAIN("logistic", published_figures, the_best_of_its_objective, weights_are_repetitions,
	  errors_of_log_odds, a_column_that_never_changes, what_nothing_bounds, refusals)
