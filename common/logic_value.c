/*
 * logic_value.c - JsonLogic's values: made, counted, read from JSON and turned into it
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/logic_value.h"

enum {
	TEXT_PER_STEP = 256
};

const struct value value_undefined = {.kind = VALUE_UNDEFINED};
const struct value value_null = {.kind = VALUE_NULL};

void *memory_of(struct evaluation *e)
{
	if (e->memory == NULL)
		e->memory = talloc_new(e->parent);
	return e->memory;
}

void evaluation_fail(struct evaluation *e, const char *fault)
{
	if (e->fault)
		return;
	e->fault = fault;
	e->where = e->rule;
}

bool spend(struct evaluation *e, size_t steps)
{
	if (e->fault)
		return false;
	if (steps > e->limits.steps - e->steps) {
		evaluation_fail(e,
				talloc_asprintf(memory_of(e), "takes more than %zu steps", e->limits.steps));
		return false;
	}
	e->steps += steps;
	return true;
}

bool spend_text(struct evaluation *e, size_t bytes)
{
	return spend(e, bytes / TEXT_PER_STEP);
}

struct value value_of(const struct json *json)
{
	struct value v = {.source = json};

	if (json == NULL)
		return value_undefined;
	switch (json->kind) {
	case JSON_NULL:
		return value_null;
	case JSON_BOOLEAN:
		return value_boolean(json->boolean);
	case JSON_INTEGER:
	case JSON_REAL:
		v.kind = VALUE_NUMBER;
		v.number = json->real;
		return v;
	case JSON_TEXT:
		v.kind = VALUE_TEXT;
		v.text = json->text;
		v.length = json->length;
		return v;
	case JSON_ARRAY:
		v.kind = VALUE_ARRAY;
		return v;
	case JSON_OBJECT:
		v.kind = VALUE_OBJECT;
		return v;
	}
	return value_undefined;
}

struct value value_boolean(bool boolean)
{
	return (struct value){.kind = VALUE_BOOLEAN, .boolean = boolean};
}

struct value value_number(double number)
{
	return (struct value){.kind = VALUE_NUMBER, .number = number};
}

struct value value_text(struct evaluation *e, const char *text, size_t length)
{
	struct text t = {NULL, 0, 0};

	text_add(e, &t, text, length);
	if (e->fault)
		return value_undefined;
	return (struct value){.kind = VALUE_TEXT, .text = t.bytes, .length = t.length};
}

struct list *list_new(struct evaluation *e, size_t room)
{
	struct list *l;

	if (!spend(e, room))
		return NULL;
	l = talloc_size(memory_of(e), sizeof(*l) + room * sizeof(l->items[0]));
	*l = (struct list){.depth = 1};
	return l;
}

void list_add(struct list *l, struct value item)
{
	if (item.list && item.list->depth >= l->depth)
		l->depth = item.list->depth + 1;
	l->items[l->count++] = item;
}

struct value value_list(struct evaluation *e, struct list *list)
{
	if (list == NULL || e->fault)
		return value_undefined;
	if (list->depth > e->limits.depth) {
		evaluation_fail(
			e, talloc_asprintf(memory_of(e), "nests values more than %zu deep", e->limits.depth));
		return value_undefined;
	}
	return (struct value){.kind = list->names ? VALUE_OBJECT : VALUE_ARRAY, .list = list};
}

const struct list *value_items(struct evaluation *e, struct value v)
{
	const struct json *child;
	struct list *l;

	if (v.kind != VALUE_ARRAY)
		return NULL;
	if (v.list)
		return v.list;
	l = list_new(e, v.source->count);
	for (child = l ? v.source->first : NULL; child; child = child->next)
		list_add(l, value_of(child));
	return l;
}

bool value_true(struct value v)
{
	switch (v.kind) {
	case VALUE_UNDEFINED:
	case VALUE_NULL:
		return false;
	case VALUE_BOOLEAN:
		return v.boolean;
	case VALUE_NUMBER:
		return v.number != 0 && !isnan(v.number);
	case VALUE_TEXT:
		return v.length > 0;
	case VALUE_ARRAY:
		return (v.list ? v.list->count : v.source->count) > 0;
	case VALUE_OBJECT:
		return true;
	}
	return false;
}

/* A tree being made of a value; everything hangs under its root. */
struct copying {
	struct evaluation *e;
	const void *parent;
	struct json *root;
	size_t values, bytes;
};

