/*
 * picture_draw.h - between picture.c and picture_draw.c
 */
#ifndef AE_PICTURE_DRAW_H
#define AE_PICTURE_DRAW_H

#include <cairo.h>

#include "common/picture.h"

struct sketch {
	const struct picture *picture;
	enum picture_ground ground;
	double width, height;
};

void picture_draw(cairo_t *cr, const struct sketch *s);

#endif
