/*
 * test_btyd.c - BG/NBD and Pareto/NBD against the integrals that they are, and against histories made with
 * known parameters
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

#include "common/learn/btyd.h"
#include "common/learn/special.h"
#include "tests/unit/unit.h"

/* --- the models as they are told, integrated over what differs between people ---------------------- */

/* lambda ~ gamma(r, alpha); q is p ~ beta(a, b) of BG/NBD or mu ~ gamma(s, beta) of Pareto/NBD. */
static double density_gamma(double log_x, double shape, double rate)
{
	return exp(shape * (log(rate) + log_x) - rate * exp(log_x) - lgamma(shape)); /* times x: d log x */
}

static double density_beta(double logit, double a, double b)
{
	double p = 1 / (1 + exp(-logit)), q = 1 / (1 + exp(logit));

	return exp(a * log(p) + b * log(q) + lgamma(a + b) - lgamma(a) - lgamma(b)); /* times p q: d logit */
}

struct integrals {
	double likelihood, alive, expected;
};

static void add_bgnbd(struct integrals *sum, const struct btyd_history *h, double ahead, double weight,
		      double lambda, double logit)
{
	double p = 1 / (1 + exp(-logit)), q = 1 / (1 + exp(logit));
	double there = pow(lambda, h->repeats) * pow(q, h->repeats) * exp(-lambda * h->age);
	double left = h->repeats > 0
			      ? p * pow(q, h->repeats - 1) * pow(lambda, h->repeats) * exp(-lambda * h->last)
			      : 0;

	sum->likelihood += weight * (there + left);
	sum->alive += weight * there;
	sum->expected += weight * there * -expm1(-lambda * p * ahead) / p;
}

static void add_pareto(struct integrals *sum, const struct btyd_history *h, double ahead, double weight,
		       double lambda, double mu)
{
	double both = lambda + mu, there = pow(lambda, h->repeats) * exp(-both * h->age);
	double left = pow(lambda, h->repeats) * mu / both * (exp(-both * h->last) - exp(-both * h->age));

	sum->likelihood += weight * (there + left);
	sum->alive += weight * there;
	sum->expected += weight * there * lambda * -expm1(-mu * ahead) / mu;
}

/* By the trapezoid rule over logarithms, where everything dies away at both ends. */
static struct integrals integrate(enum btyd_model model, const double *p, const struct btyd_history *h,
				  double ahead)
{
	struct integrals sum = {0, 0, 0};
	const double step = 0.1;
	double u, v;

	for (u = -150; u < 12; u += step) {
		double weight = step * step * density_gamma(u, p[0], p[1]);

		for (v = -90; v < 70 && weight > 0; v += step)
			if (model == BTYD_BGNBD)
				add_bgnbd(&sum, h, ahead, weight * density_beta(v, p[2], p[3]), exp(u), v);
			else
				add_pareto(&sum, h, ahead, weight * density_gamma(v, p[2], p[3]), exp(u),
					   exp(v));
	}
	sum.alive /= sum.likelihood;
	sum.expected /= sum.likelihood;
	return sum;
}

static const struct {
	enum btyd_model model;
	double parameters[4];
	struct btyd_history history;
	double ahead;
} integral_cases[] = {
	{BTYD_BGNBD, {.243, 4.414, .793, 2.426}, {2, 30.43, 38.86, 1}, 39},
	{BTYD_BGNBD, {.243, 4.414, .793, 2.426}, {0, 0, 38.86, 1}, 39},
	{BTYD_BGNBD, {.243, 4.414, .793, 2.426}, {26, 30, 31, 1}, 10},
	{BTYD_BGNBD, {1.5, 10, 1, 3}, {3, 20, 30, 1}, 20},  /* a = 1, where the published form divides by 0 */
	{BTYD_BGNBD, {1.5, 10, .4, .5}, {0, 0, 30, 1}, 20}, /* a + b < 1 */
	{BTYD_BGNBD, {1.5, 10, .4, .5}, {1, 5, 30, 1}, 300},
	{BTYD_BGNBD, {5, 2, 3, 2}, {8, 10, 10, 1}, 5},
	{BTYD_PARETO, {.553, 10.578, .606, 11.669}, {2, 30.43, 38.86, 1}, 39},
	{BTYD_PARETO, {.553, 10.578, .606, 11.669}, {0, 0, 38.86, 1}, 39},
	{BTYD_PARETO, {.553, 10.578, .606, 11.669}, {26, 30, 31, 1}, 10},
	{BTYD_PARETO, {1.5, 30, 1, 5}, {3, 20, 30, 1}, 20}, /* s = 1 */
	{BTYD_PARETO, {1.5, 5, 1, 30}, {3, 30, 30, 1}, 20}, /* last = age */
	{BTYD_PARETO, {.7, 8, 1.4, 8}, {1, 5, 30, 1}, 200}, /* alpha = beta */
	{BTYD_PARETO, {.7, 20, .5, .5}, {0, 0, 30, 1}, 50}, /* alpha far from beta */
	{BTYD_PARETO, {.7, .5, .5, 20}, {0, 0, 30, 1}, 50},
	{BTYD_PARETO, {.7, 80, .9, .05}, {0, 0, 30, 1}, 50}, /* very far */
	{BTYD_PARETO, {.7, .02, .9, 90}, {0, 0, 30, 1}, 50},
	{BTYD_PARETO, {.7, 5, 40, 5000}, {3, 12, 30, 1}, 50},
	{BTYD_PARETO, {60, 900, .7, 6}, {3, 12, 30, 1}, 50},
};

