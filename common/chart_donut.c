/*
 * chart_donut.c - the ring chart: shares of a whole, with a legend that carries the numbers
 *
 * The legend, not the ring, names the slices: thin slices then cannot make labels overlap. What does not
 * fit into it is drawn as one grey slice, "Other".
 */
#include <math.h>
#include <stdlib.h>
#include <talloc.h>

#include "common/chart_draw.h"

struct slice {
	const char *label;
	double value;
	uint32_t color;
};

struct donut {
	struct canvas *canvas;
	int decimals;
	const char *unit;
	double total;
	size_t count;
	struct slice *slices;
};

static int value_descending(const void *a, const void *b)
{
	const double x = *(const double *)a, y = *(const double *)b;

	return x < y ? 1 : x > y ? -1 : 0;
}

/* The smallest value that still gets a slice of its own when only keep of them may; *ties of that size fit.
 */
static double value_least(const struct donut *d, const struct chart *c, size_t keep, size_t *ties)
{
	double *sorted = talloc_array(d, double, c->points);
	size_t count = 0, i;
	double value;

	for (i = 0; i < c->points; i++)
		if ((value = chart_value(c, 0, i)) > 0)
			sorted[count++] = value;
	qsort(sorted, count, sizeof(double), value_descending);
	*ties = 0;
	if (count <= keep) {
		*ties = count;
		return 0;
	}
	for (i = 0; i + 1 < keep; i++) /* one place is for the rest */
		*ties = i && sorted[i] == sorted[i - 1] ? *ties + 1 : 1;
	return keep > 1 ? sorted[keep - 2] : INFINITY;
}

/* Takes the points that are something, in their order, the smallest ones together as the last slice. */
static void donut_slice(struct donut *d, const struct chart *c, size_t keep)
{
	size_t ties, others = 0, i;
	double least = value_least(d, c, keep, &ties), value, rest = 0;
	const struct theme *theme = d->canvas->theme;

	d->slices = talloc_array(d, struct slice, keep + 1);
	for (i = 0; i < c->points; i++) {
		value = chart_value(c, 0, i);
		if (!(value > 0))
			continue;
		d->total += value;
		if (value < least || (value == least && ties == 0)) {
			rest += value;
			others++;
			continue;
		}
		ties -= value == least;
		d->slices[d->count] = (struct slice){c->labels[i], value,
						     theme->series[d->count % CHART_COLORS]};
		d->count++;
	}
	if (others)
		d->slices[d->count++] = (struct slice){talloc_asprintf(d, "Other (%zu)", others), rest,
						       theme->other};
}

static const char *percent_format(const struct donut *d, double value, char buffer[NUMBER_TEXT])
{
	double percent = value / d->total * 100;

	return percent < 0.1 ? "<0.1" : number_format(percent, percent < 9.95 ? 1 : 0, buffer);
}

/* A share on the ring itself, where the slice is wide enough for it. */
static void slice_write(const struct donut *d, const struct slice *s, double x, double y, double chord,
			double thick)
{
	char number[NUMBER_TEXT];
	struct text t = {.size = d->canvas->size,
			 .color = color_on(s->color),
			 .bold = true,
			 .middle = true,
			 .align = 0.5};
	struct box b;

	t.words = talloc_asprintf(d, "%s%%", percent_format(d, s->value, number));
	b = canvas_measure(d->canvas, &t);
	if (b.width + 6 < thick && b.width + 4 < chord)
		canvas_write(d->canvas, &t, x, y);
}

static void ring_draw(const struct donut *d, double x, double y, double radius)
{
	cairo_t *cr = d->canvas->cr;
	double inner = radius * 0.6, angle = -M_PI / 2, turn, middle = (radius + inner) / 2;
	size_t i;

	for (i = 0; i < d->count; i++, angle += turn) {
		turn = d->slices[i].value / d->total * 2 * M_PI;
		cairo_new_path(cr);
		cairo_arc(cr, x, y, radius, angle, angle + turn);
		cairo_arc_negative(cr, x, y, inner, angle + turn, angle);
		cairo_close_path(cr);
		canvas_color(d->canvas, d->slices[i].color, 1);
		cairo_fill_preserve(cr);
		canvas_color(d->canvas, d->canvas->theme->paper, 1);
		cairo_set_line_width(cr, d->count > 1 ? fmin(1.5, turn * radius * 0.25)
						      : 0); /* thin slices stay */
		cairo_stroke(cr);
		slice_write(d, &d->slices[i], x + middle * cos(angle + turn / 2),
			    y + middle * sin(angle + turn / 2), 2 * middle * sin(fmin(turn, M_PI) / 2),
			    radius - inner);
	}
}

