/*
 * clv_two_part.c - spend as whether times how much, from features (see common/learn/hurdle.h)
 *
 * Learned from what followed on days inside the calibration. Where the horizon is longer than half of it, a
 * shorter window is learned from, and its forecast stretched.
 */
#include <math.h>
#include <stdlib.h>
#include <talloc.h>

#include "common/learn/hurdle.h"
#include "services/train/clv.h"

struct training {
	double *x, *y;
	size_t rows;
};

static void add_rows(const struct transactions *t, day at, int64_t window, struct training *s)
{
	size_t i;

	for (i = 0; i < t->count; i++) {
		const struct customer *c = &t->customers[i];

		if (features_at(c->events, c->count, at, s->x + s->rows * FEATURE_COUNT))
			s->y[s->rows++] = features_outcome(c->events, c->count, at, at + (double)window)
						  .spend;
	}
}

static struct training collect(const struct transactions *t, const day *days, size_t count, int64_t window)
{
	struct training s = {0};
	size_t i;

	s.x = malloc((t->count * count + 1) * FEATURE_COUNT * sizeof(double));
	s.y = malloc((t->count * count + 1) * sizeof(double));
	if (!s.x || !s.y)
		abort(); /* out of memory */
	for (i = 0; i < count; i++)
		add_rows(t, days[i], window, &s);
	return s;
}

static void forecast(const struct clv_request *q, const struct hurdle *m, double stretch,
		     struct clv_forecasts *f)
{
	double features[FEATURE_COUNT];
	size_t i;

	for (i = 0; i < f->count; i++) {
		struct clv_forecast *one = &f->list[i];
		struct hurdle_forecast h;

		features_at(one->customer->events, one->customer->count, q->calibration_end, features);
		h = hurdle_of(m, features);
		*one = (struct clv_forecast){.customer = one->customer,
					     .purchases = NAN,
					     .spend = h.mean * stretch,
					     .low = h.low * stretch,
					     .high = h.high * stretch,
					     .alive = 1 - pow(1 - h.any, stretch),
					     .variance = NAN};
	}
	f->amounts = true;
}

static void report_model(struct report *r, const struct hurdle *m)
{
	size_t j;

	report_estimate(r, "any intercept", m->any->intercept, m->any->intercept_error);
	for (j = 0; j < FEATURE_COUNT; j++)
		report_estimate(r, talloc_asprintf(r, "any %s", feature_names[j]), m->any->coefficients[j],
				m->any->errors[j]);
	report_parameter(r, "log_amount intercept", m->amount->intercept);
	for (j = 0; j < FEATURE_COUNT; j++)
		report_parameter(r, talloc_asprintf(r, "log_amount %s", feature_names[j]),
				 m->amount->coefficients[j]);
	report_parameter(r, "log_amount sigma", sqrt(m->amount->variance));
}

bool clv_two_part(const struct clv_request *q, const struct transactions *t, struct clv_forecasts *f,
		  struct report *r, const char **error)
{
	int64_t half = (q->calibration_end - t->first) / 2, window = q->horizon < half ? q->horizon : half;
	day days[CLV_SNAPSHOTS];
	size_t count = window > 0 ? clv_snapshots(q, t->first, window, days) : 0;
	struct training s = collect(t, days, count, window);
	struct hurdle *m = NULL;

	if (count == 0)
		*error = "the calibration is too short to learn from what followed in it";
	else
		m = hurdle_fit(f->list, s.x, s.y, s.rows, FEATURE_COUNT, feature_names, error);
	free(s.x);
	free(s.y);
	if (!m)
		return false;
	report_count(r, "training_rows", (int64_t)s.rows);
	report_count(r, "training_days_ahead", window);
	if (window < q->horizon)
		report_note(r,
			    "the calibration is shorter than twice the horizon: a shorter window was learned "
			    "from, and its forecast stretched in proportion");
	report_model(r, m);
	forecast(q, m, (double)q->horizon / (double)window, f);
	return true;
}
