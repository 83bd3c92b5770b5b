/*
 * dashboard.c - one pass over a member's months gives every number of the dashboard
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/analytics/dashboard.h"

enum {
	QUALIFYING_DAYS = 365
};

static day window_days(const struct catalogue *c)
{
	return c->tier_count > 0 ? (day)c->tiers[0].window_days : QUALIFYING_DAYS;
}

static day earliest_day(const struct period *p)
{
	return p->before_to >= p->before_from && p->before_from < p->from ? p->before_from : p->from;
}

void dashboard_months(const struct catalogue *c, const struct period *p, day today, day *from, day *to)
{
	day first = earliest_day(p), window = today - window_days(c);

	*from = day_month_start(first < window ? first : window);
	*to = day_month_start(p->to > today ? p->to : today);
}

static bool in_period(const struct dashboard *d, day x)
{
	return x >= d->period.from && x <= d->period.to;
}

static bool in_before(const struct dashboard *d, day x)
{
	return x >= d->period.before_from && x <= d->period.before_to;
}

static struct category_total *category_of(struct dashboard *d, const void *parent, const char *category)
{
	size_t i;

	for (i = 0; i < d->category_count; i++)
		if (strcmp(d->categories[i].category, category) == 0)
			return &d->categories[i];
	if (d->category_count == talloc_array_length(d->categories))
		d->categories = talloc_realloc(parent, d->categories, struct category_total,
					       2 * d->category_count + 16);
	d->categories[d->category_count] = (struct category_total){.category = category};
	return &d->categories[d->category_count++];
}

/* The bucket of the period that a day of the time before stands beside. */
static struct bucket *counterpart(struct dashboard *d, day x)
{
	day beside = d->period.from + (x - d->period.before_from);

	return &d->buckets[period_bucket(&d->period, beside > d->period.to ? d->period.to : beside)];
}

static void add_spend(struct dashboard *d, const void *parent, const struct month *m,
		      const struct spend_cell *c)
{
	day x = m->start + c->mday - 1;
	struct category_total *category;
	struct bucket *b;

	if (strcmp(c->currency, d->currency) != 0 || (!in_period(d, x) && !in_before(d, x)))
		return;
	category = category_of(d, parent, c->category);
	if (in_period(d, x)) {
		b = &d->buckets[period_bucket(&d->period, x)];
		b->spend_minor = sum_of(b->spend_minor, c->spend_minor);
		b->purchases += c->purchases;
		category->spend_minor = sum_of(category->spend_minor, c->spend_minor);
		category->purchases += c->purchases;
		d->totals.spend_minor = sum_of(d->totals.spend_minor, c->spend_minor);
		d->totals.purchases += c->purchases;
	}
	if (in_before(d, x)) {
		b = counterpart(d, x);
		b->before_minor = sum_of(b->before_minor, c->spend_minor);
		category->before_minor = sum_of(category->before_minor, c->spend_minor);
		d->before.spend_minor = sum_of(d->before.spend_minor, c->spend_minor);
		d->before.purchases += c->purchases;
	}
}

/* Movements after the period (and after the time before) lead from today's balance back to theirs. */
static void move_balance(struct dashboard *d, day x, int64_t amount)
{
	size_t i, from;

	if (x > d->period.before_to)
		d->before.balance = sum_of(d->before.balance, -amount);
	if (x > d->period.to)
		d->totals.balance = sum_of(d->totals.balance, -amount);
	if (x <= d->period.from)
		return;
	from = x > d->period.to ? d->bucket_count : period_bucket(&d->period, x);
	for (i = 0; i < from; i++)
		d->buckets[i].balance = sum_of(d->buckets[i].balance, -amount);
}

static void add_points(struct dashboard *d, const void *parent, const struct month *m,
		       const struct points_cell *c)
{
	day x = m->start + c->mday - 1;
	struct bucket *b;

	move_balance(d, x, sum_of(c->earned, -c->redeemed));
	if (x > d->today - window_days(d->catalogue) && x <= d->today)
		d->qualifying = sum_of(d->qualifying, c->qualifying);
	if (in_before(d, x)) {
		d->before.earned = sum_of(d->before.earned, c->earned);
		d->before.redeemed = sum_of(d->before.redeemed, c->redeemed);
	}
	if (!in_period(d, x))
		return;
	b = &d->buckets[period_bucket(&d->period, x)];
	b->earned = sum_of(b->earned, c->earned);
	b->redeemed = sum_of(b->redeemed, c->redeemed);
	d->totals.earned = sum_of(d->totals.earned, c->earned);
	d->totals.redeemed = sum_of(d->totals.redeemed, c->redeemed);
	if (c->category[0])
		category_of(d, parent, c->category)->earned += c->earned;
}

