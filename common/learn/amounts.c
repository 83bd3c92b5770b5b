/*
 * amounts.c - how good forecasts of amounts were (see amounts.h)
 */
#include "common/learn/amounts.h"

#include <math.h>
#include <stdlib.h>
#include <talloc.h>

struct place {
	double value;
	size_t row;
};

static int rising(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->value > y->value) - (x->value < y->value);
}

/* Ranks from 1, ties at their mean; tenth[i] is how much of row i is among the highest tenth. */
static void rank(const double *values, size_t count, double *ranks, double *tenth)
{
	struct place *places = talloc_array(NULL, struct place, count);
	double edge = (double)count - fmax(1, round((double)count / 10));
	size_t from, to, i;

	for (i = 0; i < count; i++)
		places[i] = (struct place){values[i], i};
	qsort(places, count, sizeof(*places), rising);
	for (from = 0; from < count; from = to) {
		double share;

		for (to = from; to < count && places[to].value == places[from].value; to++)
			;
		share = ((double)to - edge) / (double)(to - from);
		for (i = from; i < to; i++) {
			ranks[places[i].row] = (double)(from + to + 1) / 2;
			tenth[places[i].row] = fmax(0, fmin(1, share));
		}
	}
	talloc_free(places);
}

static double correlation(const double *a, const double *b, size_t count)
{
	double mean = (double)(count + 1) / 2, ab = 0, aa = 0, bb = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		ab += (a[i] - mean) * (b[i] - mean);
		aa += (a[i] - mean) * (a[i] - mean);
		bb += (b[i] - mean) * (b[i] - mean);
	}
	return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : NAN;
}

static void compare_ranks(const double *forecast, const double *truth, size_t count, struct amounts *out)
{
	double *ranks = talloc_array(NULL, double, count * 4), *tenths = ranks + 2 * count, both = 0, all = 0,
	       r;
	size_t i;

	rank(forecast, count, ranks, tenths);
	rank(truth, count, ranks + count, tenths + count);
	r = correlation(ranks, ranks + count, count);
	out->spearman = (struct score){
		r, count > 3 ? sqrt((1 + r * r / 2) / (double)(count - 3)) * (1 - r * r) : NAN};
	for (i = 0; i < count; i++) {
		both += fmin(tenths[i], tenths[count + i]);
		all += tenths[count + i];
	}
	out->top10 = (struct score){both / all, sqrt(both / all * (1 - both / all) / all)};
	talloc_free(ranks);
}

bool amounts_of(const double *forecast, const double *truth, size_t count, double cap, struct amounts *out)
{
	double *off = talloc_array(NULL, double, count + 1);
	struct score square;
	size_t i;

	for (i = 0; i < count && isfinite(forecast[i]) && isfinite(truth[i]); i++)
		off[i] = fabs(fmin(forecast[i], cap) - fmin(truth[i], cap));
	if (i == count && count > 0) {
		out->mae = score_mean(off, count);
		for (i = 0; i < count; i++)
			off[i] *= off[i];
		square = score_mean(off, count);
		out->rmse = (struct score){sqrt(square.value), square.error / (2 * sqrt(square.value))};
		compare_ranks(forecast, truth, count, out);
	}
	talloc_free(off);
	return i == count && count > 0;
}
