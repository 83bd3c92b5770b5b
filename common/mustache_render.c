/*
 * mustache_render.c - a parsed template and data into text
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "common/mustache_tree.h"

enum {
	CONTEXT_MAX = MUSTACHE_DEPTH_MAX * MUSTACHE_PARTIAL_DEPTH_MAX
};

/* A partial as it is used with one indentation, parsed. */
struct known_partial {
	const char *name, *indent;
	struct mustache *tree; /* NULL: there is none */
	struct known_partial *next;
};

struct rendering {
	const struct mustache_partials *partials;
	enum mustache_escape escape;
	const struct json *stack[CONTEXT_MAX];
	size_t depth;
	int partial_depth, steps;
	struct known_partial *known;
	char *out;
	size_t length, room;
	const char *failed;               /* constant text, or under the rendering */
	struct mustache_missing *missing; /* may be NULL */
	const void *parent;               /* of the names in it */
};

static bool render_nodes(struct rendering *r, const struct mustache_node *first);

static bool give_up(struct rendering *r, const char *why)
{
	if (r->failed == NULL)
		r->failed = why;
	return false;
}

/* --- output ------------------------------------------------------------------------------------ */

static bool put(struct rendering *r, const char *text, size_t length)
{
	if (length > MUSTACHE_OUTPUT_MAX - r->length)
		return give_up(r, "the result is longer than 1 MiB");
	while (r->room - r->length <= length) {
		r->room *= 2;
		r->out = talloc_realloc(r, r->out, char, r->room);
	}
	memcpy(r->out + r->length, text, length);
	r->length += length;
	r->out[r->length] = '\0';
	return true;
}

static const char *entity(char c)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	}
	return NULL;
}

static bool put_escaped(struct rendering *r, const char *text, size_t length)
{
	size_t i, from = 0;
	const char *e;

	for (i = 0; i < length; i++) {
		if ((e = entity(text[i])) == NULL)
			continue;
		if (!put(r, text + from, i - from) || !put(r, e, strlen(e)))
			return false;
		from = i + 1;
	}
	return put(r, text + from, length - from);
}

/* --- data ---------------------------------------------------------------------------------------- */

/* The first part of a dotted name is looked for outwards through the contexts, the others only inside it. */
static const struct json *lookup(struct rendering *r, const char *name)
{
	const char *dot = strchr(name, '.');
	char *part = talloc_strndup(r, name, dot ? (size_t)(dot - name) : strlen(name));
	const struct json *found = NULL;
	size_t i;

	if (strcmp(name, ".") == 0) {
		talloc_free(part);
		return r->stack[r->depth - 1];
	}
	for (i = r->depth; i > 0 && found == NULL; i--)
		if (r->stack[i - 1] && r->stack[i - 1]->kind == JSON_OBJECT)
			found = json_get(r->stack[i - 1], part);
	talloc_free(part);
	while (dot && found) {
		name = dot + 1;
		dot = strchr(name, '.');
		part = talloc_strndup(r, name, dot ? (size_t)(dot - name) : strlen(name));
		found = found->kind == JSON_OBJECT ? json_get(found, part) : NULL;
		talloc_free(part);
	}
	return found;
}

static bool truth(const struct json *v)
{
	if (v == NULL)
		return false;
	switch (v->kind) {
	case JSON_NULL:
		return false;
	case JSON_BOOLEAN:
		return v->boolean;
	case JSON_INTEGER:
	case JSON_REAL:
		return v->real != 0;
	case JSON_TEXT:
		return v->length > 0;
	case JSON_ARRAY:
		return v->first != NULL;
	case JSON_OBJECT:
		return true;
	}
	return false;
}

static void note_missing(struct rendering *r, const char *name)
{
	size_t i;

	for (i = 0; i < r->missing->count; i++)
		if (strcmp(r->missing->names[i], name) == 0)
			return;
	if (i < MUSTACHE_MISSING_MAX)
		r->missing->names[r->missing->count++] = talloc_strdup(r->parent, name);
}

static bool put_value(struct rendering *r, const struct json *v, bool raw)
{
	struct json_writer *w;
	const char *text;
	char digits[24];
	size_t length;
	bool good;

	if (v == NULL)
		return true;
	switch (v->kind) {
	case JSON_TEXT:
		return raw || r->escape == MUSTACHE_PLAIN ? put(r, v->text, v->length)
							  : put_escaped(r, v->text, v->length);
	case JSON_INTEGER:
		return put(r, digits,
			   (size_t)snprintf(digits, sizeof(digits), "%lld", (long long)v->integer));
	case JSON_BOOLEAN:
		return v->boolean ? put(r, "true", 4) : put(r, "false", 5);
	case JSON_REAL:
		w = json_writer_new(r);
		json_put_real(w, NULL, v->real);
		text = json_text(w, &length);
		good = put(r, text, length);
		talloc_free(w);
		return good;
	default:
		return true;
	}
}

/* --- partials -------------------------------------------------------------------------------------- */

