/*
 * rule_bounds.c - what must hold of single facts for a rule to be true (see rule_bounds.h)
 *
 * bounds_of(node, truth) is what facts must be for the node to have that truth: `and` cuts, `or` takes the
 * hull, `!` asks for the other truth, comparisons of a fact with a constant (rule_bounds_compare.c) bound
 * that fact. Everything else may be anything, which is always right.
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/rule_bounds_run.h"

enum {
	VISITS_MAX = 4 * LOGIC_NODES_MAX /* conditions within conditions are read for both truths */
};

/* --- a bound for each fact --------------------------------------------------------------------------- */

struct rule_bounds *bounds_all(struct reading *r)
{
	struct rule_bounds *b = talloc_zero(r->memory, struct rule_bounds);
	size_t i;

	b->count = r->count;
	b->facts = talloc_array(b, struct fact_bound, r->count);
	for (i = 0; i < r->count; i++)
		b->facts[i] = fact_bound_anything;
	return b;
}

struct rule_bounds *bounds_never(struct reading *r)
{
	struct rule_bounds *b = bounds_all(r);

	b->never = true;
	return b;
}

struct rule_bounds *bounds_one(struct reading *r, size_t fact, const struct fact_bound *f)
{
	struct rule_bounds *b = bounds_all(r);

	b->facts[fact] = *f;
	b->never = fact_bound_none(f);
	return b;
}

struct rule_bounds *bounds_both(struct reading *r, struct rule_bounds *a, const struct rule_bounds *b)
{
	size_t i;

	a->never = a->never || b->never;
	for (i = 0; !a->never && i < r->count; i++) {
		fact_bound_cut(r->memory, &a->facts[i], &b->facts[i]);
		a->never = fact_bound_none(&a->facts[i]);
	}
	return a;
}

struct rule_bounds *bounds_either(struct reading *r, struct rule_bounds *a, struct rule_bounds *b)
{
	size_t i;

	if (a->never || b->never)
		return a->never ? b : a;
	for (i = 0; i < r->count; i++)
		fact_bound_widen(r->memory, &a->facts[i], &b->facts[i]);
	return a;
}

/* --- operators: what each needs for a truth --------------------------------------------------------- */

/* All arguments with that truth, or one of them. No arguments at all are false, and bound nothing. */
static struct rule_bounds *bound_list(struct reading *r, const struct node *n, bool truth, bool all)
{
	struct rule_bounds *b = all || n->count == 0 ? bounds_all(r) : bounds_never(r), *one;
	size_t i;

	for (i = 0; i < n->count; i++) {
		one = bounds_of(r, &n->args[i], truth);
		b = all ? bounds_both(r, b, one) : bounds_either(r, b, one);
	}
	return b;
}

static struct rule_bounds *bound_and(struct reading *r, const struct node *n, bool truth)
{
	return bound_list(r, n, truth, truth);
}

static struct rule_bounds *bound_or(struct reading *r, const struct node *n, bool truth)
{
	return bound_list(r, n, truth, !truth);
}

static struct rule_bounds *bound_not(struct reading *r, const struct node *n, bool truth)
{
	return bounds_of(r, &n->args[0], !truth);
}

static struct rule_bounds *bound_truth(struct reading *r, const struct node *n, bool truth)
{
	return bounds_of(r, &n->args[0], truth);
}

/* From the last pair back: this condition and its value, or not this condition and what comes after. */
static struct rule_bounds *bound_if(struct reading *r, const struct node *n, bool truth)
{
	size_t i = n->count & ~(size_t)1;
	struct rule_bounds *b;

	if (i < n->count)
		b = bounds_of(r, &n->args[i], truth);
	else
		b = truth ? bounds_never(r) : bounds_all(r);
	while (i > 0) {
		i -= 2;
		b = bounds_either(
			r,
			bounds_both(r, bounds_of(r, &n->args[i], true), bounds_of(r, &n->args[i + 1], truth)),
			bounds_both(r, bounds_of(r, &n->args[i], false), b));
	}
	return b;
}

