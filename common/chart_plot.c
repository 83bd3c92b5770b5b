/*
 * chart_plot.c - the plot inside a picture: where it lies, its scale, and how its labels are set
 *
 * All sizes follow from measured text, so that nothing is cut that need not be. chart_axes.c then draws.
 */
#include <math.h>
#include <talloc.h>

#include "common/chart_draw.h"

enum {
	MEASURED_MAX = 400
}; /* labels that are measured; of more, every nth */

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
		t = canvas_tick(p->canvas, p->chart->labels[i], 0);
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
		t = canvas_tick(p->canvas, scale_format(&p->scale, scale_tick(&p->scale, i), number), 0);
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
			t = canvas_tick(p->canvas, number_short(value, p->chart->decimals, number), 0);
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
	p->labelling = (struct labelling){.height = line};
	if (!p->time)
		p->labelling = labelling_choose(p);
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
