/*
 * chart_draw.h - what the files that draw a chart share
 *
 * chart_file.c makes the surface and calls chart_draw; chart_draw.c does the frame around the plot,
 * chart_plot.c places the plot, chart_axes.c draws its axes, chart_marks.c lines and bars, chart_donut.c the
 * ring. chart_canvas.c is the only one that talks to pango.
 */
#ifndef AE_CHART_DRAW_H
#define AE_CHART_DRAW_H

#include <stdint.h>
#include <cairo.h>
#include <pango/pangocairo.h>

#include "common/chart.h"
#include "common/chart_scale.h"
#include "common/chart_time.h"

enum {
	CHART_COLORS = 8
};

struct theme {
	uint32_t paper, ink, muted, grid, axis, other;
	uint32_t series[CHART_COLORS];
};

struct box {
	double x, y, width, height;
};

struct canvas {
	const void *scratch; /* talloc parent that ends with the picture */
	cairo_t *cr;
	PangoLayout *layout;
	PangoFontDescription *font;
	const struct theme *theme;
	double size;   /* of tick labels, in pixels; the rest follows from it */
	double margin; /* around the picture */
};

/* One piece of text. align 0, 0.5, 1: x is its left end, middle, right end; y is its top or, with middle, its
 * centre. */
struct text {
	const char *words;
	double size;
	uint32_t color;
	bool bold, middle;
	double align;
	double width; /* ellipsized beyond it; 0 = never */
	int lines;    /* 0 and 1 = one */
	double slant; /* radians, turned around the right end's middle; 0 = none */
};

/* How the labels of categories are written under the plot. */
struct labelling {
	size_t every; /* only every nth */
	double width; /* room of one */
	int lines;    /* wrapped over so many */
	bool slant;
	double height; /* what they take below the plot */
};

struct plot {
	struct canvas *canvas;
	const struct chart *chart;
	struct scale scale;
	struct time_axis *time; /* NULL: categories */
	struct labelling labelling;
	struct box room;    /* with titles and labels */
	struct box box;     /* of the marks alone */
	double label_width; /* of the column of labels before rows */
	double written;     /* right end of the last tick's text */
	double *at;         /* each point's middle along the label axis, in pixels */
	double band;        /* room of one point along that axis */
	bool rows;          /* labels run down the left side */
	bool titled;        /* there is room for the title of the label axis */
	bool told;          /* rows carry their values, so the value axis needs no ticks */
};

/* chart.c */
bool chart_empty(const struct chart *c);                                /* nothing to draw */
double chart_value(const struct chart *c, size_t series, size_t point); /* NaN for a gap */

/* chart_canvas.c */
const struct theme *theme_of(enum chart_theme theme);
struct canvas *canvas_new(const void *parent, cairo_t *cr, enum chart_theme theme, double width,
			  double height);
void canvas_color(struct canvas *v, uint32_t color, double alpha);
void canvas_box(struct canvas *v, const struct box *b);
void canvas_line(struct canvas *v, double x0, double y0, double x1, double y1);
struct box canvas_measure(struct canvas *v, const struct text *t);
double canvas_write(struct canvas *v, const struct text *t, double x, double y); /* its height */
struct text canvas_tick(const struct canvas *v, const char *words, double align);
uint32_t color_series(const struct theme *theme, size_t series);
uint32_t color_on(uint32_t background); /* black or white, whichever reads better */

/* chart_draw.c */
void chart_draw(struct canvas *v, const struct chart *c, double width, double height);
const char *chart_value_title(const void *parent, const struct chart *c); /* "Spend (GBP)" */

/* chart_plot.c */
void plot_fit(struct plot *p, struct box room);
double plot_value(const struct plot *p, double value); /* pixel of a value along the value axis */

/* chart_axes.c */
void plot_axes(struct plot *p);

/* chart_marks.c */
void marks_range(const struct chart *c, double *low, double *high);
void marks_draw(struct plot *p);

/* chart_donut.c */
void donut_draw(struct canvas *v, const struct chart *c, struct box room);

#endif
