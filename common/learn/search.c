/*
 * search.c - the place where a function of few positive parameters is highest (see search.h)
 *
 * A simplex can collapse before it is there; starting it again from where it ended, with edges of full
 * length, is the standard answer.
 */
#include "common/learn/search.h"

#include <lapacke.h>
#include <math.h>
#include <nlopt.h>
#include <string.h>

enum {
	ROUNDS_MAX = 12,
	EVALUATIONS_MAX = 3000
};
#define GAIN_ENOUGH 1e-9 /* relative to the value */
#define WIDTH       1e-3 /* of the differences, in logarithms */

struct target {
	search_function *function;
	void *context;
};

static double at_logs(unsigned count, const double *logs, double *gradient, void *context)
{
	const struct target *t = context;
	double parameters[SEARCH_PARAMETERS_MAX], value;
	unsigned i;

	(void)gradient; /* none is asked for */
	for (i = 0; i < count; i++)
		parameters[i] = exp(logs[i]);
	value = t->function(parameters, t->context);
	return isfinite(value) ? value : -1e300;
}

static double climb(nlopt_opt o, double *logs)
{
	double value = -HUGE_VAL;

	nlopt_optimize(o, logs, &value);
	return value;
}

static nlopt_opt prepare(struct target *t, unsigned count)
{
	nlopt_opt o = nlopt_create(NLOPT_LN_NELDERMEAD, count);

	nlopt_set_max_objective(o, at_logs, t);
	nlopt_set_lower_bounds1(o, log(SEARCH_LEAST));
	nlopt_set_upper_bounds1(o, log(SEARCH_MOST));
	nlopt_set_initial_step1(o, 0.5);
	nlopt_set_xtol_rel(o, 1e-9);
	nlopt_set_ftol_rel(o, 1e-12);
	nlopt_set_maxeval(o, EVALUATIONS_MAX);
	return o;
}

/* A second difference over the logarithms of i and j. */
static double curvature(struct target *t, const double *logs, unsigned count, unsigned i, unsigned j)
{
	double sum = 0, moved[SEARCH_PARAMETERS_MAX];
	int a, b;

	for (a = -1; a <= 1; a += 2)
		for (b = -1; b <= 1; b += 2) {
			memcpy(moved, logs, count * sizeof(double));
			moved[i] += a * WIDTH;
			moved[j] += b * WIDTH;
			sum += a * b * at_logs(count, moved, NULL, t);
		}
	return sum / (4 * WIDTH * WIDTH);
}

static void estimate_errors(struct target *t, const double *logs, unsigned count, struct search *out)
{
	double h[SEARCH_PARAMETERS_MAX * SEARCH_PARAMETERS_MAX];
	unsigned i, j;
	bool fine;

	for (i = 0; i < count; i++)
		for (j = i; j < count; j++)
			h[i * count + j] = -curvature(t, logs, count, i, j);
	fine = LAPACKE_dpotrf(LAPACK_ROW_MAJOR, 'U', (int)count, h, (int)count) == 0 &&
	       LAPACKE_dpotri(LAPACK_ROW_MAJOR, 'U', (int)count, h, (int)count) == 0;
	for (i = 0; i < count; i++)
		out->errors[i] = fine ? out->at[i] * sqrt(h[i * count + i]) : NAN;
}

struct search search_highest(search_function *function, void *context, const double *from, size_t count)
{
	struct target t = {function, context};
	struct search out = {.value = -HUGE_VAL};
	double logs[SEARCH_PARAMETERS_MAX], value;
	nlopt_opt o = prepare(&t, (unsigned)count);
	size_t i;
	int round;

	for (i = 0; i < count; i++)
		logs[i] = log(from[i]);
	for (round = 0; round < ROUNDS_MAX && !out.converged; round++) {
		value = climb(o, logs);
		out.converged = value - out.value <= GAIN_ENOUGH * fabs(value);
		out.value = fmax(value, out.value);
	}
	nlopt_destroy(o);
	for (i = 0; i < count; i++)
		out.at[i] = exp(logs[i]);
	estimate_errors(&t, logs, (unsigned)count, &out);
	return out;
}
