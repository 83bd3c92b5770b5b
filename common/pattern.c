/*
 * pattern.c - regular expressions read into a tree and written out as instructions
 *
 * Groups are for grouping only: nobody asks what they matched.
 */
#include <string.h>
#include <talloc.h>

#include "common/pattern_program.h"
#include "common/pattern_tree.h"

/* --- instructions ---------------------------------------------------------------------------------- */

struct writing {
	struct pattern *pattern;
	size_t nodes; /* also of those that write nothing, so that (){1000} in itself ends */
	bool too_large;
};

static size_t put(struct writing *w, enum pattern_op op, size_t x, size_t y)
{
	struct pattern *p = w->pattern;

	if (p->count == PATTERN_SIZE_MAX) {
		w->too_large = true;
		return 0;
	}
	p->steps[p->count] = (struct pattern_step){.op = op, .x = x, .y = y};
	return p->count++;
}

static void write_node(struct writing *w, const struct pattern_node *n);

static void write_either(struct writing *w, const struct pattern_node *n)
{
	size_t split = put(w, PATTERN_SPLIT, 0, 0), jump;

	w->pattern->steps[split].x = w->pattern->count;
	write_node(w, n->a);
	jump = put(w, PATTERN_JUMP, 0, 0);
	w->pattern->steps[split].y = w->pattern->count;
	write_node(w, n->b);
	w->pattern->steps[jump].x = w->pattern->count;
}

/* a{2,} is a, a and back to the last one as often as wanted; a{2,4} is a, a, and two that may be left out. */
static void write_repeat(struct writing *w, const struct pattern_node *n)
{
	size_t split, last = w->pattern->count;
	int i;

	for (i = 0; i < n->least && !w->too_large; i++) {
		last = w->pattern->count;
		write_node(w, n->a);
	}
	if (n->most == PATTERN_ENDLESS && n->least > 0) {
		put(w, PATTERN_SPLIT, last, w->pattern->count + 1);
	} else if (n->most == PATTERN_ENDLESS) {
		split = put(w, PATTERN_SPLIT, w->pattern->count + 1, 0);
		write_node(w, n->a);
		put(w, PATTERN_JUMP, split, 0);
		w->pattern->steps[split].y = w->pattern->count;
	}
	for (; i < n->most && !w->too_large; i++) {
		split = put(w, PATTERN_SPLIT, w->pattern->count + 1, 0);
		write_node(w, n->a);
		w->pattern->steps[split].y = w->pattern->count;
	}
}

static void write_node(struct writing *w, const struct pattern_node *n)
{
	size_t at;

	if (++w->nodes > 8 * PATTERN_SIZE_MAX)
		w->too_large = true;
	switch (n->kind) {
	case PATTERN_NOTHING:
		return;
	case PATTERN_ONE:
		at = put(w, n->op, 0, 0);
		w->pattern->steps[at].c = n->c;
		w->pattern->steps[at].set = n->set;
		return;
	case PATTERN_BOTH:
		write_node(w, n->a);
		write_node(w, n->b);
		return;
	case PATTERN_EITHER:
		write_either(w, n);
		return;
	case PATTERN_REPEAT:
		write_repeat(w, n);
		return;
	}
}

struct pattern *pattern_parse(const void *parent, const char *text, size_t length, const char **error)
{
	struct pattern *p = talloc_zero(parent, struct pattern);
	struct writing w = {.pattern = p};
	struct pattern_node *tree;

	if (length > PATTERN_LENGTH_MAX) {
		*error = "is longer than 1,024 bytes";
	} else if ((tree = pattern_read(p, text, length, error)) != NULL) {
		p->steps = talloc_array(p, struct pattern_step, PATTERN_SIZE_MAX);
		write_node(&w, tree);
		put(&w, PATTERN_MATCH, 0, 0);
		p->steps = talloc_realloc(p, p->steps, struct pattern_step, p->count);
		if (!w.too_large)
			return p;
		*error = "repeats too much";
	}
	talloc_free(p);
	return NULL;
}
