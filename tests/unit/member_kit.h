/*
 * member_kit.h - members made by hand, for tests of facts and findings
 *
 * A kit holds a member, its months and a small programme; kit_buy and kit_earn book as the daemon
 * would. "Now" is Tuesday 24 November 2026, 12:00 UTC, in London, unless a test sets it.
 */
#ifndef AE_MEMBER_KIT_H
#define AE_MEMBER_KIT_H

#include <string.h>
#include <talloc.h>
#include "services/analytics/insights.h"

struct kit {
	struct catalogue *catalogue;
	struct member *m;
	struct month **months; /* oldest first */
	size_t count;
	instant now;
};

static inline day kit_day(const char *text)
{
	day d;

	if (!day_parse(text, &d))
		abort();
	return d;
}

static inline struct kit *kit_new(void)
{
	struct kit *k = talloc_zero(NULL, struct kit);
	static const struct tier tiers[3] = {
		{"bronze", 1, 0, 365}, {"silver", 2, 500, 365}, {"gold", 3, 2000, 365}};

	k->catalogue = talloc_zero(k, struct catalogue);
	k->catalogue->zone = tz_find("Europe/London");
	k->catalogue->currency = "GBP";
	k->catalogue->tiers = talloc_memdup(k, tiers, sizeof(tiers));
	k->catalogue->tier_count = 3;
	k->catalogue->categories = talloc_zero_array(k, struct category, 1);
	k->m = member_new(k, "m1", 0, 1);
	k->months = talloc_zero_array(k, struct month *, 64);
	instant_parse("2026-11-24T12:00:00Z", &k->now);
	return k;
}

static inline struct month *kit_month(struct kit *k, day d)
{
	day start = day_month_start(d);
	size_t at = k->count;

	while (at > 0 && k->months[at - 1]->start > start)
		at--;
	if (at > 0 && k->months[at - 1]->start == start)
		return k->months[at - 1];
	memmove(k->months + at + 1, k->months + at, (k->count - at) * sizeof(*k->months));
	k->count++;
	return k->months[at] = month_new(k, k->m->member_id, start);
}

static inline void kit_buy(struct kit *k, const char *date, const char *category, int64_t minor,
			   const char *currency)
{
	day d = kit_day(date);
	struct month *month = kit_month(k, d);
	struct spend_cell *cell = month_spend(month, currency, d - month->start + 1, category);
	struct channel_cell *channel = month_channel(month, currency, "web");
	struct category_sum *sum = member_category(k->m, currency, category);
	instant when = tz_day_start(tz_utc(), d) + 12 * 3600 * SECOND;

	cell->spend_minor += minor;
	channel->spend_minor += minor;
	sum->spend_minor += minor;
	member_currency(k->m, currency)->spend_minor += minor;
	if (minor < 0) { /* a reversal */
		cell->reversals++;
		return;
	}
	cell->purchases++;
	sum->purchases++;
	channel->purchases++;
	member_channel(k->m, "web")->purchases++;
	member_currency(k->m, currency)->purchases++;
	sum->first = sum->first == DAY_NONE || d < sum->first ? d : sum->first;
	sum->last = sum->last == DAY_NONE || d > sum->last ? d : sum->last;
	if (k->m->first_transaction_at == INSTANT_NONE || when < k->m->first_transaction_at)
		k->m->first_transaction_at = when;
	if (k->m->last_transaction_at == INSTANT_NONE || when > k->m->last_transaction_at)
		k->m->last_transaction_at = when;
}

static inline void kit_points(struct kit *k, const char *date, const char *category, int64_t earned,
			      int64_t redeemed)
{
	day d = kit_day(date);
	struct month *month = kit_month(k, d);
	struct points_cell *cell = month_points(month, d - month->start + 1, category);

	cell->earned += earned;
	cell->qualifying += earned;
	cell->redeemed += redeemed;
}

/* A lot that is good to the end of a day. */
static inline void kit_lot(struct kit *k, const char *last_day, int64_t points)
{
	struct points *p = &k->m->points;

	p->lots = talloc_realloc(k->m, p->lots, struct lot, p->lot_count + 1);
	p->lots[p->lot_count++] = (struct lot){"lot", k->now - DAY_SECONDS * SECOND,
					       tz_day_start(tz_find("Europe/London"), kit_day(last_day) + 1),
					       points};
	p->balance += points;
}

static inline struct view *kit_view(struct kit *k)
{
	return view_new(k, k->m, k->months, k->count, k->catalogue, k->now);
}

static inline struct facts *kit_facts(struct kit *k)
{
	struct view *v = kit_view(k);

	return facts_compute(v, v);
}

static inline struct insights *kit_insights(struct kit *k)
{
	struct view *v = kit_view(k);

	return insights_new(v, v, facts_compute(v, v));
}

/* The only finding of a kind; NULL without one, aborts with several. */
static inline const struct insight *kit_found(const struct insights *in, const char *kind)
{
	const struct insight *found = NULL;
	size_t i;

	for (i = 0; i < in->count; i++)
		if (strcmp(in->rows[i].kind, kind) == 0) {
			if (found)
				abort();
			found = &in->rows[i];
		}
	return found;
}

#endif
