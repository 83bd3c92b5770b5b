/*
 * test_chart.c - figures, tables and pictures of charts
 *
 * Every sample goes through all outputs. With CHART_SAMPLES=directory set, they are also left there as
 * files: to be looked at, and for test_chart_figures.py to show to Plotly's own validator.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <cairo.h>
#include <talloc.h>

#include "common/chart.h"
#include "common/chart_scale.h"
#include "common/chart_time.h"
#include "tests/unit/unit.h"

enum {
	POINTS_MAX = 800
};

static const char *const months[] = {"2010-12", "2011-01", "2011-02", "2011-03", "2011-04",
				     "2011-05", "2011-06", "2011-07", "2011-08", "2011-09",
				     "2011-10", "2011-11", "2011-12"};
static const double spend[] = {572.59, 551.06,  0,   3140.02, 1420,   2103.75, 998.1,
			       NAN,    1811.45, NAN, NAN,     2660.3, 431.9};
static const double before[] = {430,  610.5,  340,  1890, 1650.2, 1744.1, 1100,
				1320, 1500.5, 1630, 1211, 1980,   700};
static const struct chart_series spends[] = {{"Spend", spend}, {"Year before", before}};

static const char *const shops[] = {"Paper Crafts & Gifts <London>",
				    "Regency Kitchen",
				    "Lunch Bags and Bottles",
				    "Christmas, Lights and Decorations for Indoors and Outdoors Ltd.",
				    "Garden",
				    "Postage"};
static const double shares[] = {2310.4, 1204.25, 873.1, 412, 120.75, 18};
static const double nets[] = {2310.4, 1204.25, -873.1, 412, NAN, -18};
static const struct chart_series share[] = {{"Spend", shares}};
static const struct chart_series net[] = {{"Net", nets}};

static const double earned[] = {120, 340, 80, 410, 220, 180, 90, 300, 260, 140, 200, 310, 70};
static const double spent[] = {0, -200, 0, -500, -100, 0, 0, -250, 0, 0, -400, 0, -50};
static const double expired[] = {0, 0, -40, 0, 0, -80, 0, 0, 0, -20, 0, 0, -10};
static const struct chart_series points[] = {{"Earned", earned}, {"Redeemed", spent}, {"Expired", expired}};

static const double huge[] = {1e15, 3.2e15, 2.4e15, 0, 9.99e15, 4e15, 1e15, 2e14, 0, 0, 5e15, 6e15, 7e15};
static const struct chart_series huges[] = {{"Everything", huge}};
static const double beyond[] = {INFINITY, -1.7e308, 1.7e308, 1e-300, NAN, -0.0, 1e300, 0, 0, 0, 0, 0, 0};
static const struct chart_series beyonds[] = {{"A", beyond}, {"B", beyond}, {"C", beyond}};
static const double level[] = {8123.5, 8130.25, 8120, 8150, 8160.75, 8140, 8144,
			       8139,   8171,    8180, 8160, 8166,    8190};
static const struct chart_series levels[] = {{"Balance", level}};

static char day_text[POINTS_MAX][DAY_TEXT];
static const char *days[POINTS_MAX];
static const char *numbers[POINTS_MAX];
static double walk[3][POINTS_MAX];
static struct chart_series walks[] = {{"Visits", walk[0]}, {"Baskets", walk[1]}, {"Purchases", walk[2]}};
static struct chart_series many[14];
static const char *const many_names[] = {
	"Home and garden", "Kitchen", "Toys",  "Stationery", "Bags",    "Candles", "Christmas",
	"Jewellery",       "Clocks",  "Cards", "Textiles",   "Storage", "Signs",   "Everything else"};
static const char long_title[] = "A title that somebody wrote without thinking of the small screens on which "
				 "it will be read, and that goes on "
				 "and on until even the widest picture has no room left for it";

/* Samples show what the product draws, and what must not break it. */
static const struct chart samples[] = {
	{CHART_LINE, "trend", "Spend per month", "Compared with the year before",
	 "Spend peaked in March 2011 at 3,140 GBP.", "Month", "Spend", "GBP", 2, true, 13, months, 2, spends},
	{CHART_LINE, "level", "Points balance", NULL, "The balance stayed near 8,150.", "Month", "Balance",
	 "points", 0, true, 13, months, 1, levels},
	{CHART_AREA, "daily", "Visits per day", "1 March 2010 to 8 May 2012", "Visits rise & fall.", "Day",
	 "Visits", "", 0, true, POINTS_MAX, days, 1, walks},
	{CHART_AREA, "weeks", "Activity over two months", NULL, "Three lines.", "Day", "Count", "", 0, true,
	 60, days, 3, walks},
	{CHART_BAR, "bars", "Spend per month", "In the member's own currency", "Bars.", "Month", "Spend",
	 "GBP", 2, true, 13, months, 1, spends},
	{CHART_BAR, "groups", "Spend by shop", NULL, "Bars by shop.", "Shop", "Spend", "GBP", 2, false, 6,
	 shops, 1, share},
	{CHART_BAR, "compare", "Spend against the year before", NULL, "Bars in pairs.", "Month", "Spend",
	 "GBP", 0, false, 13, months, 2, spends},
	{CHART_STACKED_BAR, "points", "Points earned, redeemed and expired", "Per month",
	 "Earned above, gone below.", "Month", "Points", "points", 0, true, 13, months, 3, points},
	{CHART_STACKED_BAR, "many", "Purchases by category", "Fourteen of them", "Stacks.", "Day",
	 "Purchases", "", 0, true, 28, days, 14, many},
	{CHART_ROW_BAR, "shops", "Top shops", "Last twelve months", "Paper Crafts leads.", "Shop", "Spend",
	 "GBP", 2, false, 6, shops, 1, share},
	{CHART_ROW_BAR, "net", "Net by shop", NULL, "Two shops paid back.", "Shop", "Net spend", "GBP", 2,
	 false, 6, shops, 1, net},
	{CHART_ROW_BAR, "rows", "A hundred rows", NULL, "Many rows.", "Row", "Visits", "", 0, false, 100,
	 numbers, 1, walks},
	{CHART_ROW_BAR, "market", "You and the market", "Average basket", "Rows in pairs.", "Shop", "Basket",
	 "GBP", 2, false, 5, shops, 2, spends},
	{CHART_DONUT, "donut", "Where the money went", "By shop", "Almost half went to one shop.", "Shop",
	 "Spend", "GBP", 2, false, 6, shops, 1, share},
	{CHART_DONUT, "slices", "Too many slices", NULL, "Eight hundred slices.", "Slice", "Visits", "", 0,
	 false, POINTS_MAX, numbers, 1, walks},
	{CHART_DONUT, "whole", "One slice", NULL, "All of it.", "Shop", "Spend", "GBP", 2, false, 1, shops, 1,
	 share},
	{CHART_LINE, "empty", "Nothing yet", "A new member", "No data.", "Month", "Spend", "GBP", 2, true, 0,
	 NULL, 1, spends},
	{CHART_DONUT, "no_slices", "Nothing yet", NULL, "No data.", "Shop", "Spend", "GBP", 2, false, 0, NULL,
	 0, NULL},
	{CHART_LINE, "one", "One month", NULL, "One point.", "Month", "Spend", "GBP", 2, true, 1, months, 1,
	 spends},
	{CHART_BAR, "one_bar", "One month", NULL, "One bar.", "Month", "Spend", "GBP", 2, true, 1, months, 1,
	 spends},
	{CHART_BAR, "hundreds", "Hundreds of categories", NULL, "Many bars.", "Number", "Visits", "", 0,
	 false, 300, numbers, 1, walks},
	{CHART_LINE, "huge", long_title, "Values of up to ten thousand million millions", "Large.", "Month",
	 "National product", "ITL", 0, true, 13, months, 1, huges},
	{CHART_STACKED_BAR, "beyond", "At the <edge> & over", "Infinities & co. \xff",
	 "Not \xc3 UTF-8, \x01 control & <b>.", "Month", "Value", "x", 3, true, 13, months, 3, beyonds},
	{CHART_LINE, "not_days", "Dates that are none", NULL, "Categories after all.", "Shop", "Spend", "GBP",
	 1, true, 6, shops, 1, share},
};

