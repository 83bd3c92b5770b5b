/*
 * find_missed.c - what the member's latest spend would have earned under today's multipliers
 *
 * The base rate is the member's own: points earned over spend weighed with the multiplier of its
 * day. Of the last 90 days, those are taken on which less than today's multiplier held.
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "services/analytics/insights.h"

enum {
	DAYS = 90,
	POINTS_MIN = 10,
	PURCHASES_MIN = 2,
	OFFERS_MAX = 10
};
#define SHARE_MIN 0.1 /* of what was earned */

struct missed {
	int64_t spend, purchases, earned; /* on days with less than today's multiplier */
	day first, last;
};

/* Noon stands for the day. */
static double multiplier_on(const struct view *v, const char *category, day d)
{
	return catalogue_multiplier(v->catalogue, category,
				    tz_day_start(v->zone, d) + DAY_SECONDS / 2 * SECOND, NULL);
}

/* Points for each minor unit at multiplier 1; 0 if it cannot be told. */
static double base_rate(const struct view *v)
{
	const struct spend_cell *s;
	const struct points_cell *p;
	const struct month *m;
	double weighed = 0, earned = 0;
	size_t i;
	day from = v->today - DAYS + 1;

	for (i = 0; i < v->month_count; i++) {
		m = v->months[i];
		if (m->start + 31 <= from)
			continue;
		for (s = m->spend; s < m->spend + m->spend_count; s++)
			if (m->start + s->mday - 1 >= from && m->start + s->mday - 1 <= v->today &&
			    strcmp(s->currency, v->currency) == 0)
				weighed += (double)s->spend_minor *
					   multiplier_on(v, s->category, m->start + s->mday - 1);
		for (p = m->points; p < m->points + m->points_count; p++)
			if (m->start + p->mday - 1 >= from && m->start + p->mday - 1 <= v->today &&
			    p->category[0])
				earned += (double)p->earned;
	}
	return weighed > 0 && earned > 0 ? earned / weighed : 0;
}

static bool counts(const struct view *v, const char *category, double now, day d)
{
	return d > v->today - DAYS && d <= v->today && multiplier_on(v, category, d) < now;
}

static struct missed measure(const struct view *v, const char *category, double now)
{
	struct missed x = {.first = DAY_NONE, .last = DAY_NONE};
	const struct spend_cell *s;
	const struct points_cell *p;
	const struct month *m;
	size_t i;
	day d;

	for (i = 0; i < v->month_count; i++) {
		m = v->months[i];
		for (s = m->spend; s < m->spend + m->spend_count; s++) {
			d = m->start + s->mday - 1;
			if (strcmp(s->category, category) != 0 || strcmp(s->currency, v->currency) != 0 ||
			    !counts(v, category, now, d))
				continue;
			x.spend = sum_of(x.spend, s->spend_minor);
			x.purchases += s->purchases;
			x.first = x.first == DAY_NONE || d < x.first ? d : x.first;
			x.last = x.last == DAY_NONE || d > x.last ? d : x.last;
		}
		for (p = m->points; p < m->points + m->points_count; p++)
			if (strcmp(p->category, category) == 0 &&
			    counts(v, category, now, m->start + p->mday - 1))
				x.earned = sum_of(x.earned, p->earned);
	}
	return x;
}

static void add_missed(struct insights *in, const struct offer *o, const struct missed *x, double base)
{
	const struct view *v = in->view;
	int64_t would = (int64_t)floor((double)x->spend * base * o->multiplier), missed = would - x->earned;
	bool ends = o->to != INSTANT_NONE && o->to < INSTANT_MAX;
	day until = ends ? tz_day(v->zone, o->to - 1) : DAY_NONE;
	struct insight f = {
		.kind = "missed_multiplier", .what = o->category, .from = x->first, .to = x->last};
	struct json_writer *w;

	if (missed < POINTS_MIN || (double)missed < SHARE_MIN * (double)x->earned)
		return;
	f.severity = ends && until - v->today <= 14 ? SEVERITY_NOTICE : SEVERITY_INFO;
	f.anchor = tz_day(v->zone, o->from);
	f.strength = (double)missed / (double)(missed + x->earned + 100);
	w = insight_evidence(in);
	json_put_text(w, "category", o->category);
	json_put_text(w, "promotion", o->title);
	json_put_text(w, "currency", v->currency);
	json_put_integer(w, "spend_minor", x->spend);
	json_put_integer(w, "purchases", x->purchases);
	json_put_integer(w, "points_earned", x->earned);
	json_put_real(w, "multiplier", o->multiplier);
	json_put_integer(w, "points_possible", would);
	json_put_integer(w, "points_missed", missed);
	json_put_real(w, "base_points_per_minor", base);
	if (ends)
		evidence_put_day(w, "offer_until", until);
	insight_add(in, &f, w,
		    "Your %s in %s from %s to %s earned %s; at today's %s times points it would have been "
		    "%s, which is "
		    "%s more%s%s%s.",
		    money_words(in, x->spend, v->currency), insights_category(in, o->category),
		    day_words(in, x->first), day_words(in, x->last), counted_words(in, x->earned, "point"),
		    real_words(in, o->multiplier), count_words(in, would), count_words(in, missed),
		    ends ? " (the offer runs until " : "", ends ? day_words(in, until) : "", ends ? ")" : "");
}

void find_missed(struct insights *in)
{
	const struct view *v = in->view;
	const struct offer *o;
	struct missed x;
	double base = -1, best;
	size_t i;

	if (v->currency[0] == '\0')
		return;
	for (i = 0; i < v->catalogue->offer_count; i++) {
		best = catalogue_multiplier(v->catalogue, v->catalogue->offers[i].category, v->now, &o);
		if (o != &v->catalogue->offers[i] || best <= 1)
			continue; /* not the one that counts now */
		x = measure(v, o->category, best);
		if (x.spend <= 0 || x.purchases < PURCHASES_MIN)
			continue;
		base = base < 0 ? base_rate(v) : base;
		if (base > 0)
			add_missed(in, o, &x, base);
	}
}
