/*
 * chart.c - a chart as a Plotly figure and as a table
 *
 * x_title names the labels and y_title the values, also where the bars lie (CHART_ROW_BAR). Values are
 * rounded to the shown decimals, so that figure, table and picture say the same and the JSON is short.
 * A figure leaves out what Plotly does by itself, and all colours but the series': the page sets its theme.
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "common/chart.h"
#include "common/chart_draw.h"

static const double powers[] = {1, 10, 100, 1000};

/* A value as it is shown: rounded to the chart's decimals; infinities become gaps. */
static double value_round(double value, int decimals)
{
	double scaled = value * powers[decimals < 0 ? 0 : decimals > 3 ? 3 : decimals];

	if (!isfinite(value))
		return NAN;
	if (fabs(scaled) > 9e15)
		return value;
	return rint(scaled) / powers[decimals < 0 ? 0 : decimals > 3 ? 3 : decimals] + 0.0; /* + 0.0: no -0 */
}

double chart_value(const struct chart *c, size_t series, size_t point)
{
	double value = value_round(c->series[series].values[point], c->decimals);

	return fabs(value) > 1e300 ? copysign(1e300, value) : value;
}

/* Whether a value takes part in the picture; a ring has no place for nothing or less. */
static bool value_drawn(const struct chart *c, size_t series, size_t point)
{
	double value = c->series[series].values[point];

	return isfinite(value) && (c->kind != CHART_DONUT || value > 0);
}

bool chart_empty(const struct chart *c)
{
	size_t series = c->kind == CHART_DONUT && c->series_count > 1 ? 1 : c->series_count, s, i;

	for (s = 0; s < series; s++)
		for (i = 0; i < c->points; i++)
			if (value_drawn(c, s, i))
				return false;
	return true;
}