/* Fills the generated series: a slow wave with a weekly beat, the same on every run. */
static void samples_prepare(void)
{
	static char text[POINTS_MAX][16];
	day first = day_from_civil(2010, 3, 1);
	size_t i, s;

	for (i = 0; i < POINTS_MAX; i++) {
		days[i] = day_format(first + (day)i, day_text[i]);
		snprintf(text[i], sizeof(text[i]), "No. %zu", i + 1);
		numbers[i] = text[i];
		for (s = 0; s < 3; s++)
			walk[s][i] = rint((300 + 150 * sin((double)i / 60) + (i % 7) * 25 + (i * 37 % 41)) /
					  (double)(1 + s * 2));
	}
	for (s = 0; s < 14; s++)
		many[s] = (struct chart_series){many_names[s], walk[s % 3] + s * 11};
}

static void file_put(const char *name, const char *suffix, const void *data, size_t length)
{
	const char *directory = getenv("CHART_SAMPLES");
	char *path;
	FILE *f;

	if (!directory)
		return;
	path = talloc_asprintf(NULL, "%s/%s.%s", directory, name, suffix);
	ck_assert_ptr_nonnull(f = fopen(path, "wb"));
	ck_assert_uint_eq(fwrite(data, 1, length, f), length);
	fclose(f);
	talloc_free(path);
}

