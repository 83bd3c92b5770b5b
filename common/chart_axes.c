/*
 * chart_axes.c - the axes of a plot: grid, ticks, labels and titles
 *
 * The value axis has its title on top of it, level, because turned text is hard to read.
 */
#include <math.h>

#include "common/chart_draw.h"

static void grid_draw(struct plot *p)
{
	struct canvas *v = p->canvas;
	char number[NUMBER_TEXT];
	struct text t;
	double at, value;
	size_t i;

	for (i = 0; i < p->scale.ticks; i++) {
		value = scale_tick(&p->scale, i);
		at = plot_value(p, value);
		canvas_color(v, v->theme->grid, 1);
		t = canvas_tick(v, scale_format(&p->scale, value, number), p->rows ? 0.5 : 1);
		if (p->rows) {
			canvas_line(v, at, p->box.y, at, p->box.y + p->box.height);
			canvas_write(v, &t, at, p->box.y + p->box.height + v->size * 0.4);
		} else {
			canvas_line(v, p->box.x, at, p->box.x + p->box.width, at);
			t.middle = true;
			canvas_write(v, &t, p->box.x - v->size * 0.8, at);
		}
	}
}

/* The line that bars stand on: zero if it is in sight. */
static void base_draw(struct plot *p)
{
	double zero = p->scale.min > 0   ? p->scale.min
		      : p->scale.max < 0 ? p->scale.max
					 : 0,
	       at = plot_value(p, zero);

	canvas_color(p->canvas, p->canvas->theme->axis, 1);
	if (p->rows)
		canvas_line(p->canvas, at, p->box.y, at, p->box.y + p->box.height);
	else
		canvas_line(p->canvas, p->box.x, at, p->box.x + p->box.width, at);
}

/* Keeps a tick's text inside the picture where its middle stands near an edge, and leaves it out rather than
 * let it touch the one before. */
static void tick_write(struct plot *p, const char *words, double x)
{
	struct canvas *v = p->canvas;
	struct text t = canvas_tick(v, words, 0.5);
	double half = canvas_measure(v, &t).width / 2, right = p->box.x + p->box.width + v->margin * 0.7;

	x = fmax(fmin(x, right - half), half + 2);
	if (x - half < p->written + v->size * 0.4)
		return;
	canvas_write(v, &t, x, p->box.y + p->box.height + v->size * 0.5);
	p->written = x + half;
}

static void times_draw(struct plot *p)
{
	struct time_tick ticks[TIME_TICKS_MAX];
	struct text t = canvas_tick(p->canvas, "2000-00-00", 0);
	double room = canvas_measure(p->canvas, &t).width + p->canvas->size * 1.6;
	double span = p->time->last - p->time->first, bottom = p->box.y + p->box.height, x;
	double first = p->at[0], last = p->at[0];
	size_t count = time_ticks(p->time, (int)(p->box.width / room), ticks), i;

	for (i = 0; i < p->chart->points; i++) {
		first = fmin(first, p->at[i]);
		last = fmax(last, p->at[i]);
	}
	for (i = 0; i < count; i++) {
		x = span > 0 ? first + (ticks[i].at - p->time->first) / span * (last - first) : first;
		canvas_color(p->canvas, p->canvas->theme->axis, 1);
		canvas_line(p->canvas, x, bottom, x, bottom + p->canvas->size * 0.4);
		tick_write(p, ticks[i].text, x);
	}
}

static void categories_draw(struct plot *p)
{
	struct canvas *v = p->canvas;
	struct labelling l = p->labelling;
	double y = p->box.y + p->box.height + v->size * 0.5, x;
	struct text t;
	size_t i;

	for (i = 0; i < p->chart->points; i += l.every) {
		x = p->at[i];
		t = canvas_tick(v, p->chart->labels[i], l.slant ? 1 : 0.5);
		t.width = l.width;
		t.lines = l.lines;
		if (!l.slant) {
			if (l.lines > 1)
				canvas_write(v, &t, x, y);
			else
				tick_write(p, t.words, x);
			continue;
		}
		t.slant = -M_PI_4;
		t.middle = true;
		t.width = fmax(v->size * 2, fmin(l.width, (x - v->margin * 0.3) / M_SQRT1_2));
		canvas_write(v, &t, x + v->size * 0.2, y + v->size * 0.5);
	}
}

static void row_labels_draw(struct plot *p)
{
	struct canvas *v = p->canvas;
	size_t every = (size_t)fmax(1, ceil(v->size * 1.2 / p->band)), i;
	struct text t;

	for (i = 0; i < p->chart->points; i += every) {
		t = canvas_tick(v, p->chart->labels[i], 0);
		t.color = v->theme->ink;
		t.middle = true;
		t.width = p->label_width;
		canvas_write(v, &t, p->room.x, p->at[i]);
	}
}

/* Over the rows both titles stand as heads of columns. */
static void titles_draw(struct plot *p)
{
	struct canvas *v = p->canvas;
	struct text value = canvas_tick(v, chart_value_title(p, p->chart), 0);
	struct text label = canvas_tick(v, p->chart->x_title, p->rows ? 0 : 0.5);
	double right = p->room.x + p->room.width, bottom = p->room.y + p->room.height;

	value.width = right - p->room.x - (p->rows ? p->label_width + v->size * 0.8 : 0);
	canvas_write(v, &value, right - value.width, p->room.y);
	if (p->rows) {
		label.width = p->label_width;
		canvas_write(v, &label, p->room.x, p->room.y);
	} else if (p->titled) {
		label.width = p->box.width;
		canvas_write(v, &label, p->box.x + p->box.width / 2, bottom - v->size * 1.4);
	}
}

void plot_axes(struct plot *p)
{
	if (!p->told)
		grid_draw(p);
	base_draw(p);
	if (p->time)
		times_draw(p);
	else if (p->rows)
		row_labels_draw(p);
	else
		categories_draw(p);
	titles_draw(p);
}
