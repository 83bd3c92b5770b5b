/*
 * fact_motion.c - what a fact may be later (see fact_motion.h)
 */
#include <math.h>

#include "common/fact_motion.h"

static bool is_number(const struct json *v)
{
	return v->kind == JSON_INTEGER || v->kind == JSON_REAL;
}

static struct fact_bound numbers(double least, double most, bool null)
{
	struct fact_bound b = fact_bound_nothing;

	b.least = least;
	b.most = most;
	b.null = null;
	return b;
}

static struct fact_bound as_it_is(const struct json *v)
{
	struct fact_bound b = fact_bound_nothing;

	if (v == NULL || v->kind == JSON_NULL)
		b.null = true;
	else if (is_number(v))
		b.least = b.most = v->real;
	else if (v->kind == JSON_TEXT) {
		b.texts = &v->text;
		b.text_count = 1;
	} else {
		b.others = true;
	}
	return b;
}

struct fact_bound fact_later(const struct fact *f, const struct json *value, int days)
{
	bool there = value && is_number(value);
	double v = there ? value->real : 0;

	if (f->moves == MOVES_ANYHOW)
		return fact_bound_anything;
	if (f->moves == MOVES_NOT || !there)
		return as_it_is(value);
	if (f->moves == MOVES_UP)
		return numbers(v + days, v + days, false);
	if (f->moves == MOVES_FALLS)
		return numbers(-INFINITY, v, false);
	if (v >= days)
		return numbers(v - days, v - days, false);
	return f->moves == MOVES_DOWN ? numbers(INFINITY, -INFINITY, true) : numbers(0, INFINITY, true);
}