/* What the papers' own notes and BTYD's walkthrough print for members of CDNOW. */
START_TEST(published_figures)
{
	static const struct {
		enum btyd_model model;
		double parameters[4];
		struct btyd_history history;
		double ahead, expected, alive, within;
	} cases[] = {
		{BTYD_BGNBD, {.243, 4.414, .793, 2.426}, {2, 30.43, 38.86, 1}, 39, 1.226, NAN, 5e-4},
		{BTYD_BGNBD, {.243, 4.414, .793, 2.426}, {26, 30.86, 31, 1}, 52, 25.76, .96885, 5e-3},
		{BTYD_PARETO, {.5534, 10.5802, .6061, 11.6562}, {26, 30.86, 31, 1}, 52, 25.46, .9979, 6e-3},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const double *p = cases[i].parameters;
		struct btyd m = {.model = cases[i].model, .parameters = {p[0], p[1], p[2], p[3]}};

		ck_assert_double_eq_tol(btyd_expected(&m, &cases[i].history, cases[i].ahead),
					cases[i].expected, cases[i].within);
		if (!isnan(cases[i].alive))
			ck_assert_double_eq_tol(btyd_alive(&m, &cases[i].history), cases[i].alive, 1e-4);
	}
}
END_TEST

START_TEST(integrals)
{
	size_t i;

	for (i = 0; i < sizeof(integral_cases) / sizeof(integral_cases[0]); i++) {
		enum btyd_model model = integral_cases[i].model;
		const double *p = integral_cases[i].parameters;
		const struct btyd_history *h = &integral_cases[i].history;
		struct btyd m = {.model = model, .parameters = {p[0], p[1], p[2], p[3]}};
		struct integrals want = integrate(model, p, h, integral_cases[i].ahead);
		double got = exp(btyd_log_likelihood(model, p, h));

		ck_assert_msg(fabs(got / want.likelihood - 1) < 1e-7, "%zu: likelihood %.12g, not %.12g", i,
			      got, want.likelihood);
		got = btyd_alive(&m, h);
		ck_assert_msg(fabs(got / want.alive - 1) < 1e-7, "%zu: alive %.12g, not %.12g", i, got,
			      want.alive);
		got = btyd_expected(&m, h, integral_cases[i].ahead);
		ck_assert_msg(fabs(got / want.expected - 1) < 1e-7, "%zu: expected %.12g, not %.12g", i, got,
			      want.expected);
	}
}
END_TEST

/* --- histories of people made up ------------------------------------------------------------------- */

static struct draw dice;

static double draw_wait(double rate)
{
	return -log(draw_uniform(&dice)) / rate;
}

static struct btyd_history live(enum btyd_model model, const double *p, double age)
{
	struct btyd_history h = {.age = age, .count = 1};
	double lambda = draw_gamma(&dice, p[0]) / p[1], at = 0, x = draw_gamma(&dice, p[2]),
	       y = draw_gamma(&dice, p[3]);
	double leaves = model == BTYD_PARETO ? draw_wait(x / p[3]) : INFINITY;

	while (model == BTYD_PARETO || at == 0 || draw_uniform(&dice) >= x / (x + y)) {
		at += draw_wait(lambda);
		if (at > age || at > leaves)
			break;
		h.repeats++;
		h.last = at;
	}
	return h;
}

