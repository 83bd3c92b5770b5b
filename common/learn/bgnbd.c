/*
 * bgnbd.c - BG/NBD: one may leave after each time that one comes, with a probability of one's own
 *
 * lambda ~ gamma(r, alpha) is how often, p ~ beta(a, b) the probability of leaving.
 */
#include <math.h>

#include "common/learn/btyd_models.h"
#include "common/learn/special.h"

enum {
	TERMS_MAX = 200000
};

/* log of (left after the last time) / (still there), both as densities. */
static double log_odds_of_leaving(const double *p, const struct btyd_history *h)
{
	if (h->repeats == 0)
		return -INFINITY;
	return log(p[2]) - log(p[3] + h->repeats - 1) +
	       (p[0] + h->repeats) * (log(p[1] + h->age) - log(p[1] + h->last));
}

double bgnbd_log_likelihood(const double *p, const struct btyd_history *h)
{
	double there = log_rising(p[0], h->repeats) + p[0] * log(p[1]) -
		       (p[0] + h->repeats) * log(p[1] + h->age) + log_rising(p[3], h->repeats) -
		       log_rising(p[2] + p[3], h->repeats);

	return there + log_sum(0, log_odds_of_leaving(p, h));
}

double bgnbd_alive(const double *p, const struct btyd_history *h)
{
	return 1 / (1 + exp(log_odds_of_leaving(p, h)));
}

double btyd_power(double log_y, double e)
{
	return e == 0 ? log_y : expm1(e * log_y) / e;
}

/*
 * The published expectation holds 2F1(r + x, b + x; a + b + x - 1; z) times y^(r + x), y = 1 - z, a product
 * of something huge and something tiny. Euler's transformation makes it y^(a - 1) 2F1(a + b - 1 - r, a - 1;
 * c; z) with c = a + b + x - 1, and what is divided by a - 1 is then known without a difference: -c (y^(a -
 * 1) - 1)/(a - 1) - y^(a - 1) sum.
 */
static double transformed_sum(const double *p, double c, double z)
{
	double first = p[2] + p[3] - 1 - p[0], term = first * z, sum = term;
	int n;

	for (n = 1; n < TERMS_MAX && fabs(term) > 1e-16 * fabs(sum); n++) {
		term *= (first + n) * (p[2] + n - 1) / ((c + n) * (n + 1)) * z;
		sum += term;
	}
	return sum;
}

double bgnbd_expected(const double *p, const struct btyd_history *h, double ahead)
{
	double c = p[2] + p[3] + h->repeats - 1, z = ahead / (p[1] + h->age + ahead), log_y = log1p(-z);
	double sum = transformed_sum(p, c, z), e = p[2] - 1;

	return -(c * btyd_power(log_y, e) + exp(e * log_y) * sum) * bgnbd_alive(p, h);
}