static char *figure_of(const void *parent, const struct chart *c,
		       void put(struct json_writer *, const char *, const struct chart *))
{
	struct json_writer *w = json_writer_new(NULL);
	size_t length;
	char *text;

	put(w, NULL, c);
	text = talloc_strdup(parent, json_text(w, &length));
	talloc_free(w);
	return text;
}

START_TEST(draws_every_sample)
{
	static const struct {
		int width, height, scale;
		const char *suffix;
	} sizes[] = {{640, 400, 2, ""},
		     {320, 240, 2, "-small"},
		     {160, 160, 1, "-tiny"},
		     {1200, 500, 1, "-wide"},
		     {300, 600, 1, "-tall"}};
	size_t i, k, length, blocks = talloc_total_blocks(NULL);
	void *scratch = talloc_new(NULL);
	const char *svg, *name;
	void *png;
	int theme;

	samples_prepare();
	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		for (theme = CHART_LIGHT; theme <= CHART_DARK; theme++)
			for (k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
				name = talloc_asprintf(scratch, "%s-%s%s", samples[i].name,
						       theme ? "dark" : "light", sizes[k].suffix);
				svg = chart_svg(scratch, &samples[i], theme, sizes[k].width, sizes[k].height,
						&length);
				ck_assert_ptr_nonnull(svg);
				ck_assert_uint_eq(strlen(svg), length);
				ck_assert_msg(strstr(svg, "role=\"img\"") && strstr(svg, "<desc id="), "%s",
					      name);
				file_put(name, "svg", svg, length);
				png = chart_png(scratch, &samples[i], theme, sizes[k].width, sizes[k].height,
						sizes[k].scale, &length);
				ck_assert_ptr_nonnull(png);
				ck_assert_int_eq(memcmp(png, "\x89PNG\r\n\x1a\n", 8), 0);
				file_put(name, "png", png, length);
			}
	talloc_free(scratch);
	ck_assert_uint_eq(talloc_total_blocks(NULL), blocks);
}
END_TEST

