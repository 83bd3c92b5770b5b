/*
 * special.c - special functions in forms that survive large arguments (see special.h)
 */
#include "common/learn/special.h"

#include <math.h>

enum {
	STEPS_MAX = 20000
};
#define LARGE  50
#define TINY   1e-300
#define ENOUGH 1e-15

/* What Stirling's series adds to (z - 1/2) log z - z + log sqrt(2 pi). */
static double stirling_rest(double z)
{
	double y = 1 / (z * z);

	return (1.0 / 12 - y * (1.0 / 360 - y * (1.0 / 1260 - y / 1680))) / z;
}

double log_rising(double z, double n)
{
	if (z < LARGE)
		return lgamma(z + n) - lgamma(z);
	return (z - 0.5) * log1p(n / z) + n * log(z + n) - n + stirling_rest(z + n) - stirling_rest(z);
}

double log_sum(double a, double b)
{
	double high = fmax(a, b);

	return high == -INFINITY ? high : high + log1p(exp(fmin(a, b) - high));
}

/* DLMF 15.7.1 with b = 0, by Lentz's method: c / F = c - u1 z / (c + 1 - u2 z / (c + 2 - ...)), here with c
 * one less than the function's. */
double hypergeometric_1(double a, double c, double z)
{
	double base = c - 1, f = base, over = base, under = 0, step;
	int n;

	for (n = 1; n < STEPS_MAX; n++) {
		double k = floor((n - 1) / 2.0),
		       u = n % 2 ? (a + k) * (base + k) : (k + 1) * (base - a + k + 1);

		under = base + n - u * z * under;
		over = base + n - u * z / over;
		under = 1 / (under == 0 ? TINY : under);
		over = over == 0 ? TINY : over;
		step = over * under;
		f *= step;
		if (fabs(step - 1) < ENOUGH)
			break;
	}
	return base / f;
}

double normal_below(double x)
{
	return erfc(-x / M_SQRT2) / 2;
}

/* Newton from the logistic approximation; steps are bounded, so that it arrives from far tails too. */
double normal_quantile(double share)
{
	double x, density, step;
	int i;

	if (!(share > 0 && share < 1))
		return share <= 0 ? -INFINITY : INFINITY;
	x = (log(share) - log1p(-share)) / 1.702;
	x = fmax(-8, fmin(8, x));
	for (i = 0; i < 60; i++) {
		density = exp(-x * x / 2) / sqrt(2 * M_PI);
		step = (normal_below(x) - share) / fmax(density, TINY);
		step = fmax(-0.5, fmin(0.5, step));
		x -= step;
		if (fabs(step) < 1e-13)
			break;
	}
	return x;
}

/* The regularised incomplete beta function, by its continued fraction (DLMF 8.17.22), for x below its turn.
 */
static double beta_fraction(double x, double a, double b)
{
	double f = 1, over = 1, under = 0, step;
	int n;

	for (n = 1; n < STEPS_MAX; n++) {
		double m = floor(n / 2.0),
		       u = n % 2 ? -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
				 : m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));

		under = 1 + u * under;
		over = 1 + u / over;
		under = 1 / (under == 0 ? TINY : under);
		over = over == 0 ? TINY : over;
		step = over * under;
		f *= step;
		if (fabs(step - 1) < ENOUGH)
			break;
	}
	return exp(a * log(x) + b * log1p(-x) + log_rising(fmax(a, b), fmin(a, b)) - lgamma(fmin(a, b))) /
	       (a * f);
}

static double beta_below(double x, double a, double b)
{
	if (x <= 0 || x >= 1)
		return x <= 0 ? 0 : 1;
	return x < (a + 1) / (a + b + 2) ? beta_fraction(x, a, b) : 1 - beta_fraction(1 - x, b, a);
}

double student_beyond(double t, double freedom)
{
	return beta_below(freedom / (freedom + t * t), freedom / 2, 0.5);
}
