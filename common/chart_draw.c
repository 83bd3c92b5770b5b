/*
 * chart_draw.c - the frame of a picture: title, subtitle, legend, and the choice of what goes below
 *
 * Every function takes the room that is left and gives back what it leaves.
 */
#include <math.h>
#include <talloc.h>

#include "common/chart_draw.h"

static void room_take(struct box *room, double height)
{
	room->y += height;
	room->height -= height;
}

/* Title and subtitle, each two lines at most; a small picture goes without the subtitle. */
static void header_draw(struct canvas *v, const struct chart *c, struct box *room)
{
	struct text title = {.words = c->title,
			     .size = v->size * 1.4,
			     .color = v->theme->ink,
			     .bold = true,
			     .width = room->width,
			     .lines = 2};
	struct text subtitle = {.words = c->subtitle,
				.size = v->size * 1.1,
				.color = v->theme->muted,
				.width = room->width,
				.lines = 2};

	if (c->title && *c->title)
		room_take(room, canvas_write(v, &title, room->x, room->y));
	if (c->subtitle && *c->subtitle && room->height > v->size * 15)
		room_take(room,
			  canvas_write(v, &subtitle, room->x, room->y + v->size * 0.25) + v->size * 0.25);
	room_take(room, v->size * 0.9);
}

static void swatch_draw(struct canvas *v, const struct chart *c, size_t series, double x, double y,
			double side)
{
	bool line = c->kind == CHART_LINE || c->kind == CHART_AREA;

	canvas_color(v, color_series(v->theme, series), 1);
	if (line)
		canvas_box(v, &(struct box){x, round(y) - 1.5, side, 3});
	else
		canvas_box(v, &(struct box){x, round(y - side / 2), side, side});
}

/* Names of the series, flowing over as many lines as may be spared; then how many more there are. */
static void legend_draw(struct canvas *v, const struct chart *c, struct box *room)
{
	double swatch = round(v->size * 0.95), pitch = v->size * 1.75, x = room->x, width;
	double lines = fmax(1, floor(room->height * 0.25 / pitch)), line = 0;
	struct text t = {
		.size = v->size, .color = v->theme->ink, .middle = true, .width = room->width * 0.45};
	size_t s;

	for (s = 0; s < c->series_count; s++) {
		t.words = c->series[s].name;
		width = swatch * 1.5 + canvas_measure(v, &t).width;
		if (x > room->x && x + width + (line + 1 < lines ? 0 : v->size * 5) > room->x + room->width) {
			if (line + 1 >= lines &&
			    (s + 1 < c->series_count || x + width > room->x + room->width))
				break;
			if (x + width > room->x + room->width) {
				x = room->x;
				line++;
			}
		}
		swatch_draw(v, c, s, x, room->y + (line + 0.5) * pitch, swatch);
		canvas_write(v, &t, x + swatch * 1.5, room->y + (line + 0.5) * pitch);
		x += width + v->size * 1.6;
	}
	if (s < c->series_count) {
		t.color = v->theme->muted;
		t.words = talloc_asprintf(v->scratch, "+ %zu more", c->series_count - s);
		canvas_write(v, &t, x, room->y + (line + 0.5) * pitch);
	}
	room_take(room, (line + 1) * pitch + v->size * 0.5);
}

/* What stands where a plot would be if there were anything to plot. */
static void nothing_draw(struct canvas *v, const struct box *room)
{
	struct text t = {.words = "No data in this period",
			 .size = v->size * 1.2,
			 .color = v->theme->muted,
			 .middle = true,
			 .align = 0.5,
			 .width = room->width - v->size * 2,
			 .lines = 2};

	canvas_color(v, v->theme->grid, 0.5);
	canvas_box(v, room);
	canvas_write(v, &t, room->x + room->width / 2, room->y + room->height / 2);
}

static void plot_draw(struct canvas *v, const struct chart *c, const struct box *room)
{
	struct plot *p = talloc_zero(v->scratch, struct plot);

	p->canvas = v;
	p->chart = c;
	p->rows = c->kind == CHART_ROW_BAR;
	plot_fit(p, *room);
	plot_axes(p);
	cairo_save(v->cr);
	marks_draw(p);
	cairo_restore(v->cr);
	talloc_free(p);
}

void chart_draw(struct canvas *v, const struct chart *c, double width, double height)
{
	struct box room = {v->margin, v->margin, width - 2 * v->margin, height - 2 * v->margin};

	canvas_color(v, v->theme->paper, 1);
	canvas_box(v, &(struct box){0, 0, width, height});
	header_draw(v, c, &room);
	if (chart_empty(c)) {
		nothing_draw(v, &room);
		return;
	}
	if (c->kind == CHART_DONUT) {
		donut_draw(v, c, room);
		return;
	}
	if (c->series_count > 1)
		legend_draw(v, c, &room);
	plot_draw(v, c, &room);
}
