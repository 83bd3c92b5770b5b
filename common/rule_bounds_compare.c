/*
 * rule_bounds_compare.c - what a comparison of a fact with a constant tells about the fact
 *
 * What a comparison makes of a value of another kind follows logic_convert.c.
 */
#include <math.h>
#include <string.h>

#include "common/rule_bounds_run.h"

/* The fact that a node reads, and nothing else; count if it does anything more. */
size_t bounds_fact(const struct reading *r, const struct node *n)
{
	const struct json *path;
	size_t i;

	if (n->call == NULL || n->call->run != logic_var || n->count != 1 || n->args[0].call ||
	    n->args[0].list)
		return r->count;
	path = n->args[0].json;
	for (i = 0; i < r->count; i++)
		if (path->kind == JSON_TEXT && strcmp(path->text, r->facts[i]) == 0)
			break;
	return i;
}

static bool is_constant(const struct node *n)
{
	return n->call == NULL && !n->list && n->json->kind != JSON_OBJECT;
}

static double number_of(const struct json *constant)
{
	switch (constant->kind) {
	case JSON_NULL:
		return 0;
	case JSON_BOOLEAN:
		return constant->boolean;
	case JSON_INTEGER:
	case JSON_REAL:
		return constant->real;
	case JSON_TEXT:
		return number_from_text(constant->text, constant->length);
	case JSON_ARRAY:
	case JSON_OBJECT:
		break;
	}
	return (double)NAN;
}

/*
 * A fact below (or, swapped, above) a constant, or not so. Texts count by their numbers, and against a text
 * by their letters: they are not bounded.
 */
static struct rule_bounds *bound_side(struct reading *r, size_t fact, const struct json *constant,
				      bool swapped, bool or_equal, bool truth)
{
	double c = number_of(constant), low = swapped ? c : 0, high = swapped ? 0 : c;
	bool null_is = or_equal ? low <= high : low < high;
	struct fact_bound f = fact_bound_anything;

	f.null = null_is == truth;
	if (isnan(c) && truth) {
		f.least = INFINITY;
		f.most = -INFINITY;
	} else if (!isnan(c) && truth != swapped) {
		f.most = c;
	} else if (!isnan(c)) {
		f.least = c;
	}
	return bounds_one(r, fact, &f);
}

static struct rule_bounds *bound_pair(struct reading *r, const struct node *a, const struct node *b,
				      bool or_equal, bool truth)
{
	size_t left = bounds_fact(r, a), right = bounds_fact(r, b);

	if (left < r->count && is_constant(b))
		return bound_side(r, left, b->json, false, or_equal, truth);
	if (right < r->count && is_constant(a))
		return bound_side(r, right, a->json, true, or_equal, truth);
	return bounds_all(r);
}

/* Of three the second lies between the others. */
static struct rule_bounds *bound_between(struct reading *r, const struct node *n, bool or_equal, bool truth)
{
	struct rule_bounds *first = bound_pair(r, &n->args[0], &n->args[1], or_equal, truth), *second;

	if (n->count < 3)
		return first;
	second = bound_pair(r, &n->args[1], &n->args[2], or_equal, truth);
	return truth ? bounds_both(r, first, second) : bounds_either(r, first, second);
}

struct rule_bounds *bound_less(struct reading *r, const struct node *n, bool truth)
{
	return bound_between(r, n, false, truth);
}

struct rule_bounds *bound_less_or_equal(struct reading *r, const struct node *n, bool truth)
{
	return bound_between(r, n, true, truth);
}

struct rule_bounds *bound_greater(struct reading *r, const struct node *n, bool truth)
{
	return bound_pair(r, &n->args[1], &n->args[0], false, truth);
}

struct rule_bounds *bound_greater_or_equal(struct reading *r, const struct node *n, bool truth)
{
	return bound_pair(r, &n->args[1], &n->args[0], true, truth);
}

/* Adds what equals the constant: by ===, or by == with its conversions. */
static void add_equal(struct reading *r, struct fact_bound *f, const struct json *constant, bool strict)
{
	bool text = constant->kind == JSON_TEXT;
	double c = number_of(constant);

	if (constant->kind == JSON_NULL) {
		f->null = true;
		return;
	}
	if (!isnan(c) && (!strict || constant->kind == JSON_INTEGER || constant->kind == JSON_REAL)) {
		f->least = fmin(f->least, c);
		f->most = fmax(f->most, c);
	}
	if (text && !f->any_text)
		fact_bound_add(r->memory, f, constant->text);
	f->any_text = f->any_text || (!text && !strict);
	f->others = f->others || !strict || constant->kind == JSON_BOOLEAN;
}

/* Of what is not equal only null can be told. */
static struct rule_bounds *bound_equality(struct reading *r, const struct node *n, bool strict, bool truth)
{
	const struct node *other = &n->args[1];
	struct fact_bound f = truth ? fact_bound_nothing : fact_bound_anything;
	size_t fact = bounds_fact(r, &n->args[0]);

	if (fact == r->count) {
		other = &n->args[0];
		fact = bounds_fact(r, &n->args[1]);
	}
	if (fact == r->count || !is_constant(other))
		return bounds_all(r);
	if (truth)
		add_equal(r, &f, other->json, strict);
	else
		f.null = other->json->kind != JSON_NULL;
	return bounds_one(r, fact, &f);
}

struct rule_bounds *bound_equal(struct reading *r, const struct node *n, bool truth)
{
	return bound_equality(r, n, false, truth);
}

struct rule_bounds *bound_unequal(struct reading *r, const struct node *n, bool truth)
{
	return bound_equality(r, n, false, !truth);
}

struct rule_bounds *bound_identical(struct reading *r, const struct node *n, bool truth)
{
	return bound_equality(r, n, true, truth);
}

struct rule_bounds *bound_different(struct reading *r, const struct node *n, bool truth)
{
	return bound_equality(r, n, true, !truth);
}

/* A fact among constants; or anything in a fact, which then is a text or an array. */
struct rule_bounds *bound_in(struct reading *r, const struct node *n, bool truth)
{
	size_t fact = bounds_fact(r, &n->args[0]), heap = bounds_fact(r, &n->args[1]), i;
	struct fact_bound f = fact_bound_nothing;

	if (!truth)
		return bounds_all(r);
	if (heap < r->count) {
		f.any_text = f.others = true;
		return bounds_one(r, heap, &f);
	}
	if (fact == r->count || !n->args[1].list)
		return bounds_all(r);
	for (i = 0; i < n->args[1].count; i++) {
		if (!is_constant(&n->args[1].args[i]))
			return bounds_all(r);
		add_equal(r, &f, n->args[1].args[i].json, true);
	}
	return bounds_one(r, fact, &f);
}