static const char *copy_text(struct copying *c, const char *text, size_t length)
{
	c->bytes += length;
	if (c->bytes > c->e->limits.bytes)
		evaluation_fail(c->e, talloc_asprintf(memory_of(c->e), "has more than %zu bytes of text",
						      c->e->limits.bytes));
	return c->e->fault ? "" : talloc_strndup(c->root, text, length);
}

/* The next value of the tree, into the container `above`; NULL when there are too many. */
static struct json *copy_add(struct copying *c, struct json *above, const char *name, size_t depth)
{
	struct json *j;

	if (depth > c->e->limits.depth)
		evaluation_fail(c->e, talloc_asprintf(memory_of(c->e), "nests values more than %zu deep",
						      c->e->limits.depth));
	if (++c->values > c->e->limits.values)
		evaluation_fail(c->e, talloc_asprintf(memory_of(c->e), "has more than %zu values",
						      c->e->limits.values));
	if (c->e->fault)
		return NULL;
	j = talloc_zero(c->root ? c->root : c->parent, struct json);
	if (c->root == NULL)
		c->root = j;
	j->parent = above;
	if (above == NULL)
		return j;
	j->name = name ? copy_text(c, name, strlen(name)) : NULL;
	if (above->last)
		above->last->next = j;
	else
		above->first = j;
	above->last = j;
	above->count++;
	return j;
}

/* As json.c reads it: a whole number that a double holds exactly is an integer. */
static void copy_number(struct json *j, struct value v)
{
	j->kind = JSON_INTEGER;
	j->real = v.number == 0 ? 0 : v.number; /* -0 is written as 0 */
	if (v.source) {
		j->kind = v.source->kind;
		j->integer = v.source->integer;
	} else if (!isfinite(v.number)) {
		j->kind = JSON_NULL;
		j->real = 0;
	} else if (v.number == floor(v.number) && fabs(v.number) <= 9007199254740992.0) {
		j->integer = (int64_t)v.number;
	} else {
		j->kind = JSON_REAL;
	}
}

static void copy_value(struct copying *c, struct json *above, const char *name, struct value v, size_t depth);

static void copy_items(struct copying *c, struct json *above, struct value v, size_t depth)
{
	const struct json *child;
	size_t i;

	if (v.source)
		for (child = v.source->first; child && !c->e->fault; child = child->next)
			copy_value(c, above, child->name, value_of(child), depth);
	for (i = 0; v.list && i < v.list->count && !c->e->fault; i++)
		if (!v.list->names)
			copy_value(c, above, NULL, v.list->items[i], depth);
		else if (v.list->items[i].kind != VALUE_UNDEFINED)
			copy_value(c, above, v.list->names[i], v.list->items[i], depth);
}

static void copy_value(struct copying *c, struct json *above, const char *name, struct value v, size_t depth)
{
	bool container = v.kind == VALUE_ARRAY || v.kind == VALUE_OBJECT;
	struct json *j = copy_add(c, above, name, depth + container);

	if (j == NULL) {
		c->e->large = v.source;
		return;
	}
	if (v.kind == VALUE_NUMBER) {
		copy_number(j, v);
	} else if (v.kind == VALUE_TEXT) {
		j->kind = JSON_TEXT;
		j->text = copy_text(c, v.text, v.length);
		j->length = v.length;
	} else if (v.kind == VALUE_BOOLEAN) {
		j->kind = JSON_BOOLEAN;
		j->boolean = v.boolean;
	} else if (container) {
		j->kind = v.kind == VALUE_ARRAY ? JSON_ARRAY : JSON_OBJECT;
		copy_items(c, j, v, depth + 1);
	}
}

const struct json *value_to_json(struct evaluation *e, const void *parent, struct value v)
{
	struct copying c = {.e = e, .parent = parent};

	if (!e->fault)
		copy_value(&c, NULL, NULL, v, 0);
	if (e->fault)
		TALLOC_FREE(c.root);
	return c.root;
}
