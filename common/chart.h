/*
 * chart.h - one description of a chart, drawn three ways
 *
 * The same struct becomes a Plotly figure (JSON), an SVG or PNG picture (cairo, pango), and a
 * table, so that the four never disagree. Values are doubles in display units (pounds, not pence).
 */
#ifndef AE_CHART_H
#define AE_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include "common/json.h"

enum chart_kind {
	CHART_LINE,
	CHART_AREA,
	CHART_BAR,
	CHART_STACKED_BAR,
	CHART_ROW_BAR,
	CHART_DONUT
};
enum chart_theme {
	CHART_LIGHT,
	CHART_DARK
};

struct chart_series {
	const char *name;
	const double *values; /* chart.points of them; NaN = no value there (a gap) */
};

struct chart {
	enum chart_kind kind;
	const char *name; /* identifier, as in charts/{name}.svg */
	const char *title;
	const char *subtitle; /* may be NULL */
	const char *text;     /* accessible text: what the picture says, in a sentence or two */
	const char *x_title, *y_title;
	const char *unit; /* shown on the value axis and in the table, as "GBP" or "points" */
	int decimals;     /* 0-3, of shown values */
	bool dates;       /* labels are ISO days or months: a time axis */
	size_t points;
	const char *const *labels; /* chart.points of them */
	size_t series_count;
	const struct chart_series *series;
};

/* A Plotly figure {data:[...],layout:{...}} as member name of the open object. */
void chart_put_figure(struct json_writer *w, const char *name, const struct chart *c);
/* The table twin {columns:[...],rows:[[...],...]}. */
void chart_put_table(struct json_writer *w, const char *name, const struct chart *c);
/* Pictures under parent; width and height in CSS pixels, 160-2400; scale 1-4 multiplies PNG pixels. NULL only
 * out of memory. */
char *chart_svg(const void *parent, const struct chart *c, enum chart_theme theme, int width, int height,
		size_t *length);
unsigned char *chart_png(const void *parent, const struct chart *c, enum chart_theme theme, int width,
			 int height, int scale, size_t *length);

#endif
