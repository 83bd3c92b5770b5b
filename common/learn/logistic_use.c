/*
 * logistic_use.c - what a fitted regression says of a row (see logistic.h)
 */
#include "common/learn/logistic.h"

#include <math.h>

double logistic_of(double x)
{
	double e = exp(-fabs(x));

	return x >= 0 ? 1 / (1 + e) : e / (1 + e);
}

/* 1e-15 is far beyond what any model knows, and 35 is a number that sums survive. */
double logit_of(double p)
{
	p = fmin(fmax(p, 1e-15), 1 - 1e-15);
	return log(p) - log1p(-p);
}

double logistic_log_odds(const struct logistic *m, const double *row)
{
	double eta = m->intercept;
	size_t j;

	for (j = 0; j < m->columns; j++)
		eta += m->coefficients[j] * row[j];
	return eta;
}

double logistic_probability(const struct logistic *m, const double *row)
{
	return logistic_of(logistic_log_odds(m, row));
}

static double standard(const struct logistic *m, const double *row, size_t place)
{
	if (place == 0)
		return 1;
	return m->scales[place - 1] > 0 ? (row[place - 1] - m->means[place - 1]) / m->scales[place - 1] : 0;
}

double logistic_error(const struct logistic *m, const double *row)
{
	size_t size = m->columns + 1, i, j;
	double sum = 0;

	for (i = 0; i < size; i++)
		for (j = 0; j < size; j++)
			sum += standard(m, row, i) * m->covariance[i * size + j] * standard(m, row, j);
	return sqrt(sum);
}
