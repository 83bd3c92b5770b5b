/*
 * dashboard_json.c - the dashboard's numbers as the reply of GET /analytics/{member_id}/dashboard
 */
#include <string.h>
#include <talloc.h>

#include "services/analytics/dashboard.h"

enum {
	CATEGORIES_SHOWN = 25,
	MERCHANTS_SHOWN = 10,
	EXPIRING_SHOWN = 24
};

static void put_day(struct json_writer *w, const char *name, day d)
{
	char text[DAY_TEXT];

	json_put_text(w, name, day_format(d, text));
}

static void put_instant(struct json_writer *w, const char *name, instant t)
{
	char text[INSTANT_TEXT];

	if (t == INSTANT_NONE)
		json_put_null(w, name);
	else
		json_put_text(w, name, instant_format(t, text));
}

/* Four decimals say enough about a change or a share. */
static double rounded(double x)
{
	return (double)(int64_t)(x * 10000 + (x < 0 ? -0.5 : 0.5)) / 10000;
}

/* The relative change, null when there is nothing to compare with. */
static void put_change(struct json_writer *w, const char *name, int64_t value, int64_t before)
{
	double change = ((double)value - (double)before) / (before < 0 ? -(double)before : (double)before);

	if (before == 0 || change > 1e9 || change < -1e9)
		json_put_null(w, name);
	else
		json_put_real(w, name, rounded(change));
}

static void put_metric(struct json_writer *w, const char *name, int64_t value, int64_t before, bool compared,
		       const char *currency)
{
	json_open_object(w, name);
	json_put_integer(w, "value", value);
	if (compared) {
		json_put_integer(w, "previous", before);
		put_change(w, "change", value, before);
	} else {
		json_put_null(w, "previous");
		json_put_null(w, "change");
	}
	if (currency)
		json_put_text(w, "currency", currency);
	json_close(w);
}

static int64_t basket(const struct totals *t)
{
	int64_t whole, rest;

	if (t->purchases == 0)
		return 0;
	whole = t->spend_minor / t->purchases;
	rest = t->spend_minor % t->purchases;
	if (2 * rest >= t->purchases)
		return whole + 1;
	return 2 * -rest >= t->purchases ? whole - 1 : whole;
}

static void put_summary(struct json_writer *w, const struct dashboard *d)
{
	const struct totals *now = &d->totals, *then = &d->before;
	bool compared = d->period.compare != COMPARE_NONE;

	json_open_object(w, "summary");
	put_metric(w, "spend", now->spend_minor, then->spend_minor, compared, d->currency);
	put_metric(w, "transactions", now->purchases, then->purchases, compared, NULL);
	put_metric(w, "average_basket", basket(now), basket(then), compared, d->currency);
	put_metric(w, "points_earned", now->earned, then->earned, compared, NULL);
	put_metric(w, "points_redeemed", now->redeemed, then->redeemed, compared, NULL);
	put_metric(w, "points_expired", now->expired, then->expired, compared, NULL);
	put_metric(w, "points_balance", now->balance, then->balance, compared, NULL);
	json_close(w);
}

static void put_member(struct json_writer *w, const struct dashboard *d)
{
	const struct member *m = d->member;

	json_open_object(w, "member");
	json_put_text(w, "member_id", m->member_id);
	put_instant(w, "enrolled_at", m->enrolled_at);
	json_put_text(w, "tier", m->tier);
	json_put_text(w, "region", m->region);
	json_put_text(w, "locale", m->locale);
	json_put_text(w, "time_zone", tz_name(d->zone));
	json_put_text(w, "currency", d->currency);
	put_instant(w, "last_transaction_at", m->last_transaction_at);
	json_close(w);
}

static void put_period(struct json_writer *w, const struct period *p)
{
	json_open_object(w, "period");
	json_put_text(w, "name", period_names[p->kind]);
	put_day(w, "from", p->from);
	put_day(w, "to", p->to);
	json_put_text(w, "grain", grain_names[p->grain]);
	if (p->compare == COMPARE_NONE) {
		json_put_null(w, "compare");
	} else {
		json_open_object(w, "compare");
		json_put_text(w, "name", compare_names[p->compare]);
		put_day(w, "from", p->before_from);
		put_day(w, "to", p->before_to);
		json_close(w);
	}
	json_close(w);
}

