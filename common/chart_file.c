/*
 * chart_file.c - a chart as an SVG or PNG file
 */
#include <talloc.h>

#include "common/chart_draw.h"
#include "common/drawing.h"

enum {
	SIDE_MIN = 160,
	SIDE_MAX = 2400,
	SCALE_MAX = 4
};

struct chart_drawing {
	const struct chart *chart;
	enum chart_theme theme;
	struct drawing drawing;
};

static int side_clamp(int side, int low, int high)
{
	return side < low ? low : side > high ? high : side;
}

static void draw(cairo_t *cr, const void *what)
{
	const struct chart_drawing *d = what;
	struct canvas *canvas = canvas_new(NULL, cr, d->theme, d->drawing.width, d->drawing.height);

	chart_draw(canvas, d->chart, d->drawing.width, d->drawing.height);
	talloc_free(canvas);
}

static void prepare(struct chart_drawing *d, const struct chart *c, enum chart_theme theme, int width,
		    int height)
{
	d->chart = c;
	d->theme = theme;
	d->drawing = (struct drawing){.width = side_clamp(width, SIDE_MIN, SIDE_MAX),
				      .height = side_clamp(height, SIDE_MIN, SIDE_MAX),
				      .title = c->title,
				      .text = c->text ? c->text : c->subtitle,
				      .draw = draw,
				      .what = d};
}

char *chart_svg(const void *parent, const struct chart *c, enum chart_theme theme, int width, int height,
		size_t *length)
{
	struct chart_drawing d;

	prepare(&d, c, theme, width, height);
	return drawing_svg(parent, &d.drawing, length);
}

unsigned char *chart_png(const void *parent, const struct chart *c, enum chart_theme theme, int width,
			 int height, int scale, size_t *length)
{
	struct chart_drawing d;

	prepare(&d, c, theme, width, height);
	return drawing_png(parent, &d.drawing, side_clamp(scale, 1, SCALE_MAX), length);
}
