/*
 * ab_compare.c - an arm with the control in one metric (see ab.h); the statistics are common/stats.c's
 *
 * With a column day, every day's end is a look at all units until then. p-values that hold at any time are
 * the least of all looks.
 */
#include <math.h>
#include <stdlib.h>

#include "common/learn/special.h"
#include "services/train/ab.h"

#define PRIOR_SHARE 0.05 /* of the standard deviation: effects that are to be expected */

struct arms {
	struct stats_unit *units[2]; /* the arm, the control */
	day *days[2];
	size_t count[2];
	day last;
};

static void *room(size_t count, size_t size)
{
	void *p = malloc(count * size + 1);

	if (!p)
		abort(); /* out of memory */
	return p;
}

static struct arms take(const struct ab_table *t, size_t arm, size_t metric)
{
	struct arms a = {.last = INT32_MIN};
	size_t i;
	int k;

	for (k = 0; k < 2; k++) {
		a.units[k] = room(t->count, sizeof(struct stats_unit));
		a.days[k] = room(t->count, sizeof(day));
	}
	for (i = 0; i < t->count; i++) {
		const double *v = t->values + t->rows[i].at * 2 * t->metrics;

		if (t->rows[i].arm != 0 && t->rows[i].arm != (int32_t)arm)
			continue;
		k = t->rows[i].arm == 0;
		a.units[k][a.count[k]] = (struct stats_unit){v[metric], 1, v[t->metrics + metric]};
		a.days[k][a.count[k]++] = t->rows[i].day;
		a.last = t->rows[i].day > a.last ? t->rows[i].day : a.last;
	}
	return a;
}

static void drop(struct arms *a)
{
	int k;

	for (k = 0; k < 2; k++) {
		free(a->units[k]);
		free(a->days[k]);
	}
}

static double variance_of(const struct stats_unit *units, size_t count, double mean)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < count; i++)
		sum += (units[i].value - mean) * (units[i].value - mean);
	return sum / (double)(count - 1);
}

/* Welch's test, and the lift by the delta method. */
static void welch(const struct arms *a, struct ab_comparison *out)
{
	double v[2], n[2];
	int k;

	for (k = 0; k < 2; k++) {
		n[k] = (double)a->count[k];
		v[k] = variance_of(a->units[k], a->count[k], out->mean[k]) / n[k];
	}
	out->difference = out->mean[0] - out->mean[1];
	out->error = sqrt(v[0] + v[1]);
	out->t = out->difference / out->error;
	out->freedom = (v[0] + v[1]) * (v[0] + v[1]) / (v[0] * v[0] / (n[0] - 1) + v[1] * v[1] / (n[1] - 1));
	out->welch_p = student_beyond(out->t, out->freedom);
	out->lift = out->mean[1] != 0 ? out->mean[0] / out->mean[1] - 1 : NAN;
	out->lift_error = sqrt(v[0] + (out->lift + 1) * (out->lift + 1) * v[1]) / fabs(out->mean[1]);
}

/* Those until a day; units stand by day. */
static struct stats_arm until(const struct arms *a, int k, day last)
{
	size_t low = 0, high = a->count[k];

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (a->days[k][middle] <= last)
			low = middle + 1;
		else
			high = middle;
	}
	return (struct stats_arm){a->units[k], low};
}

static double prior_of(const struct ab_options *o, const struct stats_difference *d, double seen)
{
	return o->prior_sd > 0 ? o->prior_sd : PRIOR_SHARE * sqrt(d->variance * seen / 4);
}

/* What alarms at this look, taken with the looks before. */
static void look(const struct arms *a, const struct ab_options *o, day at, double prior,
		 struct ab_comparison *out)
{
	struct stats_arm one = until(a, 0, at), other = until(a, 1, at);
	double seen = (double)(one.count + other.count);
	double planned = o->planned > 0 ? (double)o->planned : (double)(a->count[0] + a->count[1]);
	struct stats_difference d;

	if (!stats_difference(&one, &other, &d))
		return;
	out->looks++;
	out->sequence_p = fmin(out->sequence_p,
			       stats_sequence_p(d.estimate, sqrt(d.variance), seen, planned));
	out->sprt_p = fmin(out->sprt_p, stats_sprt_p(d.estimate, d.variance, prior));
}

static void look_at_every_day(const struct arms *a, const struct ab_options *o, double prior,
			      struct ab_comparison *out)
{
	size_t i[2] = {0, 0};

	out->sequence_p = out->sprt_p = 1;
	while (i[0] < a->count[0] || i[1] < a->count[1]) {
		day next = a->last;
		int k;

		for (k = 0; k < 2; k++)
			if (i[k] < a->count[k] && a->days[k][i[k]] < next)
				next = a->days[k][i[k]];
		look(a, o, next, prior, out);
		for (k = 0; k < 2; k++)
			i[k] = until(a, k, next).count;
	}
}

bool ab_compare(const struct ab_table *t, const struct ab_options *o, size_t arm, size_t metric,
		struct ab_comparison *out, const char **error)
{
	struct arms a = take(t, arm, metric);
	struct stats_arm one = {a.units[0], a.count[0]}, other = {a.units[1], a.count[1]};
	double seen = (double)(a.count[0] + a.count[1]), half;
	struct stats_difference d;
	bool fine = stats_difference(&one, &other, &d);

	*out = (struct ab_comparison){.looks = 0};
	if (fine) {
		out->mean[0] = d.mean[0];
		out->mean[1] = d.mean[1];
		welch(&a, out);
		out->cuped = d.estimate;
		out->cuped_error = sqrt(d.variance);
		out->cuped_p = 2 * normal_below(-fabs(d.estimate) / out->cuped_error);
		out->theta = d.theta;
		half = stats_sequence(out->cuped_error, seen, o->planned > 0 ? (double)o->planned : seen,
				      o->alpha);
		out->low = d.estimate - half;
		out->high = d.estimate + half;
		look_at_every_day(&a, o, prior_of(o, &d, seen), out);
	} else {
		*error = "an arm has fewer than two units, or none that differ";
	}
	drop(&a);
	return fine;
}