/* Every line of the text begins with the indentation, but for an empty end. */
static char *indented(const void *parent, const char *text, size_t length, const char *indent,
		      size_t *out_length)
{
	size_t step = strlen(indent), lines = 1, i, n = 0;
	char *out;

	for (i = 0; i < length; i++)
		lines += text[i] == '\n';
	out = talloc_array(parent, char, length + lines * step + 1);
	for (i = 0; i < length; i++) {
		if (i == 0 || text[i - 1] == '\n') {
			memcpy(out + n, indent, step);
			n += step;
		}
		out[n++] = text[i];
	}
	*out_length = n;
	return out;
}

static bool partial_find(struct rendering *r, const struct mustache_node *n, const struct mustache **tree)
{
	struct known_partial *k;
	const char *text, *error;
	size_t length = 0;

	for (k = r->known; k; k = k->next)
		if (strcmp(k->name, n->text) == 0 && strcmp(k->indent, n->indent) == 0)
			break;
	if (k == NULL) {
		k = talloc_zero(r, struct known_partial);
		k->name = n->text;
		k->indent = n->indent;
		k->next = r->known;
		r->known = k;
		text = r->partials ? r->partials->find(r->partials->context, n->text, &length) : NULL;
		if (text && length > MUSTACHE_OUTPUT_MAX)
			return give_up(r, "a partial is longer than 1 MiB");
		if (text && n->indent[0])
			text = indented(k, text, length, n->indent, &length);
		if (text && (k->tree = mustache_parse(k, text, length, &error)) == NULL)
			return give_up(r, talloc_asprintf(r, "partial %s, %s", n->text, error));
	}
	*tree = k->tree;
	return true;
}

static bool render_partial(struct rendering *r, const struct mustache_node *n)
{
	const struct mustache *tree = NULL;
	bool good;

	if (!partial_find(r, n, &tree))
		return false;
	if (tree == NULL)
		return true;
	if (r->partial_depth == MUSTACHE_PARTIAL_DEPTH_MAX)
		return give_up(r, "partials are nested deeper than 32");
	r->partial_depth++;
	good = render_nodes(r, tree->root.first);
	r->partial_depth--;
	return good;
}

/* --- sections ---------------------------------------------------------------------------------------- */

static bool render_inside(struct rendering *r, const struct mustache_node *n, const struct json *context)
{
	bool good;

	if (r->depth == CONTEXT_MAX)
		return give_up(r, "sections are nested too deep");
	r->stack[r->depth++] = context;
	good = render_nodes(r, n->first);
	r->depth--;
	return good;
}

static bool render_section(struct rendering *r, const struct mustache_node *n)
{
	const struct json *v = lookup(r, n->text), *item;

	if (n->kind == MUSTACHE_INVERTED)
		return truth(v) || render_nodes(r, n->first);
	if (!truth(v))
		return true;
	if (v->kind != JSON_ARRAY)
		return render_inside(r, n, v);
	for (item = v->first; item; item = item->next)
		if (!render_inside(r, n, item))
			return false;
	return true;
}

static bool render_value(struct rendering *r, const struct mustache_node *n)
{
	const struct json *v = lookup(r, n->text);

	if (v == NULL && r->missing)
		note_missing(r, n->text);
	return put_value(r, v, n->kind == MUSTACHE_RAW);
}

static bool render_node(struct rendering *r, const struct mustache_node *n)
{
	if (++r->steps > MUSTACHE_STEPS_MAX)
		return give_up(r, "it takes more than a million steps");
	switch (n->kind) {
	case MUSTACHE_TEXT:
		return put(r, n->text, n->length);
	case MUSTACHE_VALUE:
	case MUSTACHE_RAW:
		return render_value(r, n);
	case MUSTACHE_SECTION:
	case MUSTACHE_INVERTED:
		return render_section(r, n);
	case MUSTACHE_PARTIAL:
		return render_partial(r, n);
	}
	return true;
}

static bool render_nodes(struct rendering *r, const struct mustache_node *first)
{
	for (; first; first = first->next)
		if (!render_node(r, first))
			return false;
	return true;
}

char *mustache_render(const void *parent, const struct mustache *m, const struct json *data,
		      const struct mustache_partials *partials, enum mustache_escape escape, size_t *length,
		      const char **error)
{
	return mustache_render_noting(parent, m, data, partials, escape, length, NULL, error);
}

char *mustache_render_noting(const void *parent, const struct mustache *m, const struct json *data,
			     const struct mustache_partials *partials, enum mustache_escape escape,
			     size_t *length, struct mustache_missing *missing, const char **error)
{
	struct rendering *r = talloc_zero(parent, struct rendering);
	char *out = NULL;

	r->partials = partials;
	r->missing = missing;
	r->parent = parent;
	r->escape = escape;
	r->stack[r->depth++] = data;
	r->room = 4096;
	r->out = talloc_zero_array(r, char, r->room);
	if (render_nodes(r, m->root.first)) {
		out = talloc_steal(parent, r->out);
		if (length)
			*length = r->length;
	} else {
		*error = talloc_strdup(parent, r->failed);
	}
	talloc_free(r);
	return out;
}
