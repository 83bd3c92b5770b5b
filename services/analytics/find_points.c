/*
 * find_points.c - where a member's money earns most points: by category, day of the week, channel
 *
 * A rate is points earned (reversals taken off) for each unit of net spend. The ledger does not
 * say through which channel points came, so channels are compared by the months that had one only.
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/money.h"
#include "services/analytics/insights.h"

enum {
	DAYS_MIN = 3,
	GROUPS_MAX = 64,
	CHANNEL_MONTHS = 12,
	CHANNEL_MONTHS_MIN = 2
};
#define TIMES_MIN      1.25
#define CHANNEL_ALMOST 0.95

struct rate {
	const char *name;
	int64_t spend, earned;
	int days; /* or months, of channels: how often it was seen */
};

struct rates {
	const char *kind, *by, *words; /* "points_by_category", "category", "in %s" without the name */
	day from, to, anchor;
	int seen_min;
	struct rate rows[GROUPS_MAX], all;
	size_t count;
};

static struct rate *rate_of(struct rates *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->count; i++)
		if (strcmp(r->rows[i].name, name) == 0)
			return &r->rows[i];
	if (r->count == GROUPS_MAX)
		return NULL;
	r->rows[r->count] = (struct rate){.name = name};
	return &r->rows[r->count++];
}

/* Points are spoken of per 1.00, or per 100 where the currency has no decimals. */
static int64_t unit_of(const char *currency)
{
	return currency_decimals(currency) == 3 ? 1000 : 100;
}

static double rate_value(const struct rate *r, int64_t unit)
{
	return r->spend > 0 ? (double)r->earned / (double)r->spend * (double)unit : 0;
}

static void add_best(struct insights *in, const struct rates *r, const struct rate *best, const char *called)
{
	const char *currency = in->view->currency;
	int64_t unit = unit_of(currency);
	double rate = rate_value(best, unit), usual = rate_value(&r->all, unit);
	struct insight f = {.kind = r->kind,
			    .severity = SEVERITY_INFO,
			    .what = best->name,
			    .anchor = r->anchor,
			    .from = r->from,
			    .to = r->to,
			    .strength = 1 - usual / rate};
	struct json_writer *w = insight_evidence(in);

	json_put_text(w, r->by, best->name);
	json_put_text(w, "currency", currency);
	json_put_integer(w, "per_minor", unit);
	evidence_put_real(w, "rate", rate);
	evidence_put_real(w, "usual_rate", usual);
	json_put_integer(w, "spend_minor", best->spend);
	json_put_integer(w, "points", best->earned);
	json_put_integer(w, "all_spend_minor", r->all.spend);
	json_put_integer(w, "all_points", r->all.earned);
	json_put_integer(w, r->seen_min == CHANNEL_MONTHS_MIN ? "months" : "purchase_days", best->days);
	insight_add(in, &f, w,
		    "%s%s you earned %s points for each %s, against %s over all your spend from %s to %s.",
		    r->words, called, real_words(in, rate), money_words(in, unit, currency),
		    real_words(in, usual), day_words(in, r->from), day_words(in, r->to));
}

static const struct rate *rates_best(const struct rates *r)
{
	const struct rate *best = NULL;
	size_t i;

	for (i = 0; i < r->count; i++)
		if (r->rows[i].spend > 0 && r->rows[i].days >= r->seen_min &&
		    (best == NULL || rate_value(&r->rows[i], 1) > rate_value(best, 1)))
			best = &r->rows[i];
	if (best == NULL || r->count < 2 || r->all.spend <= 0 || r->all.earned <= 0 ||
	    rate_value(best, 1) < TIMES_MIN * rate_value(&r->all, 1))
		return NULL;
	return best;
}

