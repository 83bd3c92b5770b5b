/*
 * view.c - months into days
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/analytics/view.h"

day view_start(const struct catalogue *c, day today)
{
	day start = day_add_months(day_month_start(today), -VIEW_MONTHS), window;
	size_t i;

	for (i = 0; i < c->tier_count; i++) {
		window = day_month_start(today - (day)c->tiers[i].window_days);
		start = window < start ? window : start;
	}
	return start;
}

static void add_spend(struct view *v, const struct month *m, bool *bought)
{
	const struct spend_cell *c;
	size_t i;
	day d;

	for (c = m->spend; c < m->spend + m->spend_count; c++) {
		d = m->start + c->mday - 1;
		if (d < v->first || d > v->today)
			continue;
		i = (size_t)(d - v->first);
		bought[i] |= c->purchases > 0;
		if (strcmp(c->currency, v->currency) != 0)
			continue;
		v->spend[i] = sum_of(v->spend[i], c->spend_minor);
		v->purchases[i] += c->purchases;
	}
}

static void add_points(struct view *v, const struct month *m)
{
	const struct points_cell *c;
	size_t i;
	day d;

	for (c = m->points; c < m->points + m->points_count; c++) {
		d = m->start + c->mday - 1;
		if (d < v->first || d > v->today)
			continue;
		i = (size_t)(d - v->first);
		v->earned[i] = sum_of(v->earned[i], c->earned);
		v->redeemed[i] = sum_of(v->redeemed[i], c->redeemed);
		v->qualifying[i] = sum_of(v->qualifying[i], c->qualifying);
	}
}

static void lay_out(struct view *v)
{
	bool *bought;
	size_t i;

	v->day_count = (size_t)v->today - (size_t)v->first + 1;
	v->spend = talloc_zero_array(v, int64_t, v->day_count * 5);
	v->purchases = v->spend + v->day_count;
	v->earned = v->purchases + v->day_count;
	v->redeemed = v->earned + v->day_count;
	v->qualifying = v->redeemed + v->day_count;
	bought = talloc_zero_array(v, bool, v->day_count);
	for (i = 0; i < v->month_count; i++) {
		add_spend(v, v->months[i], bought);
		add_points(v, v->months[i]);
	}
	v->bought = talloc_array(v, day, v->day_count);
	for (i = 0; i < v->day_count; i++)
		if (bought[i])
			v->bought[v->bought_count++] = v->first + (day)i;
	talloc_free(bought);
}

struct view *view_new(const void *parent, const struct member *m, struct month *const *months,
		      size_t month_count, const struct catalogue *c, instant now)
{
	struct view *v = talloc_zero(parent, struct view);
	const struct currency_sum *main_sum = member_main_currency(m);

	v->member = m;
	v->months = months;
	v->month_count = month_count;
	v->catalogue = c;
	v->zone = member_zone(m, c->zone);
	v->now = now;
	v->today = tz_day(v->zone, now);
	v->first = view_start(c, v->today);
	v->currency = main_sum ? main_sum->currency : "";
	v->points = m->points;
	/* Expiring works in place: the member's own arrays stay as they are. */
	v->points.lots = talloc_memdup(v, m->points.lots, m->points.lot_count * sizeof(struct lot));
	v->points.expiries = talloc_memdup(v, m->points.expiries,
					   m->points.expiry_count * sizeof(struct expiry));
	points_expire(v, &v->points, now, v->zone);
	lay_out(v);
	return v;
}

int64_t view_sum(const struct view *v, const int64_t *days, day from, day to)
{
	int64_t sum = 0;
	day d;

	from = from < v->first ? v->first : from;
	to = to > v->today ? v->today : to;
	for (d = from; d <= to; d++)
		sum = sum_of(sum, days[d - v->first]);
	return sum;
}

int64_t view_category_spend(const struct view *v, const char *category, day from, day to, int64_t *purchases)
{
	const struct spend_cell *c;
	const struct month *m;
	int64_t sum = 0, count = 0;
	size_t i;
	day d;

	to = to > v->today ? v->today : to;
	for (i = 0; i < v->month_count; i++) {
		m = v->months[i];
		if (m->start > to || m->start + 31 <= from)
			continue;
		for (c = m->spend; c < m->spend + m->spend_count; c++) {
			d = m->start + c->mday - 1;
			if (d < from || d > to || strcmp(c->currency, v->currency) != 0 ||
			    (category && strcmp(c->category, category) != 0))
				continue;
			sum = sum_of(sum, c->spend_minor);
			count += c->purchases;
		}
	}
	if (purchases)
		*purchases = count;
	return sum;
}

day view_first_purchase(const struct view *v)
{
	return v->member->first_transaction_at == INSTANT_NONE
		       ? DAY_NONE
		       : tz_day(v->zone, v->member->first_transaction_at);
}

size_t view_months_spend(const struct view *v, day last, size_t most, int64_t *spend)
{
	day begin = view_first_purchase(v), start = day_month_start(last);
	size_t count = 0, i;

	if (begin == DAY_NONE)
		return 0;
	begin = day_add_months(day_month_start(begin), 1);
	begin = begin < v->first ? v->first : begin;
	while (count < most && start >= begin) {
		count++;
		start = day_add_months(start, -1);
	}
	for (i = 0; i < count; i++) {
		start = day_add_months(start, 1);
		spend[i] = view_sum(v, v->spend, start, day_add_months(start, 1) - 1);
	}
	return count;
}

size_t view_category_days(const struct view *v, const char *category, day *out)
{
	const struct spend_cell *c;
	bool *bought = talloc_zero_array(v, bool, v->day_count);
	size_t i, count = 0;
	day d;

	for (i = 0; i < v->month_count; i++)
		for (c = v->months[i]->spend; c < v->months[i]->spend + v->months[i]->spend_count; c++) {
			d = v->months[i]->start + c->mday - 1;
			if (c->purchases > 0 && d >= v->first && d <= v->today &&
			    strcmp(c->category, category) == 0)
				bought[d - v->first] = true;
		}
	for (i = 0; i < v->day_count; i++)
		if (bought[i])
			out[count++] = v->first + (day)i;
	talloc_free(bought);
	return count;
}
