/*
 * facts_dates.c - the facts that count days to or from a date
 */
#include <talloc.h>

#include "services/analytics/facts.h"

static void compute_anniversaries(struct facts *f, const struct view *v)
{
	const struct member *m = v->member;
	day enrolled = m->enrolled_at == INSTANT_NONE ? DAY_NONE : tz_day(v->zone, m->enrolled_at);

	f->enrolled_days = f->anniversary_in = f->birthday_in = -1;
	if (enrolled != DAY_NONE && enrolled <= v->today) {
		f->enrolled_days = v->today - enrolled;
		f->anniversary_in = day_anniversary(enrolled, v->today) - v->today;
	}
	if (m->birth_date != DAY_NONE && m->birth_date <= v->today)
		f->birthday_in = day_anniversary(m->birth_date, v->today) - v->today;
}

/* As long as the running week or month has a purchase nothing has to be done in it. */
static int days_left(const struct view *v, const struct streak *s, day start, day next)
{
	bool bought = v->bought_count > 0 && v->bought[v->bought_count - 1] >= start;

	return s->current == 0 || bought ? -1 : next - v->today;
}

static void compute_streaks_left(struct facts *f, const struct view *v)
{
	day monday = v->today - day_weekday(v->today), first = day_month_start(v->today);

	f->weeks_left = days_left(v, &f->weeks, monday, monday + 7);
	f->months_left = days_left(v, &f->months, first, day_add_months(first, 1));
}

/* What counts for the tier on its last sure day: the window has moved on by then. */
static void compute_tier_deadline(struct facts *f, const struct view *v)
{
	instant until = v->member->tier_valid_until;
	day last = until == INSTANT_NONE ? v->today : tz_day(v->zone, until - 1);
	const struct tier *t = f->tier.tier;
	int64_t counted;

	f->tier_deadline = until == INSTANT_NONE || last < v->today ? -1 : last - v->today;
	last = last < v->today ? v->today : last;
	if (t == NULL)
		return;
	counted = last - t->window_days + 1 > v->today
			  ? 0
			  : view_sum(v, v->qualifying, (day)(last - t->window_days + 1), v->today);
	f->keep_needed = counted < t->qualifying_points ? sum_of(t->qualifying_points, -counted) : 0;
}

static void compute_ending(struct facts *f, const struct view *v)
{
	const struct lot *l, *end = v->points.lots + v->points.lot_count;
	day last;

	f->ends_in = -1;
	f->ending = talloc_array(f, struct ending_lot, v->points.lot_count);
	for (l = v->points.lots; l < end && l->expires != INSTANT_NONE; l++) {
		last = tz_day(v->zone, l->expires - 1);
		f->ends_in = f->ends_in < 0 ? last - v->today : f->ends_in;
		if (last > v->today + ENDING_DAYS || f->ending_count == ENDING_MAX)
			break;
		f->ending[f->ending_count++] = (struct ending_lot){l->ref, l->remaining, last};
	}
}

static void compute_redemption(struct facts *f, const struct view *v)
{
	size_t i = v->day_count;

	while (i > 0 && v->redeemed[i - 1] <= 0)
		i--;
	f->days_since_redemption = i > 0 ? v->today - (v->first + (day)i - 1) : -1;
}

void facts_compute_dates(struct facts *f, const struct view *v)
{
	compute_anniversaries(f, v);
	compute_streaks_left(f, v);
	compute_tier_deadline(f, v);
	compute_ending(f, v);
	compute_redemption(f, v);
}
