/*
 * stats_sequence.c - intervals and p-values that hold however often somebody looks
 */
#include <math.h>

#include "common/stats.h"

/* rho^2 of the sequence that is narrowest after `planned` observations. */
static double tuning(double planned, double alpha)
{
	double l = -2 * log(alpha);

	return (l + log(l + 1)) / planned;
}

double stats_sequence(double standard_error, double seen, double planned, double alpha)
{
	double t = seen * tuning(planned, alpha);

	return standard_error * sqrt(2 * (t + 1) / t * log(sqrt(t + 1) / alpha));
}

/* The mixture's boundary solved for alpha; the tuning stays that of .05, as one sequence must be meant. */
double stats_sequence_p(double estimate, double standard_error, double seen, double planned)
{
	double t = seen * tuning(planned, 0.05), z = estimate / standard_error;

	return fmin(1, sqrt(t + 1) * exp(-z * z * t / (2 * (t + 1))));
}

double stats_sprt_p(double estimate, double variance, double prior_sd)
{
	double prior = prior_sd * prior_sd;
	double log_ratio = log(variance / (variance + prior)) / 2 +
			   prior * estimate * estimate / (2 * variance * (variance + prior));

	return fmin(1, exp(-log_ratio));
}