static struct rule_bounds *bound_var(struct reading *r, const struct node *n, bool truth)
{
	static const char *const empty[] = {""};
	static const struct fact_bound falsy = {
		.null = true, .least = 0, .most = 0, .texts = empty, .text_count = 1, .others = true};
	struct fact_bound truthy = fact_bound_anything;
	size_t fact = bounds_fact(r, n);

	truthy.null = false;
	return fact == r->count ? bounds_all(r) : bounds_one(r, fact, truth ? &truthy : &falsy);
}

/* --- all of it --------------------------------------------------------------------------------------- */

static const struct {
	const char *name;
	struct rule_bounds *(*bound)(struct reading *r, const struct node *n, bool truth);
} readers[] = {
	{"and", bound_and},
	{"or", bound_or},
	{"!", bound_not},
	{"!!", bound_truth},
	{"if", bound_if},
	{"?:", bound_if},
	{"var", bound_var},
	{"<", bound_less},
	{"<=", bound_less_or_equal},
	{">", bound_greater},
	{">=", bound_greater_or_equal},
	{"==", bound_equal},
	{"!=", bound_unequal},
	{"===", bound_identical},
	{"!==", bound_different},
	{"in", bound_in},
};

struct rule_bounds *bounds_of(struct reading *r, const struct node *n, bool truth)
{
	bool constant;
	size_t i;

	if (r->visits++ > VISITS_MAX)
		return bounds_all(r);
	if (n->call == NULL) {
		constant = n->list ? n->count > 0 : value_true(value_of(n->json));
		return constant == truth ? bounds_all(r) : bounds_never(r);
	}
	for (i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		if (strcmp(readers[i].name, n->call->name) == 0)
			return readers[i].bound(r, n, truth);
	return bounds_all(r);
}

struct rule_bounds *rule_bounds_new(const void *parent, const struct logic *l, const char *const *facts,
				    size_t count)
{
	struct reading r = {.memory = talloc_new(parent), .facts = facts, .count = count};
	const struct rule_bounds *read = bounds_of(&r, &l->root, true);
	struct rule_bounds *b = talloc_zero(parent, struct rule_bounds);
	const char **texts;
	size_t i, k;

	b->never = read->never;
	b->count = count;
	b->facts = talloc_memdup(b, read->facts, count * sizeof(*read->facts));
	for (i = 0; i < count; i++) {
		b->facts[i].fact = talloc_strdup(b, facts[i]);
		texts = talloc_array(b, const char *, b->facts[i].text_count);
		for (k = 0; k < b->facts[i].text_count; k++)
			texts[k] = talloc_strdup(b, b->facts[i].texts[k]);
		b->facts[i].texts = texts;
	}
	talloc_free(r.memory);
	return b;
}

struct rule_bounds *rule_bounds_hull(const void *parent, const struct rule_bounds *const *each, size_t count)
{
	struct rule_bounds *b = talloc_zero(parent, struct rule_bounds);
	size_t i, k;

	b->never = true;
	for (i = 0; i < count; i++) {
		if (each[i]->never)
			continue;
		if (b->never) {
			b->count = each[i]->count;
			b->facts = talloc_memdup(b, each[i]->facts, b->count * sizeof(*b->facts));
			b->never = false;
		}
		for (k = 0; k < b->count; k++)
			fact_bound_widen(b, &b->facts[k], &each[i]->facts[k]);
	}
	return b;
}

bool rule_bounds_admit(const struct rule_bounds *b, const struct json *facts)
{
	size_t i;

	if (b->never)
		return false;
	for (i = 0; i < b->count; i++)
		if (!fact_bound_admits(&b->facts[i], json_get(facts, b->facts[i].fact)))
			return false;
	return true;
}
