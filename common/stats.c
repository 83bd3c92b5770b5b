/*
 * stats.c - two arms compared: ratios by the delta method, CUPED, and the checks before it
 */
#include "common/stats.h"

#include <math.h>
#include <stdlib.h>

/* An arm's sums: of what its units have, and of how they differ from their arm. */
struct arm_sums {
	double units, weight, mean, before;
	double vv, vb, bb;
};

static struct arm_sums arm_sums(const struct stats_arm *arm)
{
	struct arm_sums s = {0};
	size_t i;

	for (i = 0; i < arm->count; i++) {
		s.units += arm->units[i].weight > 0;
		s.weight += arm->units[i].weight;
		s.mean += arm->units[i].value;
		s.before += arm->units[i].before;
	}
	s.mean /= s.weight;
	s.before /= s.weight;
	for (i = 0; i < arm->count; i++) {
		const struct stats_unit *u = &arm->units[i];
		double v = u->value - s.mean * u->weight, b = u->before - s.before * u->weight;

		s.vv += v * v;
		s.vb += v * b;
		s.bb += b * b;
	}
	return s;
}

/* Of sums of squares, that of an arm's mean. */
static double scale(const struct arm_sums *s)
{
	return s->units / (s->units - 1) / (s->weight * s->weight);
}

bool stats_difference(const struct stats_arm *first, const struct stats_arm *second,
		      struct stats_difference *out)
{
	struct arm_sums a = arm_sums(first), b = arm_sums(second);
	double vv, vb, bb;

	if (!(a.units >= 2 && b.units >= 2))
		return false;
	vv = a.vv * scale(&a) + b.vv * scale(&b);
	vb = a.vb * scale(&a) + b.vb * scale(&b);
	bb = a.bb * scale(&a) + b.bb * scale(&b);
	out->theta = bb > 0 ? vb / bb : 0;
	out->mean[0] = a.mean;
	out->mean[1] = b.mean;
	out->estimate = a.mean - b.mean - out->theta * (a.before - b.before);
	out->variance = vv - out->theta * vb;
	return out->variance > 0;
}

/* --- checks ------------------------------------------------------------------------------------- */

/* The upper part of the regularised gamma function: a series below a + 1, a continued fraction above. */
static double gamma_above(double a, double x)
{
	double term, sum, b, c, d, step;
	int i;

	if (x <= 0)
		return 1;
	if (x < a + 1) {
		for (i = 1, term = sum = 1 / a; i < 500 && fabs(term) > fabs(sum) * 1e-16; i++)
			sum += term *= x / (a + i);
		return 1 - sum * exp(-x + a * log(x) - lgamma(a));
	}
	b = x + 1 - a;
	c = 1e300;
	sum = d = 1 / b;
	for (i = 1; i < 500; i++) {
		b += 2;
		d = 1 / (b - i * (i - a) * d);
		c = b - i * (i - a) / c;
		sum *= step = c * d;
		if (fabs(step - 1) < 1e-15)
			break;
	}
	return sum * exp(-x + a * log(x) - lgamma(a));
}

double stats_ratio_p(const double *counts, const double *shares, size_t arms)
{
	double total = 0, whole = 0, distance = 0;
	size_t i;

	for (i = 0; i < arms; i++) {
		total += counts[i];
		whole += shares[i];
	}
	if (arms < 2 || !(total > 0))
		return 1;
	for (i = 0; i < arms; i++) {
		double expected = total * shares[i] / whole;

		distance += (counts[i] - expected) * (counts[i] - expected) / expected;
	}
	return gamma_above((double)(arms - 1) / 2, distance / 2);
}

static int value_order(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double stats_quantile(double *values, size_t count, double share)
{
	double place = share * (double)(count - 1);
	size_t below = (size_t)place;

	if (count == 0)
		return NAN;
	qsort(values, count, sizeof(*values), value_order);
	if (below + 1 >= count)
		return values[count - 1];
	return values[below] + (place - (double)below) * (values[below + 1] - values[below]);
}
