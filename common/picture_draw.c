/*
 * picture_draw.c - ring, bar, line and columns, with cairo; the words in a ring with pango
 */
#include <math.h>
#include <talloc.h>

#include "common/chart_draw.h"
#include "common/picture_draw.h"

struct paint {
	uint32_t paper, track, mark, quiet, words, note;
	double track_alpha;
};

/* The clear ground's colours have a luminance about in the middle between white and a dark page. */
static const struct paint paints[] = {
	[PICTURE_LIGHT] = {0xffffff, 0xe3e8ee, 0x0b62b0, 0x9dc0e2, 0x1c2530, 0x56616d, 1},
	[PICTURE_DARK] = {0x15191f, 0x333c47, 0x4a9df0, 0x2d5a8a, 0xe9edf2, 0xa3aebb, 1},
	[PICTURE_CLEAR] = {0, 0x8491a1, 0x3c83d6, 0x8491a1, 0x74818f, 0x74818f, 0.42},
};

static void color(cairo_t *cr, uint32_t c, double alpha)
{
	cairo_set_source_rgba(cr, (c >> 16 & 255) / 255.0, (c >> 8 & 255) / 255.0, (c & 255) / 255.0, alpha);
}

/* --- ring ------------------------------------------------------------------------------------------ */

/* Words that fit the width, smaller if they have to be, but no smaller than half. */
static struct text fitted(struct canvas *v, const char *words, double size, bool bold, double width)
{
	struct text t = {.words = words, .size = size, .bold = bold, .middle = true, .align = 0.5};
	double wide = canvas_measure(v, &t).width;

	if (wide > width)
		t.size = fmax(t.size * width / wide, size / 2);
	if (wide > 2 * width)
		t.width = width; /* ends in an ellipsis */
	return t;
}

static void ring_words(cairo_t *cr, const struct sketch *s, const struct paint *paint, double radius)
{
	struct canvas *v = canvas_new(NULL, cr, CHART_LIGHT, s->width, s->height);
	const char *label = s->picture->label ? s->picture->label : picture_percent(v, s->picture);
	bool noted = s->picture->note && *s->picture->note;
	struct text t = fitted(v, label, radius * 0.5, true, radius * 1.3);

	t.color = paint->words;
	canvas_write(v, &t, s->width / 2, s->height / 2 - (noted ? radius * 0.14 : 0));
	if (noted) {
		t = fitted(v, s->picture->note, radius * 0.24, false, radius * 1.2);
		t.color = paint->note;
		canvas_write(v, &t, s->width / 2, s->height / 2 + radius * 0.3);
	}
	talloc_free(v);
}

static void ring_draw(cairo_t *cr, const struct sketch *s, const struct paint *paint)
{
	double side = fmin(s->width, s->height), thick = side * 0.1, radius = (side - thick) / 2 - 1;
	double turn = picture_fraction(s->picture) * 2 * M_PI, x = s->width / 2, y = s->height / 2;

	cairo_set_line_width(cr, thick);
	color(cr, paint->track, paint->track_alpha);
	cairo_arc(cr, x, y, radius, 0, 2 * M_PI);
	cairo_stroke(cr);
	if (turn > 0) {
		cairo_set_line_cap(cr, turn < 2 * M_PI ? CAIRO_LINE_CAP_ROUND : CAIRO_LINE_CAP_BUTT);
		color(cr, paint->mark, 1);
		cairo_arc(cr, x, y, radius, -M_PI / 2, turn - M_PI / 2);
		cairo_stroke(cr);
	}
	ring_words(cr, s, paint, radius - thick / 2);
}

/* --- bar ------------------------------------------------------------------------------------------- */

static void pill(cairo_t *cr, double width, double height)
{
	double r = height / 2;

	cairo_new_path(cr);
	cairo_arc(cr, r, r, r, M_PI / 2, 3 * M_PI / 2);
	cairo_arc(cr, fmax(width - r, r), r, r, -M_PI / 2, M_PI / 2);
	cairo_close_path(cr);
}

