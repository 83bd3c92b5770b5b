/*
 * clv_btyd.c - how often by BG/NBD or Pareto/NBD, how much by Gamma-Gamma
 *
 * As in the papers: the first purchase begins a history, the others are its repeats, and a member's mean is
 * that of the repeats.
 */
#include <math.h>
#include <stdlib.h>
#include <talloc.h>

#include "common/learn/btyd.h"
#include "common/learn/gamma_gamma.h"
#include "common/stats.h"
#include "services/train/clv.h"

enum {
	DRAWS = 400,
	DRAWN_MOST = 20000 /* customers; intervals of the others are not drawn */
};

struct sample {
	struct btyd_history *times, *grouped;
	struct spend_history *spend;
	size_t count;
};

static void observe(const struct clv_request *q, const struct customer *c, struct btyd_history *h,
		    struct spend_history *s)
{
	double first = NAN, sum = 0;
	size_t i;

	*h = (struct btyd_history){.count = 1};
	for (i = 0; i < c->count && c->events[i].at <= q->calibration_end; i++) {
		if (c->events[i].value < 0)
			continue;
		if (isnan(first)) {
			first = c->events[i].at;
			continue;
		}
		h->repeats += 1;
		h->last = (c->events[i].at - first) / q->unit;
		sum += c->events[i].value;
	}
	h->age = (q->calibration_end - first) / q->unit;
	*s = (struct spend_history){h->repeats, h->repeats > 0 ? sum / h->repeats : 0};
}

static struct sample take(const struct clv_request *q, const struct clv_forecasts *f)
{
	struct sample s = {.count = f->count};
	size_t i;

	s.times = talloc_array(f->list, struct btyd_history, f->count + 1);
	s.grouped = talloc_array(f->list, struct btyd_history, f->count + 1);
	s.spend = talloc_array(f->list, struct spend_history, f->count + 1);
	for (i = 0; i < f->count; i++) {
		observe(q, f->list[i].customer, &s.times[i], &s.spend[i]);
		s.grouped[i] = s.times[i];
	}
	return s;
}

static void report_times(struct report *r, const struct btyd *m)
{
	size_t i;

	for (i = 0; i < BTYD_PARAMETERS; i++)
		report_estimate(r, btyd_names[m->model][i], m->parameters[i], m->errors[i]);
	report_log_likelihood(r, m->log_likelihood);
	if (!m->converged)
		report_note(r, "the fit of how often did not converge");
	if (m->degenerate)
		report_note(
			r, talloc_asprintf(
				   r, "degenerate: %s; forecasts are those of the NBD model, without leaving",
				   m->degenerate));
}

static void report_spend(struct report *r, const struct gamma_gamma *m)
{
	size_t i;

	for (i = 0; i < GAMMA_GAMMA_PARAMETERS; i++)
		report_estimate(r, gamma_gamma_names[i], m->parameters[i], m->errors[i]);
	report_parameter(r, "gamma_gamma_log_likelihood", m->log_likelihood);
	if (m->degenerate)
		report_note(r,
			    talloc_asprintf(
				    r, "degenerate Gamma-Gamma: %s; means are shrunk by credibility instead",
				    m->degenerate));
}

/* What the models spread to, by drawing from them. */
static void draw_interval(struct clv_forecast *f, const struct btyd *times, const struct btyd_history *h,
			  const struct gamma_gamma *spend, const struct spend_history *s, double ahead,
			  struct draw *d)
{
	double amounts[DRAWS], sum = 0, square = 0;
	int i;

	for (i = 0; i < DRAWS; i++) {
		double n = btyd_draw(times, h, f->alive, ahead, d);

		sum += n;
		square += n * n;
		amounts[i] = spend ? gamma_gamma_draw(spend, s, n, d) : n;
	}
	f->variance = (square - sum * sum / DRAWS) / (DRAWS - 1);
	f->low = stats_quantile(amounts, DRAWS, 0.1);
	f->high = stats_quantile(amounts, DRAWS, 0.9);
}

static void forecast(const struct clv_request *q, const struct sample *s, const struct btyd *times,
		     const struct gamma_gamma *spend, struct clv_forecasts *f)
{
	double ahead = (double)q->horizon / q->unit;
	struct draw d = draw_begin((uint64_t)q->seed);
	size_t i, every = (s->count + DRAWN_MOST - 1) / DRAWN_MOST;

	for (i = 0; i < s->count; i++) {
		struct clv_forecast *one = &f->list[i];

		one->purchases = btyd_expected(times, &s->times[i], ahead);
		one->alive = btyd_alive(times, &s->times[i]);
		one->spend = spend ? one->purchases * gamma_gamma_expected(spend, &s->spend[i]) : NAN;
		one->low = one->high = one->variance = NAN;
		if (i % every == 0)
			draw_interval(one, times, &s->times[i], spend, &s->spend[i], ahead, &d);
	}
	f->counts = true;
	f->amounts = spend != NULL;
}

bool clv_btyd(const struct clv_request *q, struct clv_forecasts *f, struct report *r, const char **error)
{
	struct sample s = take(q, f);
	struct btyd times;
	struct gamma_gamma spend;
	const char *why;
	size_t grouped = btyd_group(s.grouped, s.count), i;
	int64_t repeaters = 0;
	bool has_spend;

	for (i = 0; i < s.count; i++)
		repeaters += s.times[i].repeats > 0;
	report_count(r, "repeat_members", repeaters);
	if (!btyd_fit(q->model == CLV_BGNBD ? BTYD_BGNBD : BTYD_PARETO, s.grouped, grouped, &times, error))
		return false;
	has_spend = gamma_gamma_fit(s.spend, s.count, &spend, &why);
	report_times(r, &times);
	if (has_spend)
		report_spend(r, &spend);
	else
		report_note(r, talloc_asprintf(r, "no forecast of spend: %s", why));
	forecast(q, &s, &times, has_spend ? &spend : NULL, f);
	return true;
}