static void add_expiries(struct dashboard *d)
{
	const struct expiry *e;
	size_t i;

	for (i = 0; i < d->points.expiry_count; i++) {
		e = &d->points.expiries[i];
		move_balance(d, e->day, -e->points);
		if (in_before(d, e->day))
			d->before.expired = sum_of(d->before.expired, e->points);
		if (!in_period(d, e->day))
			continue;
		d->totals.expired = sum_of(d->totals.expired, e->points);
		d->buckets[period_bucket(&d->period, e->day)].expired += e->points;
	}
}

static void add_merchant(struct dashboard *d, const void *parent, const struct merchant_cell *c)
{
	size_t i;

	if (strcmp(c->currency, d->currency) != 0)
		return;
	for (i = 0; i < d->merchant_count; i++) {
		if (strcmp(d->merchants[i].id, c->id) != 0)
			continue;
		d->merchants[i].spend_minor = sum_of(d->merchants[i].spend_minor, c->spend_minor);
		d->merchants[i].purchases += c->purchases;
		return;
	}
	if (d->merchant_count == talloc_array_length(d->merchants))
		d->merchants = talloc_realloc(parent, d->merchants, struct merchant_cell,
					      2 * d->merchant_count + 8);
	d->merchants[d->merchant_count++] = *c;
}

static void add_month(struct dashboard *d, const void *parent, const struct month *m)
{
	day last = day_add_months(m->start, 1) - 1;
	size_t i;

	for (i = 0; i < m->points_count; i++)
		add_points(d, parent, m, &m->points[i]);
	if (last < earliest_day(&d->period) || m->start > d->period.to)
		return;
	for (i = 0; i < m->spend_count; i++)
		add_spend(d, parent, m, &m->spend[i]);
	if (last >= d->period.from)
		for (i = 0; i < m->merchant_count; i++)
			add_merchant(d, parent, &m->merchants[i]);
}

/* A month that the period covers in part counts for its days. */
static void add_benchmark(struct dashboard *d, const void *parent, const struct benchmark *b)
{
	day last = day_add_months(b->month, 1) - 1, from, to;
	struct category_total *category;

	from = b->month > d->period.from ? b->month : d->period.from;
	to = last < d->period.to ? last : d->period.to;
	if (to < from)
		return;
	category = category_of(d, parent, b->category);
	category->has_market = true;
	category->market_minor = sum_of(
		category->market_minor,
		(int64_t)((double)b->average_minor * (to - from + 1) / (double)(last - b->month + 1) + 0.5));
}

static int most_spend(const void *a, const void *b)
{
	const struct category_total *x = a, *y = b;

	if (x->spend_minor != y->spend_minor)
		return x->spend_minor < y->spend_minor ? 1 : -1;
	return strcmp(x->category, y->category);
}

static int most_bought(const void *a, const void *b)
{
	const struct merchant_cell *x = a, *y = b;

	if (x->spend_minor != y->spend_minor)
		return x->spend_minor < y->spend_minor ? 1 : -1;
	return strcmp(x->id, y->id);
}

void dashboard_compute(struct dashboard *d, const void *parent, struct month *const *months,
		       size_t month_count, const struct benchmark *benchmarks, size_t benchmark_count)
{
	size_t i;

	d->bucket_count = period_bucket_count(&d->period);
	d->buckets = talloc_zero_array(parent, struct bucket, d->bucket_count);
	d->totals.balance = d->before.balance = d->points.balance;
	for (i = 0; i < d->bucket_count; i++) {
		d->buckets[i].start = period_bucket_start(&d->period, i);
		d->buckets[i].balance = d->points.balance;
	}
	for (i = 0; i < month_count; i++)
		add_month(d, parent, months[i]);
	add_expiries(d);
	for (i = 0; i < benchmark_count; i++)
		/* Rows come region "" first: the member's own region replaces everywhere's. */
		if (i + 1 == benchmark_count || benchmarks[i + 1].month != benchmarks[i].month ||
		    strcmp(benchmarks[i + 1].category, benchmarks[i].category) != 0)
			add_benchmark(d, parent, &benchmarks[i]);
	if (d->category_count > 0)
		qsort(d->categories, d->category_count, sizeof(*d->categories), most_spend);
	if (d->merchant_count > 0)
		qsort(d->merchants, d->merchant_count, sizeof(*d->merchants), most_bought);
}
