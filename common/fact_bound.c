/*
 * fact_bound.c - the values that a fact may have (see fact_bound.h)
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/fact_bound.h"

const struct fact_bound fact_bound_anything = {
	.null = true, .least = -INFINITY, .most = INFINITY, .any_text = true, .others = true};
const struct fact_bound fact_bound_nothing = {.least = INFINITY, .most = -INFINITY};

bool fact_bound_none(const struct fact_bound *f)
{
	return !f->null && !(f->least <= f->most) && !f->any_text && f->text_count == 0 && !f->others;
}

bool fact_bound_any(const struct fact_bound *f)
{
	return f->null && f->least == -INFINITY && f->most == INFINITY && f->any_text && f->others;
}

static bool has_text(const struct fact_bound *f, const char *text)
{
	size_t i;

	for (i = 0; !f->any_text && i < f->text_count && strcmp(f->texts[i], text) != 0; i++)
		;
	return f->any_text || i < f->text_count;
}

static bool texts_meet(const struct fact_bound *a, const struct fact_bound *b)
{
	const struct fact_bound *fewer = a->any_text ? b : a, *more = a->any_text ? a : b;
	size_t i;

	for (i = 0; i < fewer->text_count; i++)
		if (has_text(more, fewer->texts[i]))
			return true;
	return a->any_text && b->any_text;
}

bool fact_bound_meets(const struct fact_bound *a, const struct fact_bound *b)
{
	return (a->null && b->null) || (a->others && b->others) ||
	       fmax(a->least, b->least) <= fmin(a->most, b->most) || texts_meet(a, b);
}

void fact_bound_add(const void *parent, struct fact_bound *f, const char *text)
{
	const char **texts;

	if (has_text(f, text))
		return;
	if (f->text_count == FACT_TEXTS_MAX) {
		f->any_text = true;
		f->text_count = 0;
		return;
	}
	texts = talloc_array(parent, const char *, f->text_count + 1);
	if (f->text_count > 0)
		memcpy(texts, f->texts, f->text_count * sizeof(*texts));
	texts[f->text_count] = text;
	f->texts = texts;
	f->text_count++;
}

void fact_bound_cut(const void *parent, struct fact_bound *f, const struct fact_bound *other)
{
	const struct fact_bound *fewer = f->any_text ? other : f, *more = f->any_text ? f : other;
	struct fact_bound kept = {.any_text = f->any_text && other->any_text};
	size_t i;

	for (i = 0; !kept.any_text && i < fewer->text_count; i++)
		if (has_text(more, fewer->texts[i]))
			fact_bound_add(parent, &kept, fewer->texts[i]);
	f->null = f->null && other->null;
	f->others = f->others && other->others;
	f->least = fmax(f->least, other->least);
	f->most = fmin(f->most, other->most);
	f->any_text = kept.any_text;
	f->texts = kept.texts;
	f->text_count = kept.text_count;
}

void fact_bound_widen(const void *parent, struct fact_bound *f, const struct fact_bound *other)
{
	size_t i;

	f->null = f->null || other->null;
	f->others = f->others || other->others;
	f->least = fmin(f->least, other->least);
	f->most = fmax(f->most, other->most);
	f->any_text = f->any_text || other->any_text;
	for (i = 0; !f->any_text && i < other->text_count; i++)
		fact_bound_add(parent, f, other->texts[i]);
	if (f->any_text)
		f->text_count = 0;
}

bool fact_bound_admits(const struct fact_bound *f, const struct json *value)
{
	switch (value ? value->kind : JSON_NULL) {
	case JSON_NULL:
		return f->null;
	case JSON_INTEGER:
	case JSON_REAL:
		return f->least <= value->real && value->real <= f->most;
	case JSON_TEXT:
		return has_text(f, value->text);
	case JSON_BOOLEAN:
	case JSON_ARRAY:
	case JSON_OBJECT:
		return f->others;
	}
	return true;
}
