/*
 * drawn.c - the pictures drawn last, by what they show
 *
 * Drawing takes longer than all else in a mail together. The mails of a campaign often show the same picture,
 * and rings and bars that differ by less than can be seen are drawn as one: of a kind there are two hundred.
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/drawn.h"

enum {
	KEPT_MAX = 256,
	STEPS = 200, /* of a ring or bar */
	SHARP = 2    /* pixels of the file for one of the page */
};

static struct drawn kept[KEPT_MAX];
static size_t kept_count, kept_oldest;

static const char *text_of(const char *text)
{
	return text ? text : "\t"; /* none is not empty */
}

/* Bit by bit: numbers that differ may be written alike. */
static char *key_of(const struct picture *p, int width, int height)
{
	char *key = talloc_asprintf(NULL, "%d %d %d %a %a\n%s\n%s\n", (int)p->kind, width, height, p->value,
				    p->target, text_of(p->label), text_of(p->note));
	size_t i;

	for (i = 0; i < p->value_count; i++)
		key = talloc_asprintf_append_buffer(key, " %a", p->values[i]);
	return key;
}

static struct drawn *oldest(void)
{
	return &kept[kept_count < KEPT_MAX ? kept_count++ : kept_oldest++ % KEPT_MAX];
}

/* The same to the eye: in steps, of which the first and the last are for nothing and all. */
static struct picture in_steps(const void *scratch, const struct picture *p)
{
	struct picture out = *p;
	double share = picture_fraction(p), step = round(share * STEPS);

	if (p->kind != PICTURE_RING && p->kind != PICTURE_BAR)
		return out;
	if (p->label == NULL)
		out.label = picture_percent(scratch, p);
	out.value = share > 0 && share < 1 ? fmin(fmax(step, 1), STEPS - 1) : step;
	out.target = STEPS;
	return out;
}

static const struct drawn *kept_or_drawn(const struct picture *p, int width, int height)
{
	char *key = key_of(p, width, height);
	struct drawn *d;
	unsigned char *png;
	size_t i, length;

	for (i = 0; i < kept_count; i++)
		if (strcmp(kept[i].key, key) == 0) {
			talloc_free(key);
			return &kept[i];
		}
	if ((png = picture_png(NULL, p, PICTURE_CLEAR, width, height, SHARP, &length)) == NULL) {
		talloc_free(key);
		return NULL;
	}
	d = oldest();
	talloc_free(d->png);
	*d = (struct drawn){talloc_steal(png, key), png, length};
	return d;
}

const struct drawn *drawn_picture(const struct picture *p, int width, int height)
{
	void *scratch = talloc_new(NULL);
	struct picture same = in_steps(scratch, p);
	const struct drawn *d = picture_drawable(p) ? kept_or_drawn(&same, width, height) : NULL;

	talloc_free(scratch);
	return d;
}
