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

#define FAR_APART 0.01
#define PANEL     4.0 /* by how much the logarithm may change within one */

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

/* Gauss's points and weights of 12, for half of [-1, 1]. */
static const double points[] = {.1252334085114689, .3678314989981802, .5873179542866175,
				.7699026741943047, .9041172563704749, .9815606342467193};
static const double weights[] = {.2491470458134028, .2334925365383548, .2031674267230659,
				 .1600783285433462, .1069393259953184, .0471753363865118};

struct leaving {
	double near, far; /* the smaller and the greater of alpha and beta */
	double k, l;      /* the exponents that are theirs */
};

/* (near + t)^-k (far + t)^-l dt over u = log(near + t), as a multiple of exp(origin). */
static double density(const struct leaving *v, double u, double origin)
{
	return exp((1 - v->k) * u - v->l * log(v->far - v->near + exp(u)) - origin);
}

static double panel(const struct leaving *v, double from, double width, double origin)
{
	double middle = from + width / 2, sum = 0;
	int i;

	for (i = 0; i < 6; i++)
		sum += weights[i] * (density(v, middle - points[i] * width / 2, origin) +
				     density(v, middle + points[i] * width / 2, origin));
	return sum * width / 2;
}

/*
 * log of the integral that G(t_x) - G(T) is A times: everyone who left since. Where alpha and beta are far
 * apart the continued fraction takes thousands of steps; this takes panels narrow enough for what varies.
 */
static double log_integral(const double *p, const struct btyd_history *h)
{
	double left = p[0] + h->repeats, leave = p[2] + 1;
	struct leaving v = p[1] < p[3] ? (struct leaving){p[1], p[3], left, leave}
				       : (struct leaving){p[3], p[1], leave, left};
	double from = log(v.near + h->last), to = log(v.near + h->age), sum = 0, more = 1;
	double width = PANEL / (v.k + v.l * (v.near + h->age) / (v.far + h->age)),
	       origin = (1 - v.k) * from - v.l * log(v.far + h->last);

	for (; from < to && more > 1e-17 * sum; from += width) {
		more = panel(&v, from, fmin(width, to - from), origin);
		sum += more;
	}
	return sum > 0 ? origin + log(sum) : -INFINITY;
}

/* log(s/A G(t_x) + S(T)(1 - s/A H(T))), what is known of who may have left or not. */
static double log_both(const double *p, const struct btyd_history *h)
{
	double part = p[2] / (p[0] + p[2] + h->repeats), left, rest;

	if (fmin(p[1], p[3]) + h->last < FAR_APART * (fmax(p[1], p[3]) + h->last))
		return log_sum(log(p[2]) + log_integral(p, h), log_survival(p, h->repeats, h->age));
	left = log(part * share(p, h->repeats, h->last)) + log_survival(p, h->repeats, h->last);
	rest = fmax(0, 1 - part * share(p, h->repeats, h->age));
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
