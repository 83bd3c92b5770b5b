/*
 * facts.c - the windowed facts, each by one small function over the days of a view
 *
 * Pure: the same view gives the same facts. docs/facts.md states the rules in words.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/analytics/facts.h"

enum {
	SHARE_HALF_LIFE = 90, /* days */
	RATE_DAYS = 90,
	RATE_DAYS_MIN = 30, /* a new member's first points are not taken for a month's pace */
};
#define DAYS_PER_MONTH 30.436875

const int facts_window_days[FACTS_WINDOWS] = {7, 30, 90, 365};

static void compute_windows(struct facts *f, const struct view *v)
{
	int w;
	day from;

	for (w = 0; w < FACTS_WINDOWS; w++) {
		from = v->today - facts_window_days[w] + 1;
		f->spend_minor[w] = view_sum(v, v->spend, from, v->today);
		f->purchases[w] = view_sum(v, v->purchases, from, v->today);
	}
	f->has_basket = f->purchases[FACTS_365D] > 0;
	if (f->has_basket)
		f->average_basket_minor = llround((double)f->spend_minor[FACTS_365D] /
						  (double)f->purchases[FACTS_365D]);
}

static int day_order(const void *a, const void *b)
{
	day x = *(const day *)a, y = *(const day *)b;

	return (x > y) - (x < y);
}

static void compute_intervals(struct facts *f, const struct view *v)
{
	size_t n = v->bought_count, i, below, above;
	day *gaps;

	f->interval_mean = f->interval_median = -1;
	if (n < 2)
		return;
	gaps = talloc_array(f, day, n);
	for (i = 1; i < n; i++)
		gaps[i - 1] = v->bought[i] - v->bought[i - 1];
	n--;
	f->interval_mean = (double)(v->bought[n] - v->bought[0]) / (double)n;
	qsort(gaps, n, sizeof(*gaps), day_order);
	below = (n - 1) / 2; /* the two in the middle, one and the same if n is odd */
	above = n / 2;
	f->interval_median = (gaps[below] + gaps[above]) / 2.0;
	talloc_free(gaps);
}

/* Numbers that grow by one from a week to the next, and from a month to the next. */
static int week_number(day d)
{
	return (d - day_weekday(d) + 3) / 7; /* day 0 is a Thursday */
}

static int month_number(day d)
{
	int year, month, mday;

	day_to_civil(d, &year, &month, &mday);
	return year * 12 + month - 1;
}

/* A streak lasts until a whole week or month passes without a purchase: the running one may still be empty.
 */
static struct streak streak_of(const struct view *v, int (*number)(day))
{
	struct streak s = {0, 0};
	int run = 0, last = 0, n;
	size_t i;

	for (i = 0; i < v->bought_count; i++) {
		n = number(v->bought[i]);
		if (run == 0 || n > last + 1)
			run = 1;
		else if (n == last + 1)
			run++;
		last = n;
		s.longest = run > s.longest ? run : s.longest;
	}
	if (run > 0 && last >= number(v->today) - 1)
		s.current = run;
	return s;
}

static struct category_share *share_of(struct facts *f, const char *category)
{
	size_t i;

	for (i = 0; i < f->share_count; i++)
		if (strcmp(f->shares[i].category, category) == 0)
			return &f->shares[i];
	if (f->share_count == talloc_array_length(f->shares))
		f->shares = talloc_realloc(f, f->shares, struct category_share, 2 * f->share_count + 16);
	f->shares[f->share_count] = (struct category_share){.category = category};
	return &f->shares[f->share_count++];
}

static int share_order(const void *a, const void *b)
{
	const struct category_share *x = a, *y = b;

	if (x->weight_minor != y->weight_minor)
		return x->weight_minor < y->weight_minor ? 1 : -1;
	return strcmp(x->category, y->category);
}

static void weigh_categories(struct facts *f, const struct view *v)
{
	const struct spend_cell *c;
	const struct month *m;
	size_t i;
	day d;

	for (i = 0; i < v->month_count; i++) {
		m = v->months[i];
		for (c = m->spend; c < m->spend + m->spend_count; c++) {
			d = m->start + c->mday - 1;
			if (d <= v->today && strcmp(c->currency, v->currency) == 0)
				share_of(f, c->category)->weight_minor += (double)c->spend_minor *
									  exp2((d - v->today) /
									       (double)SHARE_HALF_LIFE);
		}
	}
}

/* A category that was all given back weighs nothing and is left out. */
static void compute_shares(struct facts *f, const struct view *v)
{
	double sum = 0;
	size_t i, kept = 0;

	weigh_categories(f, v);
	for (i = 0; i < f->share_count; i++)
		if (f->shares[i].weight_minor > 0) {
			sum += f->shares[i].weight_minor;
			f->shares[kept++] = f->shares[i];
		}
	f->share_count = kept;
	for (i = 0; i < kept; i++)
		f->shares[i].share = f->shares[i].weight_minor / sum;
	if (kept > 0)
		qsort(f->shares, kept, sizeof(*f->shares), share_order);
}

