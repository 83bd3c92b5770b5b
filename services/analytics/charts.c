/*
 * charts.c - which pictures a dashboard has, each as one description
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "services/analytics/dashboard.h"

const char *const dashboard_charts[] = {"spend", "categories", "points", "balance", "market", NULL};

static const char *const grain_titles[] = {"Day", "Week of", "Month"};

enum {
	SERIES_MAX = 3,
	ROWS_MAX = 12
};

/* Room for a chart's labels and values, filled column by column. */
struct columns {
	const char **labels;
	double *values[SERIES_MAX];
	struct chart_series series[SERIES_MAX];
};

static struct columns *columns_new(const void *parent, size_t points, size_t series, const char *const *names)
{
	struct columns *c = talloc_zero(parent, struct columns);
	double *all = talloc_array(c, double, points *series + 1);
	size_t i;

	c->labels = talloc_array(c, const char *, points + 1);
	for (i = 0; i < series; i++) {
		c->values[i] = all + i * points;
		c->series[i] = (struct chart_series){names[i], c->values[i]};
	}
	return c;
}

static void chart_of(struct chart *out, const struct columns *c, size_t points, size_t series)
{
	out->points = points;
	out->labels = c->labels;
	out->series = c->series;
	out->series_count = series;
}

/* Bucket labels: days, or months when the grain is a month. */
static void label_buckets(struct columns *c, const struct dashboard *d)
{
	char *texts = talloc_array(c, char, d->bucket_count *DAY_TEXT + 1);
	size_t i;

	for (i = 0; i < d->bucket_count; i++) {
		c->labels[i] = day_format(d->buckets[i].start, texts + i * DAY_TEXT);
		if (d->period.grain == GRAIN_MONTH)
			texts[i * DAY_TEXT + 7] = '\0';
	}
}

static const char *period_text(const void *parent, const struct dashboard *d)
{
	char from[DAY_TEXT], to[DAY_TEXT];

	return talloc_asprintf(parent, "%s to %s", day_format(d->period.from, from),
			       day_format(d->period.to, to));
}

static void chart_spend(const void *parent, const struct dashboard *d, struct chart *out)
{
	static const char *const names[] = {"This period", "Compared with"};
	size_t series = d->period.compare == COMPARE_NONE ? 1 : 2, i;
	struct columns *c = columns_new(parent, d->bucket_count, series, names);

	label_buckets(c, d);
	for (i = 0; i < d->bucket_count; i++) {
		c->values[0][i] = currency_major(d->buckets[i].spend_minor, d->currency);
		if (series > 1)
			c->values[1][i] = currency_major(d->buckets[i].before_minor, d->currency);
	}
	*out = (struct chart){
		.kind = CHART_BAR,
		.title = "Spend",
		.text = talloc_asprintf(parent, "Spend by %s, %s: %.*f %s in total.",
					grain_names[d->period.grain], period_text(parent, d),
					currency_decimals(d->currency),
					currency_major(d->totals.spend_minor, d->currency), d->currency),
		.x_title = grain_titles[d->period.grain],
		.y_title = "Spend",
		.unit = d->currency,
		.decimals = currency_decimals(d->currency),
		.dates = true,
	};
	chart_of(out, c, d->bucket_count, series);
}

static void chart_categories(const void *parent, const struct dashboard *d, struct chart *out)
{
	static const char *const names[] = {"Spend"};
	struct columns *c = columns_new(parent, d->category_count, 1, names);
	size_t i, n = 0;

	for (i = 0; i < d->category_count && n < ROWS_MAX; i++) {
		if (d->categories[i].spend_minor <= 0)
			continue;
		c->labels[n] = catalogue_category_name(d->catalogue, d->categories[i].category);
		c->values[0][n++] = currency_major(d->categories[i].spend_minor, d->currency);
	}
	*out = (struct chart){
		.kind = CHART_ROW_BAR,
		.title = "Spend by category",
		.text = n > 0 ? talloc_asprintf(parent, "Spend by category, %s. Most went to %s: %.*f %s.",
						period_text(parent, d), c->labels[0],
						currency_decimals(d->currency), c->values[0][0], d->currency)
			      : "No spend in this period.",
		.x_title = "Category",
		.y_title = "Spend",
		.unit = d->currency,
		.decimals = currency_decimals(d->currency),
	};
	chart_of(out, c, n, 1);
}