/* Every bucket of the period is there, the empty ones with zeros. */
static void put_trend(struct json_writer *w, const struct dashboard *d)
{
	const struct bucket *b;

	json_open_array(w, "trend");
	for (b = d->buckets; b < d->buckets + d->bucket_count; b++) {
		json_open_object(w, NULL);
		put_day(w, "from", b->start);
		json_put_integer(w, "spend_minor", b->spend_minor);
		json_put_integer(w, "transactions", b->purchases);
		if (d->period.compare != COMPARE_NONE)
			json_put_integer(w, "previous_minor", b->before_minor);
		json_close(w);
	}
	json_close(w);
}

static void put_categories(struct json_writer *w, const struct dashboard *d)
{
	const struct category_total *c;
	size_t i;

	json_open_array(w, "categories");
	for (i = 0; i < d->category_count && i < CATEGORIES_SHOWN; i++) {
		c = &d->categories[i];
		if (c->spend_minor == 0 && c->before_minor == 0 && c->purchases == 0 && c->earned == 0)
			continue; /* known from the market only */
		json_open_object(w, NULL);
		json_put_text(w, "category", c->category);
		json_put_text(w, "name", catalogue_category_name(d->catalogue, c->category));
		json_put_integer(w, "spend_minor", c->spend_minor);
		json_put_text(w, "currency", d->currency);
		if (d->totals.spend_minor > 0)
			json_put_real(w, "share",
				      rounded((double)c->spend_minor / (double)d->totals.spend_minor));
		else
			json_put_null(w, "share");
		json_put_integer(w, "transactions", c->purchases);
		if (d->period.compare != COMPARE_NONE) {
			json_put_integer(w, "previous_minor", c->before_minor);
			put_change(w, "change", c->spend_minor, c->before_minor);
		}
		json_put_integer(w, "points_earned", c->earned);
		json_close(w);
	}
	json_close(w);
}

/* Lots that expire on the same day are one line. */
static void put_expiring(struct json_writer *w, const struct dashboard *d)
{
	const struct lot *lot;
	size_t i = 0, shown = 0;
	int64_t points;
	day on;

	json_open_array(w, "expiring");
	while (i < d->points.lot_count && shown < EXPIRING_SHOWN) {
		lot = &d->points.lots[i];
		if (lot->expires == INSTANT_NONE)
			break;
		on = tz_day(d->zone, lot->expires);
		for (points = 0; i < d->points.lot_count && d->points.lots[i].expires != INSTANT_NONE &&
				 tz_day(d->zone, d->points.lots[i].expires) == on;
		     i++)
			points = sum_of(points, d->points.lots[i].remaining);
		json_open_object(w, NULL);
		put_day(w, "on", on);
		json_put_integer(w, "points", points);
		json_put_integer(w, "days", on - d->today);
		json_close(w);
		shown++;
	}
	json_close(w);
}

static void put_points(struct json_writer *w, const struct dashboard *d)
{
	const struct bucket *b;

	json_open_object(w, "points");
	json_put_integer(w, "balance", d->points.balance);
	put_expiring(w, d);
	json_open_array(w, "history");
	for (b = d->buckets; b < d->buckets + d->bucket_count; b++) {
		json_open_object(w, NULL);
		put_day(w, "from", b->start);
		json_put_integer(w, "earned", b->earned);
		json_put_integer(w, "redeemed", b->redeemed);
		json_put_integer(w, "expired", b->expired);
		json_put_integer(w, "balance", b->balance);
		json_close(w);
	}
	json_close(w);
	json_close(w);
}

static const struct tier *tier_named(const struct catalogue *c, const char *name)
{
	size_t i;

	for (i = 0; name && i < c->tier_count; i++)
		if (strcmp(c->tiers[i].name, name) == 0)
			return &c->tiers[i];
	return NULL;
}

