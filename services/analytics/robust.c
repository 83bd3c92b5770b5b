/*
 * robust.c - is this beyond the member's own noise?
 *
 * Amounts of money are skewed, and their spread grows with their size; square roots even both
 * out. Median and median absolute deviation (MAD) are not moved by one odd month. The reasons
 * for the limits, and how often they are passed by chance, are in docs/insights.md.
 */
#include <math.h>
#include <stdlib.h>
#include <talloc.h>

#include "services/analytics/insights.h"

#define MAD_TO_SIGMA 1.4826 /* for a normal distribution */
#define LEAST_SPREAD 0.10   /* of the median: months that are equal by chance do not make noise vanish */

static int real_order(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double median(double *values, size_t count)
{
	qsort(values, count, sizeof(*values), real_order);
	return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

static double deviation(const double *values, size_t count, double centre, double *scratch)
{
	size_t i;

	for (i = 0; i < count; i++)
		scratch[i] = fabs(values[i] - centre);
	return median(scratch, count);
}

/* Reversals may leave less than nothing. */
static double root(int64_t value)
{
	return value > 0 ? sqrt((double)value) : 0;
}

struct robust robust_measure(const int64_t *values, size_t count, int64_t x)
{
	double *plain = talloc_array(NULL, double, 3 * count + 1), *roots = plain + count,
	       *scratch = roots + count;
	struct robust r = {.count = count};
	double centre, spread;
	size_t i;

	for (i = 0; i < count; i++) {
		plain[i] = (double)values[i];
		roots[i] = root(values[i]);
	}
	if (count > 0) {
		r.median = median(plain, count);
		r.mad = deviation(plain, count, r.median, scratch);
		centre = median(roots, count);
		spread = MAD_TO_SIGMA * deviation(roots, count, centre, scratch);
		spread = spread > LEAST_SPREAD * centre ? spread : LEAST_SPREAD * centre;
		/* The median itself is only known so well. */
		spread *= sqrt(1 + M_PI / 2 / (double)count);
		r.z = spread > 0 ? (root(x) - centre) / spread : 0;
	}
	talloc_free(plain);
	return r;
}

/*
 * Purchases as a Poisson process whose rate is known from the gaps alone (a gamma distribution):
 * the chance of a silence is (T / (T + s)) ^ gaps.
 */
double silence_chance(size_t gaps, day days, day silence)
{
	if (gaps == 0 || days <= 0 || silence <= 0)
		return 1;
	return pow((double)days / ((double)days + silence), (double)gaps);
}
