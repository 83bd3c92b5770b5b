/*
 * chart_axes.c - the plot inside a picture: where it lies, its scale, ticks, grid and labels
 *
 * plot_fit decides all sizes from measured text, plot_axes draws. The value axis has its title on top
 * of it, level, because turned text is hard to read.
 */
#include <math.h>
#include <talloc.h>

#include "common/chart_draw.h"

enum {
	MEASURED_MAX = 400
}; /* labels that are measured; of more, every nth */

static struct text tick_text(const struct canvas *v, const char *words, double align)
{
	return (struct text){.words = words, .size = v->size, .color = v->theme->muted, .align = align};
}

double plot_value(const struct plot *p, double value)
{
	double part = (value - p->scale.min) / (p->scale.max - p->scale.min);

	return p->rows ? p->box.x + part * p->box.width : p->box.y + (1 - part) * p->box.height;
}

static double labels_width(const struct plot *p)
{
	size_t n = p->chart->points, every = n / MEASURED_MAX + 1, i;
	double widest = 0;
	struct text t;

	for (i = 0; i < n; i += every) {
		t = tick_text(p->canvas, p->chart->labels[i], 0);
		widest = fmax(widest, canvas_measure(p->canvas, &t).width);
	}
	return ceil(widest);
}

/* The widest tick of the value axis. */
static double ticks_width(const struct plot *p)
{
	char number[NUMBER_TEXT];
	double widest = 0;
	struct text t;
	size_t i;

	for (i = 0; i < p->scale.ticks; i++) {
		t = tick_text(p->canvas, scale_format(&p->scale, scale_tick(&p->scale, i), number), 0);
		widest = fmax(widest, canvas_measure(p->canvas, &t).width);
	}
	return ceil(widest);
}

/* The widest value beside a row. */
static double values_width(const struct plot *p)
{
	char number[NUMBER_TEXT];
	double widest = 0, value;
	struct text t;
	size_t s, i;

	for (s = 0; s < p->chart->series_count; s++)
		for (i = 0; i < p->chart->points; i++) {
			value = chart_value(p->chart, s, i);
			if (!isfinite(value))
				continue;
			t = tick_text(p->canvas, number_short(value, p->chart->decimals, number), 0);
			widest = fmax(widest, canvas_measure(p->canvas, &t).width);
		}
	return ceil(widest);
}

/* Level if there is room, else wrapped, else only some if they are short or slanting does not help, else
 * slanted. */
static struct labelling labelling_choose(const struct plot *p)
{
	double widest = labels_width(p), size = p->canvas->size, gap = size * 0.7;
	struct labelling l = {.every = 1, .width = widest + 1, .lines = 1, .height = size * 1.9};

	if (widest + gap <= p->band)
		return l;
	if (p->band >= size * 6) {
		l.width = p->band - gap;
		l.lines = 2;
		l.height = size * 3.2;
		return l;
	}
	if (widest <= size * 3.2 || (p->band < size * 1.5 && widest <= size * 12)) {
		l.every = (size_t)ceil((widest + gap) / p->band);
		return l;
	}
	l.slant = true;
	l.width = fmin(fmin(widest + 1, p->box.height * 0.45), size * 12);
	l.height = l.width * M_SQRT1_2 + size * 1.6;
	return l;
}

/* Points along the label axis: in time, or one band each. */
static void points_place(struct plot *p)
{
	double start = p->rows ? p->box.y : p->box.x, extent = p->rows ? p->box.height : p->box.width, span,
	       pad;
	bool line = p->chart->kind == CHART_LINE || p->chart->kind == CHART_AREA;
	size_t n = p->chart->points, i;

	p->band = extent / (double)n;
	if (p->time && p->time->last > p->time->first) {
		span = p->time->last - p->time->first;
		p->band = extent / (line ? span : span + p->time->step) * p->time->step;
		pad = line ? 0 : p->band / 2;
		for (i = 0; i < n; i++)
			p->at[i] = start + pad +
				   (p->time->at[i] - p->time->first) / span * (extent - 2 * pad);
		return;
	}
	for (i = 0; i < n; i++)
		p->at[i] = start + p->band * (p->time ? (double)n / 2 : (double)i + 0.5);
}

/* Makes room for the values beside the bars; false, and nothing done, if that is not worth it. */
static bool rows_tell(struct plot *p, double low, double high)
{
	size_t count = p->chart->points * p->chart->series_count;
	double taken;

	if (count > MEASURED_MAX || p->box.height / (double)count < p->canvas->size * 1.25)
		return false;
	taken = values_width(p) + p->canvas->size;
	if (p->box.width - taken * ((low < 0) + (high > 0)) < p->canvas->size * 4)
		return false;
	p->box.x += low < 0 ? taken : 0;
	p->box.width -= taken * ((low < 0) + (high > 0));
	p->scale.min = low; /* without ticks the ends need not be round */
	p->scale.max = high > low ? high : low + 1;
	return true;
}

static void rows_fit(struct plot *p, struct box room)
{
	double size = p->canvas->size, head = size * 1.9, low, high;

	p->label_width = fmin(labels_width(p) + 1, room.width * 0.36);
	p->box = (struct box){room.x + p->label_width + size * 0.8, room.y + head, 0, room.height - head};
	p->box.width = room.x + room.width - p->box.x;
	marks_range(p->chart, &low, &high);
	p->scale = scale_fit(low, high, (int)fmax(1, p->box.width / (size * 8)), p->chart->decimals);
	p->told = rows_tell(p, low, high);
	if (!p->told) {
		p->box.width -= size * 1.5; /* half of the last tick's text */
		p->box.height -= size * 1.9;
	}
}

/* What labels and title take below the columns. */
static double bottom_height(struct plot *p)
{
	double line = p->canvas->size * 1.9;

	points_place(p);
	p->labelling = p->time ? (struct labelling){.height = line} : labelling_choose(p);
	return p->labelling.height + (p->titled ? line : 0);
}

static void columns_fit(struct plot *p, struct box room)
{
	struct canvas *v = p->canvas;
	double low, high, head = v->size * 2.4, left;

	p->titled = p->chart->x_title && *p->chart->x_title && room.height > v->size * 14;
	p->box = (struct box){room.x, room.y + head, room.width, room.height - head};
	p->box.height -= bottom_height(p);
	marks_range(p->chart, &low, &high);
	p->scale = scale_fit(low, high, (int)fmin(8, fmax(1, p->box.height / (v->size * 4))),
			     p->chart->decimals);
	left = fmin(ticks_width(p) + v->size * 0.8, room.width * 0.4);
	p->box.x += left;
	p->box.width -= left;
	p->box.height = room.height - head;
	p->box.height -= bottom_height(p); /* again: narrower bands may need other labels */
}

void plot_fit(struct plot *p, struct box room)
{
	p->room = room;
	p->time = p->rows ? NULL : time_axis_new(p, p->chart);
	p->at = talloc_array(p, double, p->chart->points);
	if (p->rows)
		rows_fit(p, room);
	else
		columns_fit(p, room);
	points_place(p);
}

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
		t = tick_text(v, scale_format(&p->scale, value, number), p->rows ? 0.5 : 1);
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
	struct text t = tick_text(v, words, 0.5);
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
	struct text t = tick_text(p->canvas, "2000-00-00", 0);
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
		t = tick_text(v, p->chart->labels[i], l.slant ? 1 : 0.5);
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
		t = tick_text(v, p->chart->labels[i], 0);
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
	struct text value = tick_text(v, chart_value_title(p, p->chart), 0);
	struct text label = tick_text(v, p->chart->x_title, p->rows ? 0 : 0.5);
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