static void find_by_category(struct insights *in, day from, day to)
{
	const struct view *v = in->view;
	struct rates r = {.kind = "points_by_category",
			  .by = "category",
			  .words = "In ",
			  .from = from,
			  .to = to,
			  .anchor = from,
			  .seen_min = DAYS_MIN};
	const struct spend_cell *s;
	const struct points_cell *p;
	struct rate *rate;
	const struct month *m;
	size_t i;

	for (i = 0; i < v->month_count; i++) {
		m = v->months[i];
		if (m->start < from || m->start > to)
			continue;
		for (s = m->spend; s < m->spend + m->spend_count; s++) {
			if (strcmp(s->currency, v->currency) != 0 ||
			    (rate = rate_of(&r, s->category)) == NULL)
				continue;
			rate->spend = sum_of(rate->spend, s->spend_minor);
			rate->days += s->purchases > 0;
			r.all.spend = sum_of(r.all.spend, s->spend_minor);
		}
		for (p = m->points; p < m->points + m->points_count; p++) {
			if (p->category[0] == '\0' || (rate = rate_of(&r, p->category)) == NULL)
				continue;
			rate->earned = sum_of(rate->earned, p->earned);
			r.all.earned = sum_of(r.all.earned, p->earned);
		}
	}
	if (rates_best(&r))
		add_best(in, &r, rates_best(&r), insights_category(in, rates_best(&r)->name));
}

static void find_by_weekday(struct insights *in, day from, day to)
{
	const struct view *v = in->view;
	struct rates r = {.kind = "points_by_weekday",
			  .by = "weekday",
			  .words = "On ",
			  .from = from,
			  .to = to,
			  .anchor = from,
			  .seen_min = DAYS_MIN + 1,
			  .count = 7};
	size_t i;
	day d;

	for (i = 0; i < 7; i++)
		r.rows[i].name = weekday_words((int)i);
	for (d = from < v->first ? v->first : from; d <= to; d++) {
		i = (size_t)(d - v->first);
		r.rows[day_weekday(d)].spend += v->spend[i];
		r.rows[day_weekday(d)].earned += v->earned[i];
		r.rows[day_weekday(d)].days += v->purchases[i] > 0;
		r.all.spend += v->spend[i];
		r.all.earned += v->earned[i];
	}
	if (rates_best(&r))
		add_best(in, &r, rates_best(&r), talloc_asprintf(in, "%ss", rates_best(&r)->name));
}

/* The channel that (almost) all of a month's money went through; NULL if there were several. */
static const char *month_only_channel(const struct view *v, const struct month *m, int64_t spend)
{
	const struct channel_cell *c;

	for (c = m->channels; c < m->channels + m->channel_count; c++)
		if (strcmp(c->currency, v->currency) == 0 &&
		    (double)c->spend_minor >= CHANNEL_ALMOST * (double)spend)
			return c->channel;
	return NULL;
}

static void find_by_channel(struct insights *in, day anchor)
{
	const struct view *v = in->view;
	day last, month = insights_month(v, &last), end;
	struct rates r = {.kind = "points_by_channel",
			  .by = "channel",
			  .words = "Through ",
			  .anchor = anchor,
			  .from = day_add_months(month, 1 - CHANNEL_MONTHS),
			  .to = last,
			  .seen_min = CHANNEL_MONTHS_MIN};
	struct rate *rate;
	const char *channel;
	int64_t spend, earned;
	size_t i;

	for (i = 0; i < v->month_count; i++) {
		if (v->months[i]->start < r.from || v->months[i]->start > r.to)
			continue;
		end = day_add_months(v->months[i]->start, 1) - 1;
		spend = view_sum(v, v->spend, v->months[i]->start, end);
		channel = spend > 0 ? month_only_channel(v, v->months[i], spend) : NULL;
		if (channel == NULL || (rate = rate_of(&r, channel)) == NULL)
			continue;
		earned = view_sum(v, v->earned, v->months[i]->start, end);
		rate->spend += spend;
		rate->earned += earned;
		rate->days++;
		r.all.spend += spend;
		r.all.earned += earned;
	}
	if (rates_best(&r))
		add_best(in, &r, rates_best(&r),
			 talloc_asprintf(in, "the channel \"%s\"", rates_best(&r)->name));
}

/* The last whole quarter, so that a pattern is told four times a year at most. */
void find_points(struct insights *in)
{
	int year, month, mday;
	day from, to;

	if (in->view->currency[0] == '\0')
		return;
	day_to_civil(in->view->today, &year, &month, &mday);
	to = day_from_civil(year, (month - 1) / 3 * 3 + 1, 1) - 1;
	from = day_add_months(day_month_start(to), -2);
	find_by_category(in, from, to);
	find_by_weekday(in, from, to);
	find_by_channel(in, from);
}
