/*
 * pareto.c - Pareto/NBD: one may leave at any time, at a rate of one's own
 *
 * lambda ~ gamma(r, alpha) is how often, mu ~ gamma(s, beta) the rate of leaving.
 *
 * The likelihood is C (S(T) + s/A (G(t_x) - G(T))) with A = r + s + x, S(t) = (alpha + t)^-(r + x)
 * (beta + t)^-s and G(t) = S(t) H(t), where H is 2F1(1, r + x; A + 1; (alpha - beta)/(alpha + t)). As s/A H
 * never exceeds 1, sorting by time leaves two terms that are both positive: s/A G(t_x) and S(T)(1 - s/A
 * H(T)).
 */
#include <math.h>

#include "common/learn/btyd_models.h"
#include "common/learn/special.h"

/* H, and its equal by Pfaff's transformation where alpha < beta, so that z is from 0 to 1. */
static double share(const double *p, double repeats, double t)
{
	double a = p[0] + p[2] + repeats + 1;

	if (p[1] >= p[3])
		return hypergeometric_1(p[0] + repeats, a, (p[1] - p[3]) / (p[1] + t));
	return (p[1] + t) / (p[3] + t) * hypergeometric_1(p[2] + 1, a, (p[3] - p[1]) / (p[3] + t));
}

static double log_survival(const double *p, double repeats, double t)
{
	return -(p[0] + repeats) * log(p[1] + t) - p[2] * log(p[3] + t);
}

/* log(s/A G(t_x) + S(T)(1 - s/A H(T))). */
static double log_both(const double *p, const struct btyd_history *h)
{
	double part = p[2] / (p[0] + p[2] + h->repeats);
	double left = log(part * share(p, h->repeats, h->last)) + log_survival(p, h->repeats, h->last);
	double rest = fmax(0, 1 - part * share(p, h->repeats, h->age));

	return log_sum(left, log(rest) + log_survival(p, h->repeats, h->age));
}

double pareto_log_likelihood(const double *p, const struct btyd_history *h)
{
	return log_rising(p[0], h->repeats) + p[0] * log(p[1]) + p[2] * log(p[3]) + log_both(p, h);
}

double pareto_alive(const double *p, const struct btyd_history *h)
{
	return fmin(1, exp(log_survival(p, h->repeats, h->age) - log_both(p, h)));
}

double pareto_expected(const double *p, const struct btyd_history *h, double ahead)
{
	double log_y = log((p[3] + h->age) / (p[3] + h->age + ahead));

	return -(p[0] + h->repeats) * (p[3] + h->age) / (p[1] + h->age) * btyd_power(log_y, p[2] - 1) *
	       pareto_alive(p, h);
}
