/*
 * pattern_read.c - the text of a regular expression into a tree
 *
 * What the u flag makes an error is one here: a lone brace or bracket, an escaped letter that means nothing.
 */
#include <string.h>
#include <talloc.h>

#include "common/pattern_tree.h"

static struct pattern_node *read_either(struct pattern_reading *r);

static struct pattern_node *node_new(struct pattern_reading *r, enum pattern_node_kind kind,
				     struct pattern_node *a, struct pattern_node *b)
{
	struct pattern_node *n = talloc_zero(r->parent, struct pattern_node);

	n->kind = kind;
	n->a = a;
	n->b = b;
	return n;
}

static struct pattern_node *one(struct pattern_reading *r, enum pattern_op op, uint32_t c,
				const struct pattern_set *set)
{
	struct pattern_node *n = node_new(r, PATTERN_ONE, NULL, NULL);

	n->op = op;
	n->c = c;
	n->set = set;
	return n;
}

/* --- parts ----------------------------------------------------------------------------------------- */

static bool group_name(struct pattern_reading *r)
{
	const char *from = r->at;

	while (r->at < r->end && *r->at != '>' && *r->at != ')')
		r->at++;
	return r->at > from && pattern_next_is(r, ">");
}

static struct pattern_node *read_group(struct pattern_reading *r)
{
	struct pattern_node *n;

	if (pattern_next_is(r, "?=") || pattern_next_is(r, "?!") || pattern_next_is(r, "?<=") ||
	    pattern_next_is(r, "?<!"))
		return pattern_refuse(r, "looks ahead or behind, which is not supported");
	if (!pattern_next_is(r, "?:") && pattern_next_is(r, "?") &&
	    !(pattern_next_is(r, "<") && group_name(r)))
		return pattern_refuse(r, "has a kind of group that is not known");
	if (++r->depth > PATTERN_DEPTH_MAX)
		return pattern_refuse(r, "has groups nested too deep");
	n = read_either(r);
	r->depth--;
	return n == NULL || pattern_next_is(r, ")") ? n : pattern_refuse(r, "has a ( without its )");
}

static struct pattern_node *read_atom(struct pattern_reading *r)
{
	struct pattern_set *set = talloc_zero(r->parent, struct pattern_set);
	uint32_t c;

	if (pattern_next_is(r, "("))
		return read_group(r);
	if (pattern_next_is(r, "["))
		return pattern_read_set(r, set) ? one(r, PATTERN_SET, 0, set) : NULL;
	if (pattern_next_is(r, ".")) {
		pattern_add_dot(r, set);
		return one(r, PATTERN_SET, 0, set);
	}
	if (pattern_next_is(r, "^"))
		return one(r, PATTERN_BEGIN, 0, NULL);
	if (pattern_next_is(r, "$"))
		return one(r, PATTERN_END, 0, NULL);
	if (pattern_next_is(r, "\\b"))
		return one(r, PATTERN_WORD_EDGE, 0, NULL);
	if (pattern_next_is(r, "\\B"))
		return one(r, PATTERN_NO_WORD_EDGE, 0, NULL);
	if (pattern_add_named(r, set))
		return one(r, PATTERN_SET, 0, set);
	if (strchr("*+?{}]", *r->at) != NULL)
		return pattern_refuse(
			r, "has one of * + ? { } ] where it means nothing; put a backslash before it");
	if (!pattern_next_is(r, "\\"))
		return one(r, PATTERN_CHAR, pattern_character(r), NULL);
	return pattern_escaped(r, &c) ? one(r, PATTERN_CHAR, c, NULL) : NULL;
}

static bool read_count(struct pattern_reading *r, int *count)
{
	const char *from = r->at;

	for (*count = 0; r->at < r->end && *r->at >= '0' && *r->at <= '9' && *count <= PATTERN_REPEATS_MAX;
	     r->at++)
		*count = *count * 10 + (*r->at - '0');
	return r->at > from;
}

/* Behind the brace. */
static bool read_counts(struct pattern_reading *r, int *least, int *most)
{
	if (!read_count(r, least))
		return pattern_refuse(r, "has a { that no count follows");
	*most = *least;
	if (pattern_next_is(r, ",") && !read_count(r, most))
		*most = PATTERN_ENDLESS;
	if (*least > PATTERN_REPEATS_MAX || *most > PATTERN_REPEATS_MAX)
		return pattern_refuse(r, "repeats something more than 1,000 times");
	if (*most != PATTERN_ENDLESS && *most < *least)
		return pattern_refuse(r, "has a repetition that runs backwards");
	return pattern_next_is(r, "}") || pattern_refuse(r, "has a { without its }");
}

static struct pattern_node *read_repeated(struct pattern_reading *r)
{
	struct pattern_node *n = read_atom(r), *repeat;
	int least = 0, most = PATTERN_ENDLESS;

	if (n == NULL)
		return NULL;
	if (pattern_next_is(r, "+"))
		least = 1;
	else if (pattern_next_is(r, "?"))
		most = 1;
	else if (pattern_next_is(r, "{")) {
		if (!read_counts(r, &least, &most))
			return NULL;
	} else if (!pattern_next_is(r, "*"))
		return n;
	if (n->kind == PATTERN_ONE && n->op != PATTERN_CHAR && n->op != PATTERN_SET)
		return pattern_refuse(r, "repeats an edge");
	pattern_next_is(r, "?"); /* as few as possible: no difference to whether it matches */
	repeat = node_new(r, PATTERN_REPEAT, n, NULL);
	repeat->least = least;
	repeat->most = most;
	return repeat;
}

static struct pattern_node *read_both(struct pattern_reading *r)
{
	struct pattern_node *all = node_new(r, PATTERN_NOTHING, NULL, NULL), *n;

	while (r->at < r->end && *r->at != '|' && *r->at != ')') {
		if ((n = read_repeated(r)) == NULL)
			return NULL;
		all = node_new(r, PATTERN_BOTH, all, n);
	}
	return all;
}

static struct pattern_node *read_either(struct pattern_reading *r)
{
	struct pattern_node *n = read_both(r), *other;

	while (n && pattern_next_is(r, "|")) {
		if ((other = read_both(r)) == NULL)
			return NULL;
		n = node_new(r, PATTERN_EITHER, n, other);
	}
	return n;
}

struct pattern_node *pattern_read(const void *parent, const char *text, size_t length, const char **error)
{
	struct pattern_reading r = {.parent = parent, .at = text, .end = text + length};
	struct pattern_node *n = read_either(&r);

	if (n && r.at < r.end)
		n = pattern_refuse(&r, "has a ) without its (");
	if (n == NULL)
		*error = r.fault;
	return n;
}