/* What is begun shows as a dot at least, and what is not done leaves a gap. */
static void bar_draw(cairo_t *cr, const struct sketch *s, const struct paint *paint)
{
	double share = picture_fraction(s->picture), wide = share * s->width;

	color(cr, paint->track, paint->track_alpha);
	pill(cr, s->width, s->height);
	cairo_fill(cr);
	if (share <= 0)
		return;
	if (share < 1)
		wide = fmin(fmax(wide, s->height), s->width - s->height / 2);
	color(cr, paint->mark, 1);
	pill(cr, wide, s->height);
	cairo_fill(cr);
}

/* --- line and columns ------------------------------------------------------------------------------ */

struct series {
	const double *values;
	size_t count, newest; /* index of the last that is there */
	double low, high;
};

static struct series series_of(const struct picture *p)
{
	struct series out = {
		.values = p->values, .count = p->value_count, .low = INFINITY, .high = -INFINITY};
	size_t i;

	for (i = 0; i < p->value_count; i++)
		if (!isnan(p->values[i])) {
			out.newest = i;
			out.low = fmin(out.low, p->values[i]);
			out.high = fmax(out.high, p->values[i]);
		}
	return out;
}

static void sparkline_draw(cairo_t *cr, const struct sketch *s, const struct paint *paint)
{
	struct series v = series_of(s->picture);
	double dot = fmax(2, s->height * 0.09), span = v.high - v.low, x = 0, y = 0;
	bool drawing = false;
	size_t i;

	cairo_set_line_width(cr, fmax(1.5, s->height * 0.06));
	cairo_set_line_join(cr, CAIRO_LINE_JOIN_ROUND);
	cairo_set_line_cap(cr, CAIRO_LINE_CAP_ROUND);
	color(cr, paint->mark, 1);
	for (i = 0; i < v.count; i++) {
		if (isnan(v.values[i])) {
			drawing = false;
			continue;
		}
		x = dot + (s->width - 2 * dot) * (double)i / (double)(v.count - 1);
		y = span > 0 ? dot + (s->height - 2 * dot) * (v.high - v.values[i]) / span : s->height / 2;
		if (drawing)
			cairo_line_to(cr, x, y);
		else
			cairo_move_to(cr, x, y);
		cairo_line_to(cr, x, y); /* one value between gaps is a dot */
		drawing = true;
	}
	cairo_stroke(cr);
	cairo_arc(cr, x, y, dot, 0, 2 * M_PI);
	cairo_fill(cr);
}

static void columns_draw(cairo_t *cr, const struct sketch *s, const struct paint *paint)
{
	struct series v = series_of(s->picture);
	double low = fmin(v.low, 0), high = fmax(v.high, 0), band = s->width / (double)v.count;
	double unit = high > low ? (s->height - 1) / (high - low) : 0, gap = fmin(band * 0.28, 8), top;
	size_t i;

	for (i = 0; i < v.count; i++) {
		if (isnan(v.values[i]))
			continue;
		top = (high - fmax(v.values[i], 0)) * unit;
		color(cr, i == v.newest ? paint->mark : paint->quiet, 1);
		cairo_rectangle(cr, band * (double)i + gap / 2, top, band - gap,
				fabs(v.values[i]) * unit + 1); /* a nought is a line */
		cairo_fill(cr);
	}
}

void picture_draw(cairo_t *cr, const struct sketch *s)
{
	static void (*const draw[PICTURE_KIND_COUNT])(cairo_t *, const struct sketch *,
						      const struct paint *) = {ring_draw, bar_draw,
									       sparkline_draw, columns_draw};
	const struct paint *paint = &paints[s->ground];

	if (s->ground != PICTURE_CLEAR) {
		color(cr, paint->paper, 1);
		cairo_paint(cr);
	}
	draw[s->picture->kind](cr, s, paint);
}
