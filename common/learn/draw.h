/*
 * draw.h - random numbers, the same ones for the same seed on every machine
 */
#ifndef AE_LEARN_DRAW_H
#define AE_LEARN_DRAW_H

#include <stdint.h>

struct draw {
	uint64_t state;
};

struct draw draw_begin(uint64_t seed);
double draw_uniform(struct draw *d); /* above 0, below 1 */
double draw_normal(struct draw *d);
double draw_gamma(struct draw *d, double shape); /* of rate 1 */
double draw_beta(struct draw *d, double a, double b);
double draw_poisson(struct draw *d, double mean); /* from 1,000 on by the normal distribution */
/* How many trials until the first that succeeds, at least 1. */
double draw_geometric(struct draw *d, double p);

#endif