/* Of a hundred drawn fits two parameters would be more than four errors away. */
START_TEST(known_parameters_are_found)
{
	static const double truth[2][4] = {{.5, 6, .8, 2.5}, {.8, 9, .7, 12}};
	enum {
		PEOPLE = 6000
	};
	static struct btyd_history h[PEOPLE];
	const char *error;
	struct btyd m;
	size_t i, j, count;

	dice = draw_begin(42);
	for (i = 0; i < 2; i++) {
		for (j = 0; j < PEOPLE; j++)
			h[j] = live((enum btyd_model)i, truth[i], 30 + (double)(j % 12));
		count = btyd_group(h, PEOPLE);
		ck_assert_uint_lt(count, PEOPLE);
		ck_assert(btyd_fit((enum btyd_model)i, h, count, &m, &error));
		ck_assert(m.converged && !m.degenerate);
		for (j = 0; j < 4; j++) {
			printf("%s %.4f +- %.4f of %.4f\n", btyd_names[i][j], m.parameters[j], m.errors[j],
			       truth[i][j]);
			ck_assert_double_lt(fabs(m.parameters[j] - truth[i][j]), 4 * m.errors[j]);
			ck_assert_double_lt(m.errors[j], truth[i][j]);
		}
	}
}
END_TEST

/* What is drawn has the mean that is expected. */
START_TEST(draws_have_their_mean)
{
	enum {
		DRAWS = 40000
	};
	size_t i, j;

	dice = draw_begin(8);
	for (i = 0; i < sizeof(integral_cases) / sizeof(integral_cases[0]); i++) {
		const double *p = integral_cases[i].parameters;
		struct btyd m = {.model = integral_cases[i].model, .parameters = {p[0], p[1], p[2], p[3]}};
		double alive = btyd_alive(&m, &integral_cases[i].history);
		double sum = 0, square = 0, n, error, want;

		for (j = 0; j < DRAWS; j++) {
			n = btyd_draw(&m, &integral_cases[i].history, alive, integral_cases[i].ahead, &dice);
			sum += n;
			square += n * n;
		}
		error = sqrt((square / DRAWS - pow(sum / DRAWS, 2)) / DRAWS);
		want = btyd_expected(&m, &integral_cases[i].history, integral_cases[i].ahead);
		ck_assert_msg(fabs(sum / DRAWS - want) < 5 * error + 1e-3, "%zu: %g, not %g", i, sum / DRAWS,
			      want);
	}
}
END_TEST

/* The fit does not depend on whether equal histories are counted or stand side by side. */
START_TEST(counts_are_repetitions)
{
	struct btyd_history one[] = {{0, 0, 30, 40}, {3, 20, 30, 10}, {8, 29, 31, 5}, {1, 2, 33, 12}},
			    more[67];
	struct btyd a, b;
	const char *error;
	size_t i, j, n = 0;

	for (i = 0; i < 4; i++)
		for (j = 0; j < (size_t)one[i].count; j++) {
			more[n] = one[i];
			more[n++].count = 1;
		}
	ck_assert_uint_eq(btyd_group(more, n), 4);
	ck_assert(btyd_fit(BTYD_BGNBD, one, 4, &a, &error) && btyd_fit(BTYD_BGNBD, more, 4, &b, &error));
	ck_assert_double_eq_tol(a.log_likelihood, b.log_likelihood, 1e-7);
}
END_TEST

/* Everyone comes until the end: nobody is seen to leave, and expectations are the NBD's. */
START_TEST(nobody_leaves)
{
	static struct btyd_history h[500];
	const char *error;
	struct btyd m;
	size_t i, j;

	for (i = 0; i < 2; i++) {
		dice = draw_begin(9);
		for (j = 0; j < 500; j++) {
			double lambda = draw_gamma(&dice, 2) / 10, at = 0;

			h[j] = (struct btyd_history){0, 0, 50, 1};
			while ((at += draw_wait(lambda)) < 50) {
				h[j].repeats++;
				h[j].last = 49.5;
			}
		}
		ck_assert(btyd_fit((enum btyd_model)i, h, 500, &m, &error));
		ck_assert_ptr_nonnull(m.degenerate);
		ck_assert_double_eq(btyd_alive(&m, &h[0]), 1);
		ck_assert_double_eq_tol(btyd_expected(&m, &(struct btyd_history){10, 49, 50, 1}, 10),
					(m.parameters[0] + 10) / (m.parameters[1] + 50) * 10, 1e-12);
		ck_assert_double_eq_tol(m.parameters[0], 2, 0.7);
		ck_assert_double_eq_tol(m.parameters[1], 10, 4);
	}
}
END_TEST

