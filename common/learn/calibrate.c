/*
 * calibrate.c - Platt scaling and isotonic regression (see calibrate.h)
 */
#include "common/learn/calibrate.h"

#include <math.h>
#include <stdlib.h>
#include <talloc.h>

#include "common/learn/logistic.h"

bool platt_fit(const double *p, const double *label, size_t count, struct platt *out)
{
	void *pool = talloc_new(NULL);
	double *x = talloc_array(pool, double, count + 1), *y = talloc_array(pool, double, count + 1);
	struct logistic *m = NULL;
	const char *error;
	double ones = 0;
	size_t i;

	for (i = 0; i < count; i++)
		ones += label[i] > 0.5;
	for (i = 0; i < count; i++) {
		x[i] = logit_of(p[i]);
		y[i] = label[i] > 0.5 ? (ones + 1) / (ones + 2) : 1 / ((double)count - ones + 2);
	}
	if (ones > 0 && ones < (double)count)
		m = logistic_fit(pool, &(struct logistic_data){.x = x, .y = y, .rows = count, .columns = 1},
				 0, &error);
	if (m)
		*out = (struct platt){m->coefficients[0], m->intercept};
	talloc_free(pool);
	return m != NULL && out->slope != 0;
}

double platt_of(const struct platt *c, double p)
{
	return logistic_of(c->intercept + c->slope * logit_of(p));
}

struct point {
	double at, label, weight;
};

/* Points pooled into one value. */
struct pool {
	double first, last, sum, weight;
};

static int point_order(const void *a, const void *b)
{
	const struct point *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

static double pool_value(const struct pool *p)
{
	return p->sum / p->weight;
}

/* Pools of equal points, violators merged as they come: one pass, every pool merges at most once. */
static size_t pool_points(const struct point *points, size_t count, struct pool *pools)
{
	size_t i = 0, have = 0;

	while (i < count) {
		struct pool now = {points[i].at, points[i].at, 0, 0};

		for (; i < count && points[i].at == now.last; i++) {
			now.sum += points[i].weight * points[i].label;
			now.weight += points[i].weight;
		}
		for (; have > 0 && pool_value(&pools[have - 1]) >= pool_value(&now); have--) {
			now.first = pools[have - 1].first;
			now.sum += pools[have - 1].sum;
			now.weight += pools[have - 1].weight;
		}
		pools[have++] = now;
	}
	return have;
}

/* Both ends of a pool are kept: level inside, a slope between it and the next. */
static void keep_ends(struct isotonic *c, const struct pool *p)
{
	c->at[c->count] = p->first;
	c->value[c->count++] = pool_value(p);
	if (p->last > p->first) {
		c->at[c->count] = p->last;
		c->value[c->count++] = pool_value(p);
	}
}

struct isotonic *isotonic_fit(const void *parent, const double *p, const double *label, const double *weights,
			      size_t count)
{
	struct isotonic *c = talloc_zero(parent, struct isotonic);
	struct point *points = talloc_array(c, struct point, count + 1);
	struct pool *pools = talloc_array(c, struct pool, count + 1);
	size_t i, have = 0;

	for (i = 0; i < count; i++) {
		struct point now = {p[i], label[i], weights ? weights[i] : 1};

		if (isnan(now.at) || isnan(now.label) || !(now.weight >= 0)) {
			talloc_free(c);
			return NULL;
		}
		if (now.weight > 0)
			points[have++] = now;
	}
	qsort(points, have, sizeof(*points), point_order);
	have = pool_points(points, have, pools);
	c->at = talloc_array(c, double, 2 * have + 1);
	c->value = talloc_array(c, double, 2 * have + 1);
	for (i = 0; i < have; i++)
		keep_ends(c, &pools[i]);
	talloc_free(points);
	talloc_free(pools);
	if (c->count == 0)
		TALLOC_FREE(c);
	return c;
}

double isotonic_of(const struct isotonic *c, double p)
{
	size_t low = 0, high = c->count - 1;

	if (!(p > c->at[0]))
		return c->value[0];
	if (p >= c->at[high])
		return c->value[high];
	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (c->at[middle] <= p)
			low = middle;
		else
			high = middle;
	}
	return c->value[low] +
	       (c->value[high] - c->value[low]) * (p - c->at[low]) / (c->at[high] - c->at[low]);
}
