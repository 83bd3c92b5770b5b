/*
 * container_canonical.c - JSON with one spelling: members sorted by the bytes of their names, no white space
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/json.h"
#include "common/learn/container_layout.h"

static int by_name(const void *a, const void *b)
{
	const struct json *const *x = a, *const *y = b;

	return strcmp((*x)->name, (*y)->name);
}

static void put(struct json_writer *w, const char *name, const struct json *value)
{
	const struct json **children = talloc_array(w, const struct json *, value->count);
	const struct json *child;
	size_t i = 0;

	for (child = value->first; child; child = child->next)
		children[i++] = child;
	if (value->kind == JSON_OBJECT) {
		qsort(children, value->count, sizeof(*children), by_name);
		json_open_object(w, name);
	} else
		json_open_array(w, name);
	for (i = 0; i < value->count; i++)
		if (children[i]->kind == JSON_OBJECT || children[i]->kind == JSON_ARRAY)
			put(w, children[i]->name, children[i]);
		else
			json_put_value(w, children[i]->name, children[i]);
	json_close(w);
	talloc_free(children);
}

const char *container_canonical(const void *parent, const struct json *value, size_t *length)
{
	struct json_writer *w = json_writer_new(parent);

	if (value->kind == JSON_OBJECT || value->kind == JSON_ARRAY)
		put(w, NULL, value);
	else
		json_put_value(w, NULL, value);
	return json_text(w, length);
}