/* Whether Plotly would read an ampersand here as an entity. */
static bool entity_at(const char *text)
{
	size_t length = strspn(text + 1, "#0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

	return length > 0 && text[1 + length] == ';';
}

/* Plotly reads a little HTML in every text; what came from outside must stay what it is. */
static char *plotly_escape(const void *parent, const char *text)
{
	char *out = talloc_array(parent, char, strlen(text) * 5 + 1), *to = out;

	for (; *text; text++) {
		if (*text == '<')
			to = (char *)memcpy(to, "&lt;", 4) + 4;
		else if (*text == '&' && entity_at(text))
			to = (char *)memcpy(to, "&amp;", 5) + 5;
		else
			*to++ = *text;
	}
	*to = '\0';
	return out;
}

static void put_plotly_text(struct json_writer *w, const char *name, const char *text)
{
	char *escaped;

	if (!text || !strpbrk(text, "<&")) {
		json_put_text(w, name, text ? text : "");
		return;
	}
	escaped = plotly_escape(NULL, text);
	json_put_text(w, name, escaped);
	talloc_free(escaped);
}

const char *chart_value_title(const void *parent, const struct chart *c)
{
	const char *title = c->y_title ? c->y_title : "", *unit = c->unit ? c->unit : "";

	if (!*unit || !strcasecmp(title, unit)) /* no "Points (points)" */
		return talloc_strdup(parent, title);
	return *title ? talloc_asprintf(parent, "%s (%s)", title, unit) : talloc_strdup(parent, unit);
}

static void put_labels(struct json_writer *w, const char *name, const struct chart *c)
{
	size_t i;

	json_open_array(w, name);
	for (i = 0; i < c->points; i++)
		put_plotly_text(w, NULL, c->labels[i]);
	json_close(w);
}

static void put_values(struct json_writer *w, const char *name, const struct chart *c, size_t series)
{
	const double *values = c->series[series].values;
	size_t i;

	json_open_array(w, name);
	for (i = 0; i < c->points; i++)
		json_put_real(w, NULL, value_round(values[i], c->decimals)); /* a gap becomes null */
	json_close(w);
}

/* Slices keep their order, and hovering shows the value as the table does. */
static void put_donut(struct json_writer *w, const struct chart *c)
{
	char *unit = plotly_escape(NULL, c->unit ? c->unit : "");
	char *hover = talloc_asprintf(unit, "%%{label}: %%{value:,.%df}%s%s (%%{percent})<extra></extra>",
				      c->decimals, *unit ? " " : "", unit);

	json_put_text(w, "type", "pie");
	json_put_real(w, "hole", 0.6);
	json_put_boolean(w, "sort", false);
	json_put_text(w, "hovertemplate", hover);
	put_labels(w, "labels", c);
	put_values(w, "values", c, 0);
	talloc_free(unit);
}

static void put_trace(struct json_writer *w, const struct chart *c, size_t series)
{
	bool rows = c->kind == CHART_ROW_BAR, line = c->kind == CHART_LINE || c->kind == CHART_AREA;

	json_open_object(w, NULL);
	put_plotly_text(w, "name", c->series[series].name);
	if (c->kind == CHART_DONUT) {
		put_donut(w, c);
	} else {
		json_put_text(w, "type", line ? "scatter" : "bar");
		if (c->kind == CHART_AREA)
			json_put_text(w, "fill", "tozeroy");
		if (line)
			json_put_text(w, "mode", c->points <= 31 ? "lines+markers" : "lines");
		if (rows)
			json_put_text(w, "orientation", "h");
		put_labels(w, rows ? "y" : "x", c);
		put_values(w, rows ? "x" : "y", c, series);
	}
	json_close(w);
}

static void put_title(struct json_writer *w, const struct chart *c)
{
	char *title = plotly_escape(NULL, c->title ? c->title : "");

	if (c->subtitle && *c->subtitle)
		title = talloc_asprintf_append(title, "<br><sub>%s</sub>", plotly_escape(title, c->subtitle));
	json_open_object(w, "title");
	json_put_text(w, "text", title);
	json_close(w);
	talloc_free(title);
}

static void put_axis_title(struct json_writer *w, const char *text)
{
	json_open_object(w, "title");
	put_plotly_text(w, "text", text);
	json_close(w);
	json_put_boolean(w, "automargin", true);
}

static void put_axes(struct json_writer *w, const struct chart *c)
{
	static const char *const hover[] = {",.0f", ",.1f", ",.2f", ",.3f"};
	char *title = (char *)chart_value_title(NULL, c);
	bool rows = c->kind == CHART_ROW_BAR;

	json_open_object(w, rows ? "yaxis" : "xaxis");
	put_axis_title(w, c->x_title);
	json_put_text(w, "type", c->dates ? "date" : "category");
	if (rows)
		json_put_text(w, "autorange", "reversed");
	json_close(w);
	json_open_object(w, rows ? "xaxis" : "yaxis");
	put_axis_title(w, title);
	json_put_text(w, "tickformat", ",~f");
	json_put_text(w, "hoverformat", hover[c->decimals < 0 ? 0 : c->decimals > 3 ? 3 : c->decimals]);
	json_close(w);
	talloc_free(title);
}

static void put_nothing(struct json_writer *w)
{
	static const char note[] =
		"[{\"text\":\"No data in this period\",\"showarrow\":false,\"xref\":\"paper\","
		"\"yref\":\"paper\",\"x\":0.5,\"y\":0.5}]";

	json_put_raw(w, "annotations", note, sizeof(note) - 1);
}

/* Made once: the light theme's series colours as Plotly's colorway. */
static void put_colors(struct json_writer *w)
{
	static char text[CHART_COLORS * 10 + 3];
	static size_t length;
	size_t i;

	if (length == 0) {
		text[length++] = '[';
		for (i = 0; i < CHART_COLORS; i++)
			length += (size_t)snprintf(text + length, sizeof(text) - length, "%s\"#%06x\"",
						   i ? "," : "", theme_of(CHART_LIGHT)->series[i]);
		text[length++] = ']';
	}
	json_put_raw(w, "colorway", text, length);
}

void chart_put_figure(struct json_writer *w, const char *name, const struct chart *c)
{
	static const char legend[] = "{\"orientation\":\"h\",\"y\":1,\"yanchor\":\"bottom\"}";
	size_t traces = c->kind == CHART_DONUT && c->series_count > 1 ? 1 : c->series_count, s;

	json_open_object(w, name);
	json_open_array(w, "data");
	for (s = 0; s < traces; s++)
		put_trace(w, c, s);
	json_close(w);
	json_open_object(w, "layout");
	put_title(w, c);
	put_colors(w);
	if (c->kind != CHART_DONUT)
		put_axes(w, c);
	if (c->kind == CHART_STACKED_BAR)
		json_put_text(w, "barmode", "relative");
	if (traces > 1)
		json_put_raw(w, "legend", legend, sizeof(legend) - 1);
	if (chart_empty(c))
		put_nothing(w);
	json_open_object(w, "meta");
	json_put_text(w, "text", c->text);
	json_close(w);
	json_close(w);
	json_close(w);
}

static void put_columns(struct json_writer *w, const struct chart *c)
{
	const char *unit = c->unit ? c->unit : "";
	char *column;
	size_t s;

	json_open_array(w, "columns");
	json_put_text(w, NULL, c->x_title ? c->x_title : "");
	for (s = 0; s < c->series_count; s++) {
		column = talloc_asprintf(NULL, *unit ? "%s (%s)" : "%s", c->series[s].name, unit);
		json_put_text(w, NULL, column);
		talloc_free(column);
	}
	json_close(w);
}

void chart_put_table(struct json_writer *w, const char *name, const struct chart *c)
{
	size_t s, i;

	json_open_object(w, name);
	put_columns(w, c);
	json_open_array(w, "rows");
	for (i = 0; i < c->points; i++) {
		json_open_array(w, NULL);
		json_put_text(w, NULL, c->labels[i]);
		for (s = 0; s < c->series_count; s++)
			json_put_real(w, NULL, value_round(c->series[s].values[i], c->decimals));
		json_close(w);
	}
	json_close(w);
	json_close(w);
}
