/*
 * scores.c - how good probabilities were (see scores.h)
 */
#include "common/learn/scores.h"

#include <math.h>
#include <stdlib.h>
#include <talloc.h>

#include "common/learn/logistic.h"

enum {
	GROUPS = 10
};

struct row {
	double p, label;
};

static int rising(const void *a, const void *b)
{
	const struct row *x = a, *y = b;

	return (x->p > y->p) - (x->p < y->p);
}

struct score score_mean(const double *values, size_t count)
{
	double mean = 0, square = 0;
	size_t i;

	for (i = 0; i < count; i++)
		mean += values[i] / (double)count;
	for (i = 0; i < count; i++)
		square += (values[i] - mean) * (values[i] - mean);
	return (struct score){mean, count > 1 ? sqrt(square / (double)(count - 1) / (double)count) : NAN};
}

/*
 * Per row, the share of the other class that is on its right side: DeLong's structural components. rows rise;
 * zeros go through of[0], ones through of[1].
 */
static void components(const struct row *rows, size_t count, const double all[2], double *of[2])
{
	double below[2] = {0, 0};
	size_t filled[2] = {0, 0}, from, to, i;

	for (from = 0; from < count; from = to) {
		double tied[2] = {0, 0};

		for (to = from; to < count && rows[to].p == rows[from].p; to++)
			tied[rows[to].label > 0.5]++;
		for (i = from; i < to; i++)
			if (rows[i].label > 0.5)
				of[1][filled[1]++] = (below[0] + tied[0] / 2) / all[0];
			else
				of[0][filled[0]++] = 1 - (below[1] + tied[1] / 2) / all[1];
		below[0] += tied[0];
		below[1] += tied[1];
	}
}

static struct score area(const struct row *rows, size_t count, size_t ones)
{
	const double all[2] = {(double)(count - ones), (double)ones};
	double *of[2];
	struct score zero, one;

	if (ones == 0 || ones == count)
		return (struct score){NAN, NAN};
	of[0] = talloc_array(NULL, double, count);
	of[1] = of[0] + (count - ones);
	components(rows, count, all, of);
	zero = score_mean(of[0], count - ones);
	one = score_mean(of[1], ones);
	talloc_free(of[0]);
	return (struct score){one.value, hypot(zero.error, one.error)};
}

static struct score calibration_error(const struct row *rows, size_t count)
{
	double p[GROUPS] = {0}, label[GROUPS] = {0}, sum = 0;
	size_t i;
	int g;

	for (i = 0; i < count; i++) {
		g = rows[i].p >= 1 ? GROUPS - 1 : (int)(rows[i].p * GROUPS);
		p[g] += rows[i].p;
		label[g] += rows[i].label;
	}
	for (g = 0; g < GROUPS; g++)
		sum += fabs(p[g] - label[g]);
	return (struct score){sum / (double)count, NAN};
}

/* The last tenth of rows that rise; the group of ties across its edge gives its mean. */
static struct score lift(const struct row *rows, size_t count, size_t ones)
{
	double wanted = fmax(1, ceil((double)count / 10)), left = wanted, got = 0, base, rate;
	size_t from, to;

	for (to = count; to > 0 && left > 0; to = from) {
		double tied = 0, take;

		for (from = to; from > 0 && rows[from - 1].p == rows[to - 1].p; from--)
			tied += rows[from - 1].label;
		take = fmin(left, (double)(to - from));
		got += tied * take / (double)(to - from);
		left -= take;
	}
	if (ones == 0)
		return (struct score){NAN, NAN};
	base = (double)ones / (double)count;
	rate = got / wanted;
	return (struct score){rate / base, sqrt(rate * (1 - rate) / wanted) / base};
}

static void calibration_line(const struct row *rows, struct scores *out)
{
	void *pool = talloc_new(NULL);
	double *x = talloc_array(pool, double, out->rows), *y = talloc_array(pool, double, out->rows);
	struct logistic *m;
	const char *error;
	size_t i;

	for (i = 0; i < out->rows; i++) {
		x[i] = logit_of(rows[i].p);
		y[i] = rows[i].label;
	}
	m = logistic_fit(pool, &(struct logistic_data){.x = x, .y = y, .rows = out->rows, .columns = 1}, 0,
			 &error);
	if (m && !m->unbounded && m->scales[0] > 0) {
		out->slope = (struct score){m->coefficients[0], m->errors[0]};
		out->intercept = (struct score){m->intercept, m->intercept_error};
	}
	talloc_free(pool);
}

static void losses(const struct row *rows, struct scores *out)
{
	double *values = talloc_array(NULL, double, out->rows);
	size_t i;

	for (i = 0; i < out->rows; i++)
		values[i] = (rows[i].p - rows[i].label) * (rows[i].p - rows[i].label);
	out->brier = score_mean(values, out->rows);
	for (i = 0; i < out->rows; i++)
		values[i] = -log(fmax(rows[i].label > 0.5 ? rows[i].p : 1 - rows[i].p, 1e-15));
	out->log_loss = score_mean(values, out->rows);
	talloc_free(values);
}

bool scores_of(const double *p, const double *label, size_t count, struct scores *out)
{
	struct row *rows = talloc_array(NULL, struct row, count + 1);
	const struct score unknown = {NAN, NAN};
	double base;
	size_t i;

	*out = (struct scores){.rows = count, .slope = unknown, .intercept = unknown};
	for (i = 0; i < count && p[i] >= 0 && p[i] <= 1 && (label[i] == 0 || label[i] == 1); i++) {
		rows[i] = (struct row){p[i], label[i]};
		out->ones += label[i] == 1;
	}
	if (i == count && count > 0) {
		base = (double)out->ones / (double)count;
		out->base_brier = base * (1 - base);
		qsort(rows, count, sizeof(*rows), rising);
		out->auc = area(rows, count, out->ones);
		losses(rows, out);
		out->ece10 = calibration_error(rows, count);
		out->lift10 = lift(rows, count, out->ones);
		calibration_line(rows, out);
	}
	talloc_free(rows);
	return i == count && count > 0;
}
