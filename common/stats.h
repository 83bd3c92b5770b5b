/*
 * stats.h - whether two arms of an experiment differ, at any time that somebody looks
 *
 * A unit is what was assigned: a member, or a random group of members. Its value is divided by its weight (a
 * member's is 1, a group's its number of members, a ratio's the denominator), so an arm's figure is
 * sum(value) / sum(weight) and its variance the delta method's. What a unit's value was before the experiment
 * takes off what members differ by anyway (CUPED).
 *
 * An interval of n = 95 % is wrong in 5 % of the looks that are taken once. Who looks daily and stops at the
 * first difference is wrong much oftener; the sequences here hold for all looks together.
 */
#ifndef AE_STATS_H
#define AE_STATS_H

#include <stdbool.h>
#include <stddef.h>

struct stats_unit {
	double value, weight, before; /* before: of the same weight; 0 throughout = not known */
};

struct stats_arm {
	const struct stats_unit *units;
	size_t count;
};

/* What the first arm has more of, per weight. */
struct stats_difference {
	double mean[2];  /* of each arm, as it is */
	double estimate; /* after CUPED; mean[0] - mean[1] if it takes nothing off */
	double variance; /* of the estimate */
	double theta;    /* CUPED's: how much of a difference before is one now */
};

/* False: an arm has fewer than two units of weight, or none that differ from another. */
bool stats_difference(const struct stats_arm *first, const struct stats_arm *second,
		      struct stats_difference *out);

/* --- at any time -------------------------------------------------------------------------------- */

/*
 * Half the width of an asymptotic confidence sequence (Waudby-Smith et al.; GrowthBook's parameters) around
 * an estimate with this standard error after `seen` observations; narrowest where `planned` are.
 */
double stats_sequence(double standard_error, double seen, double planned, double alpha);
/* The smallest alpha at which the sequence leaves 0 out: an always-valid p-value. */
double stats_sequence_p(double estimate, double standard_error, double seen, double planned);
/* mSPRT's likelihood ratio as a p-value; the least of all looks holds. prior_sd: of effects to be expected.
 */
double stats_sprt_p(double estimate, double variance, double prior_sd);

/* --- checks ------------------------------------------------------------------------------------- */

/*
 * Sample ratio: the probability of counts as far from their shares as these. An alarm below .001: then
 * members got lost on the way to an arm, and no comparison holds.
 */
#define STATS_RATIO_ALARM 0.001
double stats_ratio_p(const double *counts, const double *shares, size_t arms);

/* The value that this share of all values does not exceed, between neighbours by their distance; sorts them.
 */
double stats_quantile(double *values, size_t count, double share);
#endif