START_TEST(writes_every_figure)
{
	void *scratch = talloc_new(NULL);
	const char *text, *error;
	size_t i, t;

	samples_prepare();
	for (i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		if (!strcmp(samples[i].name, "beyond"))
			continue; /* JSON has no place for what is not UTF-8; such text does not get past the
				     intake */
		for (t = 0; t < 2; t++) {
			text = figure_of(scratch, &samples[i], t ? chart_put_table : chart_put_figure);
			ck_assert_msg(json_parse(scratch, text, strlen(text), &error) != NULL, "%s: %s",
				      samples[i].name, text);
			file_put(samples[i].name, t ? "table.json" : "figure.json", text, strlen(text));
		}
	}
	talloc_free(scratch);
}
END_TEST

START_TEST(says_the_same_in_figure_and_table)
{
	static const double values[] = {0.1 + 0.2, NAN, -0.001, 1234.5678};
	static const char *const labels[] = {"M&S", "R&amp;D <b>", "<i>", "d"};
	static const struct chart_series one[] = {{"A", values}};
	struct chart c = {.kind = CHART_BAR,
			  .title = "T",
			  .text = "S",
			  .x_title = "L",
			  .y_title = "V",
			  .unit = "GBP",
			  .decimals = 2,
			  .points = 4,
			  .labels = labels,
			  .series_count = 1,
			  .series = one};
	void *scratch = talloc_new(NULL);

	ck_assert_str_eq(figure_of(scratch, &c, chart_put_table),
			 "{\"columns\":[\"L\",\"A (GBP)\"],\"rows\":[[\"M&S\",0.3],[\"R&amp;D "
			 "<b>\",null],[\"<i>\",0],[\"d\",1234.57]]}");
	ck_assert_ptr_nonnull(strstr(
		figure_of(scratch, &c, chart_put_figure),
		"{\"name\":\"A\",\"type\":\"bar\",\"x\":[\"M&S\",\"R&amp;amp;D &lt;b>\",\"&lt;i>\",\"d\"],"
		"\"y\":[0.3,null,0,1234.57]}"));
	ck_assert_ptr_nonnull(strstr(figure_of(scratch, &c, chart_put_figure), "\"V (GBP)\""));
	talloc_free(scratch);
}
END_TEST

START_TEST(escapes_text_in_svg)
{
	size_t length;
	char *svg;
	const struct chart *c;

	for (c = samples; strcmp(c->name, "beyond"); c++)
		;
	svg = chart_svg(NULL, c, CHART_LIGHT, 10, 99999, &length);
	ck_assert_ptr_nonnull(strstr(svg, ">At the &lt;edge&gt; &amp; over</title>"));
	ck_assert_ptr_nonnull(strstr(svg, ">Not \xef\xbf\xbd UTF-8,   control &amp; &lt;b&gt;.</desc>"));
	ck_assert_ptr_nonnull(strstr(svg, "width=\"160px\" height=\"2400px\""));
	talloc_free(svg);
}
END_TEST

START_TEST(draws_the_same_bytes_again)
{
	size_t length, again;
	char *first = chart_svg(NULL, &samples[0], CHART_DARK, 640, 400, &length);
	char *second = chart_svg(NULL, &samples[0], CHART_DARK, 640, 400, &again);

	ck_assert_uint_eq(length, again);
	ck_assert_str_eq(first, second);
	talloc_free(first);
	talloc_free(second);
}
END_TEST

START_TEST(formats_numbers)
{
	static const struct {
		double in;
		int decimals;
		const char *want, *want_short;
	} cases[] = {
		{0, 0, "0", "0"},
		{-0.0, 2, "0.00", "0.00"},
		{-0.001, 2, "0.00", "0.00"},
		{0.05, 1, "0.1", "0.1"},
		{999.995, 1, "1,000.0", "1,000.0"},
		{1234.5, 2, "1,234.50", "1,234.50"},
		{-1234567.891, 3,
		 "\xe2\x88\x92"
		 "1,234,567.891",
		 "\xe2\x88\x92"
		 "1.23M"},
		{12345678, 0, "12,345,678", "12.3M"},
		{2.5e9, 0, "2,500,000,000", "2.50bn"},
		{1e15, 2, "1,000tn", "1,000tn"},
		{1e300, 2, "1e+300", "1e+300"},
	};
	char text[NUMBER_TEXT];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_str_eq(number_format(cases[i].in, cases[i].decimals, text), cases[i].want);
		ck_assert_str_eq(number_short(cases[i].in, cases[i].decimals, text), cases[i].want_short);
	}
}
END_TEST