/* The whole in the middle of the ring. */
static void total_write(const struct donut *d, double x, double y, double radius)
{
	struct canvas *v = d->canvas;
	char number[NUMBER_TEXT];
	struct text t = {.words = number_short(d->total, d->decimals, number),
			 .size = fmin(v->size * 1.7, radius * 0.26),
			 .color = v->theme->ink,
			 .bold = true,
			 .middle = true,
			 .align = 0.5};
	struct text unit = {.words = d->unit,
			    .size = fmin(v->size, radius * 0.18),
			    .color = v->theme->muted,
			    .middle = true,
			    .align = 0.5,
			    .width = radius};
	bool two = d->unit && *d->unit;

	t.size *= fmin(1,
		       radius * 1.05 / canvas_measure(v, &t).width); /* a cut number would be a wrong one */
	canvas_write(v, &t, x, y - (two ? t.size * 0.4 : 0));
	if (two)
		canvas_write(v, &unit, x, y + t.size * 0.75);
}

/* One line of the legend: swatch, label, share, value. */
static void legend_row(const struct donut *d, const struct slice *s, const struct box *room, double y,
		       double pitch)
{
	struct canvas *v = d->canvas;
	char number[NUMBER_TEXT], share[NUMBER_TEXT];
	double swatch = round(v->size * 0.9), right = room->x + room->width;
	struct text t = {.size = v->size, .color = v->theme->ink, .middle = true, .align = 1};

	canvas_color(v, s->color, 1);
	canvas_box(v, &(struct box){room->x, round(y + (pitch - swatch) / 2), swatch, swatch});
	y += pitch / 2;
	t.words = number_short(s->value, d->decimals, number);
	if (room->width > v->size * 17) {
		canvas_write(v, &t, right, y);
		right -= v->size * 6.5;
	}
	if (room->width > v->size * 9) {
		t.color = v->theme->muted;
		t.words = talloc_asprintf(d, "%s%%", percent_format(d, s->value, share));
		canvas_write(v, &t, right, y);
		right -= v->size * 4;
	}
	t = (struct text){.words = s->label, .size = v->size, .color = v->theme->ink, .middle = true};
	t.width = fmax(right - room->x - swatch * 1.6, v->size);
	canvas_write(v, &t, room->x + swatch * 1.6, y);
}

/* The ring stands left of its legend in a wide picture and above it in a tall one, both in the middle
 * together. */
void donut_draw(struct canvas *v, const struct chart *c, struct box room)
{
	struct donut *d = talloc_zero(v->scratch, struct donut);
	bool wide = room.width > room.height * 1.25;
	double side = wide ? fmin(room.height, room.width * 0.48) : fmin(room.width, room.height * 0.62);
	double pitch = v->size * 1.9, gap = v->margin * (wide ? 1.5 : 0.75), rows, x, y;
	struct box legend = room;
	size_t i;

	legend.width = wide ? fmin(room.width - side - gap, v->size * 32) : room.width;
	rows = fmax(1, floor((wide ? room.height : room.height - side - gap) / pitch));
	*d = (struct donut){.canvas = v, .decimals = c->decimals, .unit = c->unit};
	donut_slice(d, c, (size_t)fmin(rows, CHART_COLORS));
	legend.height = pitch * (double)d->count;
	x = room.x + (room.width - (wide ? side + gap + legend.width : side)) / 2;
	y = room.y + (room.height - (wide ? side : side + gap + legend.height)) / 2;
	legend.x = wide ? x + side + gap : room.x;
	legend.y = wide ? fmax(room.y, room.y + (room.height - legend.height) / 2) : y + side + gap;
	ring_draw(d, x + side / 2, y + side / 2, side / 2);
	total_write(d, x + side / 2, y + side / 2, side / 2);
	for (i = 0; i < d->count; i++)
		legend_row(d, &d->slices[i], &legend, legend.y + pitch * (double)i, pitch);
	talloc_free(d);
}
