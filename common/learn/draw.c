/*
 * draw.c - random numbers (see draw.h); splitmix64 underneath
 */
#include "common/learn/draw.h"

#include <math.h>

#define POISSON_NORMAL 1000
#define POISSON_PART   30

struct draw draw_begin(uint64_t seed)
{
	return (struct draw){seed};
}

double draw_uniform(struct draw *d)
{
	uint64_t z = d->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return ((double)((z ^ z >> 31) >> 11) + 0.5) * 0x1p-53;
}

double draw_normal(struct draw *d)
{
	double radius = sqrt(-2 * log(draw_uniform(d)));

	return radius * cos(2 * M_PI * draw_uniform(d));
}

/* Marsaglia and Tsang 2000; below a shape of 1 by the power of a uniform. */
double draw_gamma(struct draw *d, double shape)
{
	double boost = shape < 1 ? pow(draw_uniform(d), 1 / shape) : 1;
	double base = (shape < 1 ? shape + 1 : shape) - 1.0 / 3, c = 1 / sqrt(9 * base), x, v;

	do {
		x = draw_normal(d);
		v = pow(1 + c * x, 3);
	} while (v <= 0 || log(draw_uniform(d)) >= x * x / 2 + base - base * v + base * log(v));
	return base * v * boost;
}

double draw_beta(struct draw *d, double a, double b)
{
	double x = draw_gamma(d, a), y = draw_gamma(d, b);

	return x + y > 0 ? x / (x + y) : 0.5;
}

/* How many products of uniforms stay above exp(-mean), for a mean whose exponential a double can hold. */
static double poisson_part(struct draw *d, double mean)
{
	double count = 0, product = draw_uniform(d), end = exp(-mean);

	while (product > end) {
		count += 1;
		product *= draw_uniform(d);
	}
	return count;
}

double draw_poisson(struct draw *d, double mean)
{
	double count = 0;

	if (mean >= POISSON_NORMAL)
		return fmax(0, round(mean + sqrt(mean) * draw_normal(d)));
	while (mean > POISSON_PART) {
		count += poisson_part(d, POISSON_PART);
		mean -= POISSON_PART;
	}
	return count + poisson_part(d, mean);
}

double draw_geometric(struct draw *d, double p)
{
	return p >= 1 ? 1 : 1 + floor(log(draw_uniform(d)) / log1p(-p));
}