static void chart_points(const void *parent, const struct dashboard *d, struct chart *out)
{
	static const char *const names[] = {"Earned", "Redeemed", "Expired"};
	struct columns *c = columns_new(parent, d->bucket_count, 3, names);
	size_t i;

	label_buckets(c, d);
	for (i = 0; i < d->bucket_count; i++) {
		c->values[0][i] = (double)d->buckets[i].earned;
		c->values[1][i] = -(double)d->buckets[i].redeemed;
		c->values[2][i] = -(double)d->buckets[i].expired;
	}
	*out = (struct chart){
		.kind = CHART_STACKED_BAR,
		.title = "Points in and out",
		.text = talloc_asprintf(parent, "Points, %s: %lld earned, %lld redeemed, %lld expired.",
					period_text(parent, d), (long long)d->totals.earned,
					(long long)d->totals.redeemed, (long long)d->totals.expired),
		.x_title = grain_titles[d->period.grain],
		.y_title = "Points",
		.unit = "points",
		.dates = true,
	};
	chart_of(out, c, d->bucket_count, 3);
}

static void chart_balance(const void *parent, const struct dashboard *d, struct chart *out)
{
	static const char *const names[] = {"Balance"};
	struct columns *c = columns_new(parent, d->bucket_count, 1, names);
	size_t i;

	label_buckets(c, d);
	for (i = 0; i < d->bucket_count; i++)
		c->values[0][i] = (double)d->buckets[i].balance;
	*out = (struct chart){
		.kind = CHART_LINE,
		.title = "Points balance",
		.text = talloc_asprintf(parent, "Points balance, %s: %lld at the end.",
					period_text(parent, d), (long long)d->totals.balance),
		.x_title = grain_titles[d->period.grain],
		.y_title = "Points",
		.unit = "points",
		.dates = true,
	};
	chart_of(out, c, d->bucket_count, 1);
}

static bool chart_market(const void *parent, const struct dashboard *d, struct chart *out)
{
	static const char *const names[] = {"You", "Market average"};
	struct columns *c = columns_new(parent, d->category_count, 2, names);
	size_t i, n = 0;

	for (i = 0; i < d->category_count && n < ROWS_MAX; i++) {
		if (!d->categories[i].has_market)
			continue;
		c->labels[n] = catalogue_category_name(d->catalogue, d->categories[i].category);
		c->values[0][n] = currency_major(d->categories[i].spend_minor, d->currency);
		c->values[1][n++] = currency_major(d->categories[i].market_minor, d->currency);
	}
	*out = (struct chart){
		.kind = CHART_ROW_BAR,
		.title = "You and the market",
		.text = talloc_asprintf(parent, "Your spend beside the market average in %zu categories, %s.",
					n, period_text(parent, d)),
		.x_title = "Category",
		.y_title = "Spend",
		.unit = d->currency,
		.decimals = currency_decimals(d->currency),
	};
	chart_of(out, c, n, 2);
	return n > 0;
}

bool dashboard_chart(const void *parent, const struct dashboard *d, const char *name, struct chart *out)
{
	bool there = true;

	if (strcmp(name, "spend") == 0)
		chart_spend(parent, d, out);
	else if (strcmp(name, "categories") == 0)
		chart_categories(parent, d, out);
	else if (strcmp(name, "points") == 0)
		chart_points(parent, d, out);
	else if (strcmp(name, "balance") == 0)
		chart_balance(parent, d, out);
	else if (strcmp(name, "market") == 0)
		there = chart_market(parent, d, out);
	else
		there = false;
	out->name = name;
	return there;
}
