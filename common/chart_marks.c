/*
 * chart_marks.c - what stands for the values: lines, areas, bars in groups, stacks and rows
 *
 * A gap (NaN) breaks a line and leaves a bar out. A value between two gaps would have no line at all,
 * so it gets a dot.
 */
#include <math.h>

#include "common/chart_draw.h"

/* Lowest and highest stack of one point. */
static void stack_range(const struct chart *c, size_t point, double *low, double *high)
{
	double value;
	size_t s;

	*low = *high = 0;
	for (s = 0; s < c->series_count; s++) {
		value = chart_value(c, s, point);
		*low += value < 0 ? value : 0;
		*high += value > 0 ? value : 0;
	}
}

/* What the value axis must show. Lines may leave zero out only if all values are far from it. */
void marks_range(const struct chart *c, double *low, double *high)
{
	double value, below, above;
	size_t s, i;

	*low = INFINITY;
	*high = -INFINITY;
	for (i = 0; i < c->points; i++) {
		if (c->kind == CHART_STACKED_BAR) {
			stack_range(c, i, &below, &above);
			*low = fmin(*low, below);
			*high = fmax(*high, above);
			continue;
		}
		for (s = 0; s < c->series_count; s++) {
			value = chart_value(c, s, i);
			*low = fmin(*low, value);
			*high = fmax(*high, value);
		}
	}
	if (c->kind == CHART_LINE && *high > *low && (*low > *high * 0.6 || *high < *low * 0.6))
		return;
	*low = fmin(*low, 0);
	*high = fmax(*high, 0);
}

static void dot_draw(struct plot *p, double x, double y, double radius)
{
	cairo_new_path(p->canvas->cr);
	cairo_arc(p->canvas->cr, x, y, radius, 0, 2 * M_PI);
	cairo_fill(p->canvas->cr);
}

/* The path of one stretch without gaps; returns the point behind it. */
static size_t stretch_path(struct plot *p, size_t series, size_t from)
{
	size_t i;
	double value;

	cairo_new_path(p->canvas->cr);
	for (i = from; i < p->chart->points; i++) {
		value = chart_value(p->chart, series, i);
		if (isnan(value))
			break;
		cairo_line_to(p->canvas->cr, p->at[i], plot_value(p, value));
	}
	return i;
}

/* Fills between the path and zero, and leaves the path as it was. */
static void stretch_fill(struct plot *p, size_t from, size_t to, uint32_t color)
{
	cairo_t *cr = p->canvas->cr;
	cairo_path_t *path = cairo_copy_path(cr);
	double zero = plot_value(p, 0);

	cairo_line_to(cr, p->at[to - 1], zero);
	cairo_line_to(cr, p->at[from], zero);
	cairo_close_path(cr);
	canvas_color(p->canvas, color, p->chart->series_count > 1 ? 0.16 : 0.22);
	cairo_fill(cr);
	cairo_append_path(cr, path);
	cairo_path_destroy(path);
}

static void line_draw(struct plot *p, size_t series)
{
	struct canvas *v = p->canvas;
	uint32_t color = color_series(v->theme, series);
	double width = fmax(1.5, v->size * 0.18) * (p->band < 3 ? 0.7 : 1), radius = width * 1.45;
	bool dots = p->band > v->size * 1.5;
	size_t from, to, i;

	for (from = 0; from < p->chart->points; from = to + 1) {
		to = stretch_path(p, series, from);
		if (to == from)
			continue;
		if (p->chart->kind == CHART_AREA)
			stretch_fill(p, from, to, color);
		canvas_color(v, color, 1);
		cairo_set_line_width(v->cr, width);
		cairo_set_line_join(v->cr, CAIRO_LINE_JOIN_ROUND);
		cairo_set_line_cap(v->cr, CAIRO_LINE_CAP_ROUND);
		cairo_stroke(v->cr);
		for (i = from; i < to; i++)
			if (dots || to - from == 1)
				dot_draw(p, p->at[i], plot_value(p, chart_value(p->chart, series, i)),
					 radius);
	}
}

/* A bar from one value to another; across is where it starts along the label axis. */
static void bar_draw(struct plot *p, size_t series, double from, double to, double across, double thickness)
{
	double a = plot_value(p, from), b = plot_value(p, to), low = fmin(a, b), length = fabs(a - b);
	struct box box = {across, low, thickness, length};

	if (p->rows)
		box = (struct box){low, across, length, thickness};
	canvas_color(p->canvas, color_series(p->canvas->theme, series), 1);
	canvas_box(p->canvas, &box);
}

static void stack_draw(struct plot *p, size_t point, double across, double thickness)
{
	double above = 0, below = 0, value, *base;
	size_t s;

	for (s = 0; s < p->chart->series_count; s++) {
		value = chart_value(p->chart, s, point);
		if (isnan(value) || value == 0)
			continue;
		base = value < 0 ? &below : &above;
		bar_draw(p, s, *base, *base + value, across, thickness);
		*base += value;
	}
}

/* The value at the end of a row's bar. */
static void value_write(struct plot *p, double value, double y)
{
	struct canvas *v = p->canvas;
	char number[NUMBER_TEXT];
	struct text t = {.words = number_short(value, p->chart->decimals, number),
			 .size = v->size,
			 .color = v->theme->ink,
			 .middle = true,
			 .align = value < 0 ? 1 : 0};

	canvas_write(v, &t, plot_value(p, value) + v->size * (value < 0 ? -0.5 : 0.5), y);
}

static void group_draw(struct plot *p, size_t point, double across, double thickness)
{
	double one = thickness / (double)p->chart->series_count, gap = one > 5 ? 1 : 0, value;
	size_t s;

	for (s = 0; s < p->chart->series_count; s++, across += one) {
		value = chart_value(p->chart, s, point);
		if (isnan(value))
			continue;
		bar_draw(p, s, 0, value, across, one - (p->chart->series_count > 1 ? gap : 0));
		if (p->told)
			value_write(p, value, across + one / 2);
	}
}

/* Bars keep a gap of a quarter, at least something to be seen, and do not grow without end when they are few.
 */
static void bars_draw(struct plot *p)
{
	double thickness = fmax(
		fmin(p->band * 0.74,
		     p->canvas->size * (p->rows ? 4 : 8) *
			     (p->chart->kind == CHART_STACKED_BAR ? 1
								  : sqrt((double)p->chart->series_count))),
		0.6);
	size_t i;

	for (i = 0; i < p->chart->points; i++) {
		if (p->chart->kind == CHART_STACKED_BAR)
			stack_draw(p, i, p->at[i] - thickness / 2, thickness);
		else
			group_draw(p, i, p->at[i] - thickness / 2, thickness);
	}
}

void marks_draw(struct plot *p)
{
	size_t s;

	if (p->chart->kind != CHART_LINE && p->chart->kind != CHART_AREA) {
		bars_draw(p);
		return;
	}
	for (s = 0; s < p->chart->series_count; s++)
		line_draw(p, s);
}