/* Progress towards the tier above: qualifying points of the window against its threshold. */
static void put_tier(struct json_writer *w, const struct dashboard *d)
{
	const struct tier *tier = tier_named(d->catalogue, d->member->tier), *next = NULL;
	double progress;
	size_t i;

	for (i = 0; i < d->catalogue->tier_count && next == NULL; i++)
		if (tier == NULL || d->catalogue->tiers[i].rank > tier->rank)
			next = &d->catalogue->tiers[i];
	json_open_object(w, "tier");
	json_put_text(w, "name", d->member->tier);
	json_put_integer(w, "qualifying_points", d->qualifying);
	if (next && next->qualifying_points > 0) {
		progress = (double)d->qualifying / (double)next->qualifying_points;
		json_put_real(w, "progress", progress < 0 ? 0 : progress > 1 ? 1 : rounded(progress));
		json_put_text(w, "next", next->name);
		json_put_integer(w, "needed",
				 d->qualifying >= next->qualifying_points
					 ? 0
					 : next->qualifying_points - d->qualifying);
	} else {
		json_put_real(w, "progress", next ? 0 : 1);
		json_put_text(w, "next", next ? next->name : NULL);
		json_put_integer(w, "needed", 0);
	}
	put_instant(w, "since", d->member->tier_since);
	put_instant(w, "valid_until", d->member->tier_valid_until);
	json_close(w);
}

/* Merchants are kept by month: these are of the whole months that the period touches. */
static void put_merchants(struct json_writer *w, const struct dashboard *d)
{
	size_t i;

	json_open_array(w, "merchants");
	for (i = 0; i < d->merchant_count && i < MERCHANTS_SHOWN; i++) {
		json_open_object(w, NULL);
		json_put_text(w, "merchant_id", d->merchants[i].id);
		json_put_text(w, "name", d->merchants[i].name);
		json_put_integer(w, "spend_minor", d->merchants[i].spend_minor);
		json_put_text(w, "currency", d->currency);
		json_put_integer(w, "transactions", d->merchants[i].purchases);
		json_close(w);
	}
	json_close(w);
}

static void put_market(struct json_writer *w, const struct dashboard *d)
{
	const struct category_total *c;

	json_open_array(w, "market");
	for (c = d->categories; c < d->categories + d->category_count; c++) {
		if (!c->has_market)
			continue;
		json_open_object(w, NULL);
		json_put_text(w, "category", c->category);
		json_put_text(w, "name", catalogue_category_name(d->catalogue, c->category));
		json_put_integer(w, "spend_minor", c->spend_minor);
		json_put_integer(w, "market_minor", c->market_minor);
		json_put_text(w, "currency", d->currency);
		put_change(w, "difference", c->spend_minor, c->market_minor);
		json_close(w);
	}
	json_close(w);
}

static void put_charts(struct json_writer *w, const void *parent, const struct dashboard *d,
		       const char *query)
{
	struct chart chart;
	size_t i;

	json_open_array(w, "charts");
	for (i = 0; dashboard_charts[i]; i++) {
		if (!dashboard_chart(parent, d, dashboard_charts[i], &chart))
			continue;
		json_open_object(w, NULL);
		json_put_text(w, "name", chart.name);
		json_put_text(w, "title", chart.title);
		json_put_text(w, "text", chart.text);
		chart_put_figure(w, "figure", &chart);
		json_put_text(w, "svg",
			      talloc_asprintf(parent, "/analytics/%s/charts/%s.svg%s%s", d->member->member_id,
					      chart.name, *query ? "?" : "", query));
		chart_put_table(w, "table", &chart);
		json_close(w);
	}
	json_close(w);
}

void dashboard_put(struct json_writer *w, const void *parent, const struct dashboard *d, const char *query)
{
	json_open_object(w, NULL);
	put_member(w, d);
	put_period(w, &d->period);
	put_summary(w, d);
	put_trend(w, d);
	put_categories(w, d);
	put_points(w, d);
	put_tier(w, d);
	put_merchants(w, d);
	put_market(w, d);
	put_charts(w, parent, d, query);
	json_open_object(w, "as_of");
	put_instant(w, "instant", d->now);
	json_put_integer(w, "shard", d->member->shard);
	json_put_integer(w, "position", d->member->position);
	json_close(w);
	json_close(w);
}