START_TEST(far_out)
{
	static const struct btyd_history cases[] = {
		{1e6, 999.9, 1000, 1}, {1e6, 1, 1000, 1},  {1, 0, 1e5, 1},
		{0, 0, 0, 1},          {1e5, 1e5, 1e5, 1}, {3, 1e-9, 1e9, 1},
	};
	static const double p[2][4] = {{.243, 4.414, .793, 2.426}, {.553, 10.578, .606, 11.669}};
	size_t i, j;

	for (i = 0; i < 2; i++)
		for (j = 0; j < sizeof(cases) / sizeof(cases[0]); j++) {
			struct btyd m = {.model = (enum btyd_model)i,
					 .parameters = {p[i][0], p[i][1], p[i][2], p[i][3]}};
			double alive = btyd_alive(&m, &cases[j]), more = btyd_expected(&m, &cases[j], 10);

			ck_assert_msg(isfinite(btyd_log_likelihood(m.model, p[i], &cases[j])), "%zu", j);
			ck_assert_msg(alive >= 0 && alive <= 1, "%zu: %g", j, alive);
			ck_assert_msg(more >= 0 && isfinite(more), "%zu: %g", j, more);
			ck_assert_msg(btyd_expected(&m, &cases[j], 20) >= more, "%zu", j);
		}
}
END_TEST

START_TEST(refusals)
{
	static const struct {
		struct btyd_history h;
		size_t count;
		const char *want;
	} cases[] = {
		{{0, 0, 10, 1}, 0, "there are no histories"},
		{{0, 0, 10, 5}, 1, "nobody came a second time; nothing says how often one comes"},
		{{1, 11, 10, 1}, 1, "a history ends before it begins, or is not a number"},
		{{NAN, 1, 10, 1}, 1, "a history ends before it begins, or is not a number"},
	};
	const char *error;
	struct btyd m;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert(!btyd_fit(BTYD_PARETO, &cases[i].h, cases[i].count, &m, &error));
		ck_assert_str_eq(error, cases[i].want);
	}
}
END_TEST

START_TEST(special_functions)
{
	double z, sum, term, x;
	int n;

	for (z = 0.3; z < 1e6; z *= 3)
		for (n = 0; n < 60; n += 7) {
			for (sum = 0, x = 0; x < n; x++)
				sum += log(z + x);
			ck_assert_double_eq_tol(log_rising(z, n), sum, 1e-12 * (1 + fabs(sum)) + 1e-11);
		}
	for (z = -0.95; z < 0.97; z += 0.06) {
		for (sum = term = 1, n = 0; n < 2000; n++)
			sum += term *= (2.3 + n) / (4.1 + n) * z;
		ck_assert_double_eq_tol(hypergeometric_1(2.3, 4.1, z), sum, 1e-12 * fabs(sum));
	}
	/* 2F1(1, 1; 2; z) is -log(1 - z) / z. */
	ck_assert_double_eq_tol(hypergeometric_1(1, 2, -50), log(51) / 50, 1e-13);
	ck_assert_double_eq_tol(hypergeometric_1(1, 2, 0.9999), -log(1e-4) / 0.9999, 1e-9);
	for (x = -7; x < 5; x += 0.37)
		ck_assert_double_eq_tol(normal_quantile(normal_below(x)), x, 1e-9);
	ck_assert_double_eq_tol(normal_quantile(0.975), 1.959963984540054, 1e-12);
	/* One degree of freedom is Cauchy's distribution, two have a closed form, many are the normal one. */
	for (x = 0.1; x < 40; x *= 1.7) {
		ck_assert_double_eq_tol(student_beyond(x, 1), 1 - 2 / M_PI * atan(x), 1e-12);
		ck_assert_double_eq_tol(student_beyond(x, 2), 1 - x / sqrt(2 + x * x), 1e-12);
		ck_assert_double_eq_tol(student_beyond(x, 1e9), 2 * normal_below(-x), 1e-7);
	}
	ck_assert_double_eq_tol(student_beyond(2.228139, 10), 0.05, 1e-7);
	ck_assert_double_eq(log_sum(-INFINITY, -INFINITY), -INFINITY);
}
END_TEST

UNIT_MAIN("btyd", published_figures, integrals, known_parameters_are_found, draws_have_their_mean,
	  counts_are_repetitions, nobody_leaves, far_out, refusals, special_functions)
