/*
 * container_sections.c - the numbers in a model file: their names, shapes and values
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/learn/container_layout.h"

/* Where the first value that is no number is, counted in values; -1: all are finite. */
static int64_t first_not_finite(const struct container_section *s)
{
	const float *f = s->data;
	const double *d = s->data;
	size_t i;

	if (s->kind == CONTAINER_FLOAT)
		for (i = 0; i < s->length / sizeof(*f); i++)
			if (!isfinite(f[i]))
				return (int64_t)i;
	if (s->kind == CONTAINER_DOUBLE)
		for (i = 0; i < s->length / sizeof(*d); i++)
			if (!isfinite(d[i]))
				return (int64_t)i;
	return -1;
}

static bool name_good(const char *name)
{
	size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-");

	return n > 0 && n < CONTAINER_NAME && name[n] == '\0';
}

const char *container_section_fault(const void *parent, const struct container_section *s)
{
	size_t value = layout_value(s->kind);
	int64_t at;

	if (!name_good(s->name))
		return "a section's name is not 1 to 39 of a-z, 0-9, _, . and -";
	if (value == 0)
		return talloc_asprintf(parent, "section '%s' is of an unknown kind, %u", s->name, s->kind);
	if (s->width == 0 || s->length == 0 || s->length % ((uint64_t)value * s->width) != 0)
		return talloc_asprintf(parent,
				       "section '%s' of %zu bytes has no whole rows of %" PRIu32 " values",
				       s->name, s->length, s->width);
	if ((at = first_not_finite(s)) >= 0)
		return talloc_asprintf(parent,
				       "section '%s' has a value that is no finite number, in row %" PRId64
				       ", column %" PRId64,
				       s->name, at / s->width, at % s->width);
	return NULL;
}

const struct container_section *container_find(const struct container *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->section_count; i++)
		if (strcmp(c->sections[i].name, name) == 0)
			return &c->sections[i];
	return NULL;
}

const void *container_values(const void *parent, const struct container *c, const char *name,
			     enum container_kind kind, uint32_t width, size_t *rows, const char **error)
{
	const struct container_section *s = container_find(c, name);
	size_t value = layout_value(kind);

	if (!s)
		*error = talloc_asprintf(parent, "there is no section '%s'", name);
	else if (s->kind != kind || value == 0)
		*error = talloc_asprintf(parent, "section '%s' is of kind %u, not %u", name, s->kind, kind);
	else if (width && s->width != width)
		*error = talloc_asprintf(parent,
					 "section '%s' has rows of %" PRIu32 " values, not of %" PRIu32, name,
					 s->width, width);
	else {
		*rows = s->length / (value * s->width);
		return s->data;
	}
	return NULL;
}