/* Lots that end within so many of the member's days, today not over yet included. */
static void compute_expiring(struct facts *f, const struct view *v)
{
	const struct lot *l;
	int w;

	for (l = v->points.lots; l < v->points.lots + v->points.lot_count; l++)
		for (w = 0; w < FACTS_WINDOWS - 1; w++)
			if (l->expires != INSTANT_NONE &&
			    tz_day(v->zone, l->expires - 1) <= v->today + facts_window_days[w])
				f->expiring[w] = sum_of(f->expiring[w], l->remaining);
}

static void compute_tenure(struct facts *f, const struct view *v)
{
	const struct member *m = v->member;
	instant since = m->enrolled_at;

	if (m->first_transaction_at != INSTANT_NONE &&
	    (since == INSTANT_NONE || m->first_transaction_at < since))
		since = m->first_transaction_at;
	f->tenure_days = since == INSTANT_NONE || since > v->now ? -1 : v->today - tz_day(v->zone, since);
	f->days_since_purchase = v->bought_count > 0 ? v->today - v->bought[v->bought_count - 1]
				 : m->last_transaction_at == INSTANT_NONE || m->last_transaction_at > v->now
					 ? -1
					 : v->today - tz_day(v->zone, m->last_transaction_at);
}

static void compute_rates(struct facts *f, const struct view *v)
{
	int days = f->tenure_days < 0 || f->tenure_days >= RATE_DAYS ? RATE_DAYS : f->tenure_days + 1;
	double months;

	months = (days < RATE_DAYS_MIN ? RATE_DAYS_MIN : days) / DAYS_PER_MONTH;
	f->earn_rate = (double)view_sum(v, v->earned, v->today - RATE_DAYS + 1, v->today) / months;
	f->burn_rate = (double)view_sum(v, v->redeemed, v->today - RATE_DAYS + 1, v->today) / months;
}

static int score(int64_t value, const int64_t cuts[4])
{
	int s = 1;

	while (s < 5 && value >= cuts[s - 1])
		s++;
	return s;
}

/* Fixed cut-offs, so that a score means the same tomorrow and for every member. */
static void compute_rfm(struct facts *f, const struct view *v)
{
	static const int64_t recency[4] = {-180, -90, -30, -7}, frequency[4] = {3, 6, 12, 24};
	static const int64_t monetary[4] = {10000, 30000, 100000, 300000};
	int64_t days = 0;
	size_t i;

	if (f->days_since_purchase < 0)
		return;
	for (i = v->bought_count; i-- > 0 && v->bought[i] > v->today - 365;)
		days++;
	f->rfm.recency = score(-(int64_t)f->days_since_purchase, recency);
	f->rfm.frequency = score(days, frequency);
	f->rfm.monetary = score(f->spend_minor[FACTS_365D], monetary);
}

static const struct tier *tier_find(const struct catalogue *c, const char *name)
{
	size_t i;

	for (i = 0; name && i < c->tier_count; i++)
		if (strcmp(c->tiers[i].name, name) == 0)
			return &c->tiers[i];
	return NULL;
}

static const struct tier *tier_above(const struct catalogue *c, const struct tier *t)
{
	size_t i;

	for (i = 0; i < c->tier_count; i++)
		if (t ? c->tiers[i].rank > t->rank : c->tiers[i].qualifying_points > 0)
			return &c->tiers[i];
	return NULL;
}

struct tier_standing tier_standing(const struct catalogue *c, const char *tier, int64_t qualifying)
{
	struct tier_standing s = {.tier = tier_find(c, tier), .qualifying = qualifying, .progress = 1};

	s.next = tier_above(c, s.tier);
	if (s.next == NULL || qualifying >= s.next->qualifying_points)
		return s;
	s.needed = sum_of(s.next->qualifying_points, -qualifying);
	s.progress = qualifying > 0 ? (double)qualifying / (double)s.next->qualifying_points : 0;
	return s;
}

int64_t tier_window_days(const struct catalogue *c, const char *tier)
{
	const struct tier *t = tier_find(c, tier), *next = tier_above(c, t);

	return next ? next->window_days : t ? t->window_days : 365;
}

struct facts *facts_compute(const void *parent, const struct view *v)
{
	struct facts *f = talloc_zero(parent, struct facts);
	int64_t window = tier_window_days(v->catalogue, v->member->tier);

	compute_windows(f, v);
	compute_intervals(f, v);
	f->weeks = streak_of(v, week_number);
	f->months = streak_of(v, month_number);
	compute_shares(f, v);
	compute_expiring(f, v);
	compute_tenure(f, v);
	compute_rates(f, v);
	f->tier = tier_standing(v->catalogue, v->member->tier,
				view_sum(v, v->qualifying, v->today - (day)window + 1, v->today));
	compute_rfm(f, v);
	f->favourite_channel = member_favourite_channel(v->member);
	facts_compute_dates(f, v);
	return f;
}