START_TEST(rounds_scales)
{
	static const struct {
		double low, high;
		int steps, decimals;
		double min, max, step;
		const char *text, *why;
	} cases[] = {
		{0, 3140.02, 5, 2, 0, 4000, 1000, "4,000", "round steps"},
		{0, 3, 8, 0, 0, 3, 1, "3", "no half visits"},
		{0, 11, 5, 0, 0, 15, 5, "15", "2.5 is no whole number"},
		{0, 1, 4, 2, 0, 1, 0.25, "1.00", "quarters"},
		{0, 0, 5, 2, 0, 1, 0.2, "1.00", "nothing but zeros"},
		{-700, 410, 5, 0, -750, 500, 250, "500", "below zero"},
		{0, 1e15, 4, 0, 0, 1e15, 2.5e14, "1,000tn", "large"},
		{-5, -5, 4, 0, -6, 0, 2, "0", "one negative value"},
	};
	struct scale s;
	char text[NUMBER_TEXT];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		s = scale_fit(cases[i].low, cases[i].high, cases[i].steps, cases[i].decimals);
		ck_assert_msg(fabs(s.min - cases[i].min) < 1e-9 && fabs(s.max - cases[i].max) < 1e-9 &&
				      fabs(s.step - cases[i].step) < 1e-9,
			      "%s: got %g %g %g", cases[i].why, s.min, s.max, s.step);
		ck_assert_str_eq(scale_format(&s, scale_tick(&s, s.ticks - 1), text), cases[i].text);
	}
}
END_TEST

START_TEST(ticks_on_round_dates)
{
	static const struct {
		const char *first, *last;
		int most;
		size_t count;
		const char *want, *why;
	} cases[] = {
		{"2011-03-04", "2011-03-08", 8, 5, "2011-03-04", "every day"},
		{"2011-03-04", "2011-03-31", 6, 4, "2011-03-07", "Mondays"},
		{"2011-03-04", "2011-08-31", 6, 5, "2011-04", "months"},
		{"2011-03-04", "2014-08-31", 6, 7, "2011-07", "half years"},
		{"2010-12", "2011-12", 13, 13, "2010-12", "every month"},
		{"2010-12", "2011-12", 4, 4, "2011-01", "quarters"},
		{"0001-01", "9999-12", 4, 4, "2000", "eras"},
		{"2011-03-04", "2011-03-04", 4, 1, "2011-03-04", "one day"},
		{"2011-03-04", "2011-03-29", 1, 1, "2011-03-04", "no room"},
	};
	struct time_tick ticks[TIME_TICKS_MAX];
	struct time_axis *axis;
	const char *labels[2];
	struct chart c = {.dates = true, .points = 2, .labels = labels};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		labels[0] = cases[i].first;
		labels[1] = cases[i].last;
		axis = time_axis_new(NULL, &c);
		axis->step = 1; /* as if the days between were there */
		ck_assert_msg(time_ticks(axis, cases[i].most, ticks) == cases[i].count, "%s: got %zu",
			      cases[i].why, time_ticks(axis, cases[i].most, ticks));
		ck_assert_str_eq(ticks[0].text, cases[i].want);
		talloc_free(axis);
	}
	labels[1] = "2011-13-01";
	ck_assert_ptr_null(time_axis_new(NULL, &c));
}
END_TEST

UNIT_MAIN("chart", draws_every_sample, writes_every_figure, says_the_same_in_figure_and_table,
	  escapes_text_in_svg, draws_the_same_bytes_again, formats_numbers, rounds_scales,
	  ticks_on_round_dates)
