/*
 * test_amounts.c - forecasts of amounts: Gamma-Gamma, two-part, boosted trees, and how they are judged
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/learn/amounts.h"
#include "common/learn/boost.h"
#include "common/learn/draw.h"
#include "common/learn/gamma_gamma.h"
#include "common/learn/hurdle.h"
#include "tests/unit/unit.h"

static struct draw dice;

/* The density of a mean of x gamma(p, nu) values, integrated over nu ~ gamma(q, gamma). */
static double gamma_gamma_integral(const double *p, const struct spend_history *h, double *mean)
{
	double sum = 0, means = 0, u, px = p[0] * h->times, total = h->times * h->mean;

	for (u = -60; u < 20; u += 0.01) {
		double nu = exp(u);
		double value = exp(px * log(nu * h->times) + (px - 1) * log(h->mean) - nu * total -
				   lgamma(px) + p[1] * (log(p[2]) + u) - nu * p[2] - lgamma(p[1]));

		sum += 0.01 * value;
		means += 0.01 * value * p[0] / nu;
	}
	*mean = means / sum;
	return sum;
}

START_TEST(gamma_gamma_is_its_integral)
{
	static const double p[] = {6.25, 3.74, 15.44};
	static const struct spend_history cases[] = {{1, 35}, {2, 22.35}, {7, 73.74}, {26, 5}, {40, 12.5}};
	struct gamma_gamma m = {.parameters = {p[0], p[1], p[2]}, .mean = p[0] * p[2] / (p[1] - 1)};
	double mean;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double want = gamma_gamma_integral(p, &cases[i], &mean);

		ck_assert_double_eq_tol(gamma_gamma_log_likelihood(p, &cases[i]), log(want), 1e-9);
		ck_assert_double_eq_tol(gamma_gamma_expected(&m, &cases[i]), mean, 1e-8 * mean);
	}
	/* Nothing is known of one without a repeat but the mean of all. */
	ck_assert_double_eq_tol(gamma_gamma_expected(&m, &(struct spend_history){0, 0}), 35.22, 0.01);
}
END_TEST

START_TEST(gamma_gamma_finds_known_parameters)
{
	static const double truth[] = {6, 4, 15};
	static struct spend_history h[4000];
	struct gamma_gamma m;
	const char *error;
	size_t i, j;

	dice = draw_begin(2);
	for (i = 0; i < 4000; i++) {
		double nu = draw_gamma(&dice, truth[1]) / truth[2];

		h[i].times = (double)(i % 6); /* a sixth never came again */
		for (j = 0; j < i % 6; j++)
			h[i].mean += draw_gamma(&dice, truth[0]) / nu / h[i].times;
	}
	ck_assert(gamma_gamma_fit(h, 4000, &m, &error));
	ck_assert(m.converged && !m.degenerate);
	for (i = 0; i < 3; i++) {
		ck_assert_double_lt(fabs(m.parameters[i] - truth[i]), 4 * m.errors[i]);
		ck_assert_double_lt(m.errors[i], truth[i] / 3);
	}
}
END_TEST

/* Everyone always spends the same: p has no bound, and means are shrunk instead. */
START_TEST(gamma_gamma_without_spread)
{
	static struct spend_history h[200];
	struct gamma_gamma m;
	const char *error;
	double much;
	size_t i;

	dice = draw_begin(1);
	for (i = 0; i < 200; i++)
		h[i] = (struct spend_history){(double)(1 + i % 4), 30 / draw_gamma(&dice, 3)};
	ck_assert(gamma_gamma_fit(h, 200, &m, &error));
	ck_assert_ptr_nonnull(m.degenerate);
	much = gamma_gamma_expected(&m, &(struct spend_history){50, 100});
	ck_assert(much > m.mean && much <= 100);
	ck_assert(!gamma_gamma_fit(h, 1, &m, &error));
	ck_assert_str_eq(error, "fewer than two spent anything a second time");
	h[0].mean = 9.3e18;
	ck_assert(gamma_gamma_fit(h, 200, &m, &error));
	ck_assert(isfinite(gamma_gamma_expected(&m, &h[0])));
}
END_TEST

