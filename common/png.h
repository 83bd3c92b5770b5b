/*
 * png.h - cairo's pixels as a PNG file
 *
 * cairo's own writer tries every filter on every row, which takes six times as long as drawing a small
 * picture does, and it cannot write words into the file.
 */
#ifndef AE_PNG_H
#define AE_PNG_H

#include <stddef.h>
#include <cairo.h>

/* Of an image surface, ARGB32 or RGB24; title and text are UTF-8. Under parent; NULL out of memory. */
unsigned char *png_write(const void *parent, cairo_surface_t *image, const char *title, const char *text,
			 size_t *length);

#endif
