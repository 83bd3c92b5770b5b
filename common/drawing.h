/*
 * drawing.h - something drawn as an SVG or PNG file, with words for those who cannot see it
 */
#ifndef AE_DRAWING_H
#define AE_DRAWING_H

#include <stdbool.h>
#include <stddef.h>
#include <cairo.h>

struct drawing {
	int width, height;        /* CSS pixels, both at least 1 */
	bool clear;               /* what is not painted lets a PNG's ground through; else it is black */
	const char *title, *text; /* text: what it says; both may be NULL or no UTF-8 */
	void (*draw)(cairo_t *cr, const void *what);
	const void *what;
};

/* The file under parent; scale multiplies a PNG's pixels. Equal drawings are equal bytes. NULL only out of
 * memory. */
char *drawing_svg(const void *parent, const struct drawing *d, size_t *length);
unsigned char *drawing_png(const void *parent, const struct drawing *d, int scale, size_t *length);

#endif