START_TEST(judged_by_hand)
{
	static const double forecast[] = {1, 5, 2, 9, 0, 3, 3, 8, 4, 20};
	static const double truth[] = {0, 7, 2, 30, 1, 3, 4, 2, 4, 15};
	/* Ranks of truth: 0 1 2 2 3 4 4 7 15 30 -> 1 2 3.5 3.5 5 6.5 6.5 8 9 10. */
	static const double a[] = {2, 7, 3, 9, 1, 4.5, 4.5, 8, 6, 10},
			    b[] = {1, 8, 3.5, 10, 2, 5, 6.5, 3.5, 6.5, 9};
	double ab = 0, aa = 0, bb = 0;
	struct amounts s;
	size_t i;

	for (i = 0; i < 10; i++) {
		ab += (a[i] - 5.5) * (b[i] - 5.5);
		aa += pow(a[i] - 5.5, 2);
		bb += pow(b[i] - 5.5, 2);
	}
	ck_assert(amounts_of(forecast, truth, 10, INFINITY, &s));
	ck_assert_double_eq_tol(s.mae.value, (1 + 2 + 0 + 21 + 1 + 0 + 1 + 6 + 0 + 5) / 10.0, 1e-12);
	ck_assert_double_eq_tol(s.rmse.value, sqrt((1 + 4 + 441 + 1 + 1 + 36 + 25) / 10.0), 1e-12);
	ck_assert_double_eq_tol(s.spearman.value, ab / sqrt(aa * bb), 1e-12);
	ck_assert_double_eq(s.top10.value, 0); /* 20 was forecast for the one that came to 15 */
	ck_assert(amounts_of(forecast, truth, 10, 10, &s));
	ck_assert_double_eq_tol(s.mae.value, (1 + 2 + 0 + 1 + 1 + 0 + 1 + 6 + 0 + 0) / 10.0, 1e-12);
	ck_assert(!amounts_of(forecast, (double[]){NAN}, 1, 10, &s));
	ck_assert(!amounts_of(NULL, NULL, 0, 10, &s));
}
END_TEST

/* When all are equal, a tenth of the tenth is found by chance. */
START_TEST(ties_are_shared)
{
	double forecast[100] = {0}, truth[100];
	struct amounts s;
	size_t i;

	for (i = 0; i < 100; i++)
		truth[i] = (double)i;
	ck_assert(amounts_of(forecast, truth, 100, INFINITY, &s));
	ck_assert_double_eq_tol(s.top10.value, 0.1, 1e-12);
	ck_assert(isnan(s.spearman.value));
	ck_assert(amounts_of(truth, truth, 100, INFINITY, &s));
	ck_assert_double_eq(s.top10.value, 1);
	ck_assert_double_eq_tol(s.spearman.value, 1, 1e-12);
}
END_TEST

enum {
	ROWS = 8000
};

/* Any with logistic(.5 + x0), then lognormal around 1 + x0 - .5 x1 with deviation .7. */
static void make(double *x, double *y)
{
	int i;

	dice = draw_begin(5);
	for (i = 0; i < ROWS; i++) {
		x[2 * i] = draw_normal(&dice);
		x[2 * i + 1] = 100 + 10 * draw_normal(&dice);
		y[i] = draw_uniform(&dice) < logistic_of(.5 + x[2 * i])
			       ? exp(1 + x[2 * i] - .05 * (x[2 * i + 1] - 100) + .7 * draw_normal(&dice))
			       : 0;
	}
}

START_TEST(two_parts_are_found)
{
	static double x[2 * ROWS], y[ROWS];
	struct hurdle *m;
	const char *error;
	double sum[2] = {0, 0};
	int i, inside = 0;

	make(x, y);
	m = hurdle_fit(NULL, x, y, ROWS, 2, NULL, &error);
	ck_assert_ptr_nonnull(m);
	ck_assert_double_eq_tol(m->any->intercept + 100 * m->any->coefficients[1], .5, .15);
	ck_assert_double_eq_tol(m->any->coefficients[0], 1, .15);
	ck_assert_double_eq_tol(m->amount->coefficients[0], 1, .05);
	ck_assert_double_eq_tol(m->amount->coefficients[1], -.05, .005);
	ck_assert_double_eq_tol(sqrt(m->amount->variance), .7, .03);
	for (i = 0; i < ROWS; i++) {
		struct hurdle_forecast f = hurdle_of(m, x + 2 * i);

		sum[0] += f.mean;
		sum[1] += y[i];
		inside += y[i] >= f.low && y[i] <= f.high;
	}
	ck_assert_double_eq_tol(sum[0] / sum[1], 1, .06);
	ck_assert_double_ge(inside, .79 * ROWS); /* more where nothing at all is within it */
	ck_assert_double_le(inside, .91 * ROWS);
	talloc_free(m);
}
END_TEST

