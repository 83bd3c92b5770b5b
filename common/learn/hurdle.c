/*
 * hurdle.c - an amount that is often 0 (see hurdle.h)
 */
#include "common/learn/hurdle.h"

#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/learn/special.h"

#define RIDGE 1.0
#define LOW   0.1
#define HIGH  0.9

struct hurdle *hurdle_fit(const void *parent, const double *x, const double *y, size_t rows, size_t columns,
			  const char *const *names, const char **error)
{
	struct hurdle *m = talloc_zero(parent, struct hurdle);
	double *any = talloc_array(m, double, rows + 1), *logs = talloc_array(m, double, rows + 1);
	double *some = talloc_array(m, double, rows *columns + 1);
	size_t i, count = 0;

	for (i = 0; i < rows; i++) {
		any[i] = y[i] > 0;
		if (!(y[i] > 0))
			continue;
		memcpy(some + count * columns, x + i * columns, columns * sizeof(double));
		logs[count++] = log(y[i]);
	}
	m->any = logistic_fit(
		m,
		&(struct logistic_data){.x = x, .y = any, .rows = rows, .columns = columns, .names = names},
		RIDGE, error);
	if (m->any)
		m->amount = ridge_fit(m, some, logs, count, columns, RIDGE, error);
	talloc_free(any);
	talloc_free(logs);
	talloc_free(some);
	if (!m->amount)
		TALLOC_FREE(m);
	return m;
}

/* The amount that a share of outcomes does not exceed: up to 1 - any there is nothing. */
static double quantile(double share, double any, double level, double deviation)
{
	double beyond = (share - (1 - any)) / any;

	return beyond > 0 ? exp(level + deviation * normal_quantile(beyond)) : 0;
}

struct hurdle_forecast hurdle_of(const struct hurdle *m, const double *row)
{
	double any = logistic_probability(m->any, row), level = ridge_of(m->amount, row),
	       deviation = sqrt(m->amount->variance);

	return (struct hurdle_forecast){any, any * exp(level + m->amount->variance / 2),
					quantile(LOW, any, level, deviation),
					quantile(HIGH, any, level, deviation)};
}
