/*
 * picture.h - small pictures that show one figure at a glance: how far somebody is, or how something went
 *
 * A ring or a bar of value against target; a line or columns of a few values, the newest marked. Drawn for a
 * light page, a dark one, or with nothing behind it for wherever it may end up (mail clients have a mind of
 * their own): then in colours that keep 3:1 from white and from near black.
 */
#ifndef AE_PICTURE_H
#define AE_PICTURE_H

#include <stdbool.h>
#include <stddef.h>

enum picture_kind {
	PICTURE_RING,
	PICTURE_BAR,
	PICTURE_SPARKLINE,
	PICTURE_COLUMNS,
	PICTURE_KIND_COUNT
};

enum picture_ground {
	PICTURE_LIGHT,
	PICTURE_DARK,
	PICTURE_CLEAR
};

enum {
	PICTURE_SIDE_MIN = 8,
	PICTURE_SIDE_MAX = 1200,
	PICTURE_VALUES_MAX = 120
};

struct picture {
	enum picture_kind kind;
	double value, target; /* of rings and bars; over the target is full, under 0 empty */
	const double *values; /* of lines and columns, oldest first; NaN = no value there */
	size_t value_count;
	const char *label; /* in the ring's middle; NULL: the percentage, "": nothing */
	const char *note;  /* small, under the label; NULL: none */
	const char *text;  /* what it says, for those who do not see it; NULL: "32 of 50 (64 %)" */
};

enum picture_kind picture_kind_find(const char *name); /* "ring"; PICTURE_KIND_COUNT: unknown */
const char *picture_kind_name(enum picture_kind kind);
/* Whether there is anything to draw: finite numbers, a target above 0, at least two values. */
bool picture_drawable(const struct picture *p);
/* 0 to 1. It is 1 only when the target is reached, and 0 only when nothing is. */
double picture_fraction(const struct picture *p);
/* "64 %": never "100 %" before the target, never "0 %" behind the start. */
const char *picture_percent(const void *parent, const struct picture *p);

/* The file under parent; sides in CSS pixels are brought between 8 and 1200, scale 1 to 4 multiplies a PNG's.
 * NULL: there is nothing to draw. */
char *picture_svg(const void *parent, const struct picture *p, enum picture_ground ground, int width,
		  int height, size_t *length);
unsigned char *picture_png(const void *parent, const struct picture *p, enum picture_ground ground, int width,
			   int height, int scale, size_t *length);

#endif
