/*
 * logic_variables.c - the facts that a rule reads
 */
#include <string.h>
#include <talloc.h>

#include "common/logic_run.h"

static void add(struct logic_variables *v, const char *path, const struct json *where)
{
	size_t i;

	for (i = 0; i < v->count; i++)
		if (strcmp(v->paths[i], path) == 0)
			return;
	if ((v->count & (v->count - 1)) == 0) {
		v->paths = talloc_realloc(v, v->paths, const char *, v->count ? v->count * 2 : 1);
		v->places = talloc_realloc(v, v->places, const char *, v->count ? v->count * 2 : 1);
	}
	v->places[v->count] = json_pointer(v, where);
	v->paths[v->count++] = talloc_strdup(v, path);
}

static void collect(struct logic_variables *v, const struct node *n);

/* A path that is written down, as var reads it; any other is only known when the rule runs. */
static void add_path(struct logic_variables *v, const struct node *n)
{
	char digits[NUMBER_TEXT];

	if (n->call || n->list || n->json->kind == JSON_OBJECT) {
		if (!v->dynamic)
			v->dynamic_place = json_pointer(v, n->json);
		v->dynamic = true;
	} else if (n->json->kind == JSON_TEXT)
		add(v, n->json->text, n->json);
	else if (n->json->kind == JSON_NULL)
		add(v, "", n->json);
	else if (n->json->kind == JSON_BOOLEAN)
		add(v, n->json->boolean ? "true" : "false", n->json);
	else
		add(v, number_to_text(n->json->real, digits), n->json);
	collect(v, n);
}

/* The keys of a missing: its arguments, or the items of the first one. */
static void add_keys(struct logic_variables *v, const struct node *args, size_t count)
{
	size_t i;

	if (count > 0 && args[0].list) {
		count = args[0].count;
		args = args[0].args;
	}
	for (i = 0; i < count; i++)
		add_path(v, &args[i]);
}

/* The operator's own reading; how many of its first arguments that has dealt with. */
static size_t collect_reads(struct logic_variables *v, const struct node *n)
{
	switch (n->call->reads) {
	case READS_PATH:
		if (n->count > 0)
			add_path(v, &n->args[0]);
		else
			add(v, "", n->json);
		return 1;
	case READS_PATHS:
		add_keys(v, n->args, n->count);
		return n->count;
	case READS_OPTIONS:
		collect(v, &n->args[0]);
		if (n->args[1].list)
			add_keys(v, n->args[1].args, n->args[1].count);
		else
			add_path(v, &n->args[1]);
		return 2;
	case READS_ITEMS:
		collect(v, &n->args[0]);
		return 2;
	case READS_NOTHING:
		break;
	}
	return 0;
}

static void collect(struct logic_variables *v, const struct node *n)
{
	size_t i = n->call ? collect_reads(v, n) : 0;

	for (; i < n->count; i++)
		collect(v, &n->args[i]);
}

struct logic_variables *logic_variables(const void *parent, const struct logic *l)
{
	struct logic_variables *v = talloc_zero(parent, struct logic_variables);

	collect(v, &l->root);
	return v;
}
