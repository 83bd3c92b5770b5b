/*
 * picture.c - what a small picture says, and its files; picture_draw.c draws it
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/drawing.h"
#include "common/picture_draw.h"

enum {
	SCALE_MAX = 4
};

static const char *const kind_names[PICTURE_KIND_COUNT] = {"ring", "bar", "sparkline", "columns"};

enum picture_kind picture_kind_find(const char *name)
{
	int k;

	for (k = 0; k < PICTURE_KIND_COUNT && strcmp(kind_names[k], name) != 0; k++)
		;
	return (enum picture_kind)k;
}

const char *picture_kind_name(enum picture_kind kind)
{
	return kind_names[kind];
}

static bool of_target(const struct picture *p)
{
	return p->kind == PICTURE_RING || p->kind == PICTURE_BAR;
}

bool picture_drawable(const struct picture *p)
{
	size_t i, there = 0;

	if (of_target(p))
		return isfinite(p->value) && isfinite(p->target) && p->target > 0;
	for (i = 0; i < p->value_count; i++) {
		if (isinf(p->values[i]))
			return false;
		there += !isnan(p->values[i]);
	}
	return there >= 2 && p->value_count <= PICTURE_VALUES_MAX;
}

double picture_fraction(const struct picture *p)
{
	double share;

	if (!picture_drawable(p) || p->value <= 0)
		return 0;
	share = p->value / p->target;
	return p->value >= p->target ? 1 : fmin(share, nextafter(1, 0));
}

const char *picture_percent(const void *parent, const struct picture *p)
{
	double share = picture_fraction(p);

	if (share > 0 && share < 0.01)
		return talloc_strdup(parent, "<1 %");
	return talloc_asprintf(parent, "%.0f %%", floor(share * 100));
}

static const char *told(const void *parent, const struct picture *p)
{
	if (p->text)
		return p->text;
	if (!of_target(p))
		return talloc_asprintf(parent, "%zu values", p->value_count);
	return talloc_asprintf(parent, "%.15g of %.15g (%s)", p->value, p->target,
			       picture_percent(parent, p));
}

static int clamp(int side, int low, int high)
{
	return side < low ? low : side > high ? high : side;
}

static void draw(cairo_t *cr, const void *what)
{
	picture_draw(cr, what);
}

static struct drawing drawing_of(const void *scratch, struct sketch *s)
{
	return (struct drawing){.width = (int)s->width,
				.height = (int)s->height,
				.clear = s->ground == PICTURE_CLEAR,
				.title = s->picture->label ? s->picture->label : "",
				.text = told(scratch, s->picture),
				.draw = draw,
				.what = s};
}

static struct sketch sketch_of(const struct picture *p, enum picture_ground ground, int width, int height)
{
	return (struct sketch){.picture = p,
			       .ground = ground,
			       .width = clamp(width, PICTURE_SIDE_MIN, PICTURE_SIDE_MAX),
			       .height = clamp(height, PICTURE_SIDE_MIN, PICTURE_SIDE_MAX)};
}

char *picture_svg(const void *parent, const struct picture *p, enum picture_ground ground, int width,
		  int height, size_t *length)
{
	struct sketch s = sketch_of(p, ground, width, height);
	void *scratch = talloc_new(NULL);
	struct drawing d = drawing_of(scratch, &s);
	char *svg = picture_drawable(p) ? drawing_svg(parent, &d, length) : NULL;

	talloc_free(scratch);
	return svg;
}

unsigned char *picture_png(const void *parent, const struct picture *p, enum picture_ground ground, int width,
			   int height, int scale, size_t *length)
{
	struct sketch s = sketch_of(p, ground, width, height);
	void *scratch = talloc_new(NULL);
	struct drawing d = drawing_of(scratch, &s);
	unsigned char *png = picture_drawable(p) ? drawing_png(parent, &d, clamp(scale, 1, SCALE_MAX), length)
						 : NULL;

	talloc_free(scratch);
	return png;
}