START_TEST(two_parts_refused)
{
	static const double x[] = {1, 2, 3, 4, 5, 6}, none[6] = {0}, all[] = {1, 2, 3, 4, 5, 6},
			    few[] = {0, 0, 3, 0, 0, 2};
	const char *error;

	ck_assert_ptr_null(hurdle_fit(NULL, x, none, 6, 1, NULL, &error));
	ck_assert_str_eq(error, "every label is 0; there must be both");
	ck_assert_ptr_null(hurdle_fit(NULL, x, all, 6, 1, NULL, &error));
	ck_assert_ptr_null(hurdle_fit(NULL, x, few, 6, 1, NULL, &error));
	ck_assert_str_eq(error, "fewer than three rows");
}
END_TEST

/* A square that no line divides, once more the same bits, and numbers that single precision has not. */
START_TEST(trees)
{
	static double x[2 * ROWS], y[ROWS], p[ROWS], again[ROWS], gains[2];
	struct boost_options o = BOOST_DEFAULTS;
	struct boost *b;
	const char *error = NULL;
	int i, right = 0;

	dice = draw_begin(1);
	for (i = 0; i < ROWS; i++) {
		x[2 * i] = draw_uniform(&dice) - .5;
		x[2 * i + 1] = i % 50 ? draw_uniform(&dice) - .5 : NAN;
		y[i] = x[2 * i] * x[2 * i + 1] > 0;
	}
	b = boost_fit(NULL, x, ROWS, 2, y, &o, &error);
	ck_assert_msg(b && boost_predict(b, x, ROWS, p, &error) && boost_gains(b, gains, &error), "%s",
		      error);
	for (i = 0; i < ROWS; i++)
		right += (p[i] > .5) == (y[i] == 1);
	ck_assert_double_gt(right, .97 * ROWS);
	ck_assert_double_eq_tol(gains[0] + gains[1], 1, 1e-6);
	talloc_free(b);
	b = boost_fit(NULL, x, ROWS, 2, y, &o, &error);
	ck_assert(b && boost_predict(b, x, ROWS, again, &error));
	ck_assert_mem_eq(p, again, sizeof(p));
	talloc_free(b);
	x[7] = 1e300;
	ck_assert_ptr_null(boost_fit(NULL, x, ROWS, 2, y, &o, &error));
	ck_assert_str_eq(error, "a number is too large for XGBoost, which computes in single precision");
}
END_TEST

/* Means and variances of what is drawn. */
START_TEST(draws)
{
	static const struct {
		char kind;
		double a, b, mean, variance;
	} cases[] = {
		{'n', 0, 0, 0, 1},          {'g', .3, 0, .3, .3}, {'g', 7, 0, 7, 7},
		{'b', 2, 3, .4, .04},       {'p', .4, 0, .4, .4}, {'p', 75, 0, 75, 75},
		{'p', 2500, 0, 2500, 2500}, {'e', .25, 0, 4, 12}, {'e', 1, 0, 1, 0},
	};
	enum {
		DRAWS = 100000
	};
	size_t i, j;

	dice = draw_begin(77);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double sum = 0, square = 0, v, a = cases[i].a;

		for (j = 0; j < DRAWS; j++) {
			v = cases[i].kind == 'n'   ? draw_normal(&dice)
			    : cases[i].kind == 'g' ? draw_gamma(&dice, a)
			    : cases[i].kind == 'b' ? draw_beta(&dice, a, cases[i].b)
			    : cases[i].kind == 'p' ? draw_poisson(&dice, a)
						   : draw_geometric(&dice, a);
			sum += v / DRAWS;
			square += v * v / DRAWS;
		}
		ck_assert_double_eq_tol(sum, cases[i].mean, 5 * sqrt(cases[i].variance / DRAWS) + 1e-9);
		ck_assert_double_eq_tol(square - sum * sum, cases[i].variance,
					.03 * cases[i].variance + 1e-9);
	}
}
END_TEST

UNIT_MAIN("amounts", gamma_gamma_is_its_integral, gamma_gamma_finds_known_parameters,
	  gamma_gamma_without_spread, judged_by_hand, ties_are_shared, two_parts_are_found, two_parts_refused,
	  trees, draws)
