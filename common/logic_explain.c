/*
 * logic_explain.c - why a rule has the value that it has (see logic_explain.h)
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/logic_explain.h"
#include "common/logic_run.h"

struct asking {
	const struct logic *logic;
	const struct json *data;
	struct logic_reason *root; /* all else hangs under it */
};

static void explain(struct asking *a, const struct node *n, struct logic_reason *out);

static bool is_true(const struct logic_reason *r)
{
	return logic_true(r->value);
}

static struct logic_reason *add(struct asking *a, struct logic_reason *to, const struct node *n)
{
	struct logic_reason *r;

	to->because = talloc_realloc(a->root, to->because, struct logic_reason, to->count + 1);
	r = &to->because[to->count++];
	explain(a, n, r);
	return r;
}

static int shorter(const void *x, const void *y)
{
	const struct logic_reason *a = x, *b = y;

	return (a->weight > b->weight) - (a->weight < b->weight);
}

/* False, an `and` is so by each argument that is; true, by all of them. And the other way round for `or`. */
static void explain_list(struct asking *a, const struct node *n, struct logic_reason *out, bool ends_by)
{
	struct logic_reason *r;
	bool ended = false;
	size_t i;

	out->enough = is_true(out) == ends_by;
	for (i = 0; i < n->count; i++) {
		r = add(a, out, &n->args[i]);
		if (is_true(r) != is_true(out)) {
			out->count--; /* of no account */
			continue;
		}
		r->decided = out->enough ? !ended : i + 1 == n->count;
		ended = true;
	}
	/* Equal ones stay in the order of the rule: the one that decided is before the others then. */
	for (i = 0; out->enough && i < out->count; i++)
		out->because[i].weight = out->because[i].weight * LOGIC_NODES_MAX + i;
	if (out->enough)
		qsort(out->because, out->count, sizeof(*out->because), shorter);
	for (i = 0; out->enough && i < out->count; i++)
		out->because[i].weight /= LOGIC_NODES_MAX;
}

static void explain_if(struct asking *a, const struct node *n, struct logic_reason *out)
{
	size_t i;

	for (i = 0; i + 1 < n->count; i += 2)
		if (is_true(add(a, out, &n->args[i]))) {
			i++;
			break;
		}
	if (i < n->count)
		add(a, out, &n->args[i])->decided = true;
}

/* What else an operator was given is in the rule already, unless it read data. */
static void explain_arguments(struct asking *a, const struct node *n, struct logic_reason *out)
{
	size_t count = n->call && n->call->reads == READS_ITEMS ? 1 : n->count, i;

	for (i = 0; i < count; i++)
		if (n->args[i].call || n->args[i].list)
			add(a, out, &n->args[i]);
}

static bool is_operator(const struct node *n, const char *name)
{
	return n->call && strcmp(n->call->name, name) == 0;
}

static void weigh(struct logic_reason *r)
{
	size_t i;

	r->weight = 1;
	for (i = 0; i < r->count && (i == 0 || !r->enough); i++)
		r->weight += r->because[i].weight;
}

static void explain(struct asking *a, const struct node *n, struct logic_reason *out)
{
	const char *error;

	*out = (struct logic_reason){.rule = n->call ? n->json->parent : n->json};
	out->pointer = json_pointer(a->root, out->rule);
	node_evaluate(a->root, a->logic, n, a->data, &out->value, &error);
	if (is_operator(n, "and"))
		explain_list(a, n, out, false);
	else if (is_operator(n, "or"))
		explain_list(a, n, out, true);
	else if (is_operator(n, "if") || is_operator(n, "?:"))
		explain_if(a, n, out);
	else if (n->count > 0)
		explain_arguments(a, n, out);
	weigh(out);
}

struct logic_reason *logic_explain(const void *parent, const struct logic *l, const struct json *data,
				   const char **error)
{
	struct logic_reason *root = talloc_zero(parent, struct logic_reason);
	struct asking a = {.logic = l, .data = data, .root = root};
	const struct json *value;

	if (!logic_evaluate(parent, l, data, NULL, &value, error)) {
		talloc_free(root);
		return NULL;
	}
	explain(&a, &l->root, root);
	return root;
}
