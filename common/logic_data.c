/*
 * logic_data.c - how a rule reads its data: var, missing, missing_some
 */
#include <string.h>
#include <talloc.h>

#include "common/logic_run.h"

enum {
	MEMBERS_PER_STEP = 64,
	INDEX_DIGITS = 9
};

/* An array's index as JavaScript spells it: no sign, no leading zero. */
static bool index_read(const char *name, size_t length, size_t *index)
{
	size_t i;

	if (length == 0 || length > INDEX_DIGITS || (length > 1 && name[0] == '0'))
		return false;
	*index = 0;
	for (i = 0; i < length; i++) {
		if (name[i] < '0' || name[i] > '9')
			return false;
		*index = *index * 10 + (size_t)(name[i] - '0');
	}
	return true;
}

/* Most names differ in the first letter. */
static inline bool same_name(const char *a, const char *name, size_t length)
{
	if (length == 0 || *a != *name)
		return length == 0 && *a == '\0';
	return strncmp(a, name, length) == 0 && a[length] == '\0';
}

static struct value member(struct evaluation *e, struct value object, const char *name, size_t length)
{
	const struct json *child;
	size_t i;

	if (object.list) {
		for (i = 0; i < object.list->count; i++)
			if (same_name(object.list->names[i], name, length))
				return object.list->items[i];
		return value_undefined;
	}
	for (child = object.source->first, i = 1; child; child = child->next, i++) {
		if (i % MEMBERS_PER_STEP == 0 && !spend(e, 1))
			break;
		if (same_name(child->name, name, length))
			return value_of(child);
	}
	return value_undefined;
}

static struct value element(struct evaluation *e, struct value array, const char *name, size_t length)
{
	size_t count = array.list ? array.list->count : array.source->count, index;
	const struct json *child;

	if (same_name("length", name, length))
		return value_number((double)count);
	if (!index_read(name, length, &index) || index >= count)
		return value_undefined;
	if (array.list)
		return array.list->items[index];
	if (!spend(e, index / MEMBERS_PER_STEP))
		return value_undefined;
	for (child = array.source->first; index > 0; index--)
		child = child->next;
	return value_of(child);
}

/* A text's length, or one of its units. */
static struct value unit(struct evaluation *e, struct value text, const char *name, size_t length)
{
	size_t index, units;

	if (!spend_text(e, text.length))
		return value_undefined;
	units = text_units(text.text, text.length);
	if (same_name("length", name, length))
		return value_number((double)units);
	if (!index_read(name, length, &index) || index >= units)
		return value_undefined;
	return text_slice(e, text, index, index + 1);
}

static struct value step_into(struct evaluation *e, struct value v, const char *name, size_t length)
{
	switch (v.kind) {
	case VALUE_OBJECT:
		return member(e, v, name, length);
	case VALUE_ARRAY:
		return element(e, v, name, length);
	case VALUE_TEXT:
		return unit(e, v, name, length);
	default:
		return value_undefined;
	}
}

/* What a path, names with dots between, leads to; undefined if to nothing. "" is a name, too. */
static struct value follow(struct evaluation *e, struct value data, struct value path)
{
	const char *name = path.text, *end = path.text + path.length, *dot;

	for (;; name = dot + 1) {
		dot = memchr(name, '.', (size_t)(end - name));
		if (!spend(e, 1))
			return value_undefined;
		data = step_into(e, data, name, (size_t)((dot ? dot : end) - name));
		if (dot == NULL || data.kind == VALUE_UNDEFINED)
			return data;
	}
}

/* The value at a path that may be any value, or the fallback. An empty path is the data itself. */
static struct value look_up(struct evaluation *e, struct value data, struct value path, struct value fallback)
{
	struct value found;

	if (path.kind == VALUE_UNDEFINED || path.kind == VALUE_NULL ||
	    (path.kind == VALUE_TEXT && path.length == 0))
		return data;
	path = value_to_text(e, path);
	if (e->fault)
		return value_undefined;
	found = follow(e, data, path);
	if (found.kind != VALUE_UNDEFINED)
		return found;
	return fallback.kind == VALUE_UNDEFINED ? value_null : fallback;
}

OPERATOR(logic_var)
{
	return look_up(e, data, count > 0 ? args[0] : value_undefined, count > 1 ? args[1] : value_undefined);
}

/* A key that is an array stands for the arguments of a var: path and fallback. */
static bool is_missing(struct evaluation *e, struct value data, struct value key)
{
	const struct list *pair = value_items(e, key);
	struct value v;

	if (pair)
		v = logic_var(e, data, pair->items, pair->count);
	else
		v = look_up(e, data, key, value_undefined);
	return v.kind == VALUE_NULL || (v.kind == VALUE_TEXT && v.length == 0);
}

/* The keys are the arguments, or the items of the first one if that is an array. */
OPERATOR(logic_missing)
{
	const struct list *first = count > 0 ? value_items(e, args[0]) : NULL;
	const struct value *keys = first ? first->items : args;
	struct list *made;
	size_t i;

	if (first)
		count = first->count;
	if ((made = list_new(e, count)) == NULL)
		return value_undefined;
	for (i = 0; i < count && spend(e, 1); i++)
		if (is_missing(e, data, keys[i]))
			list_add(made, keys[i]);
	return value_list(e, made);
}

/*
 * Nothing if at least so many of the options are there, else those that are not. Options that are no
 * array count as one option; the reference takes a text's length for their number.
 */
OPERATOR(logic_missing_some)
{
	const struct list *options = value_items(e, args[1]);
	struct value absent;
	double present;
	enum order order;

	(void)count;
	absent = options ? logic_missing(e, data, options->items, options->count)
			 : logic_missing(e, data, &args[1], 1);
	if (e->fault)
		return value_undefined;
	present = (double)(options ? options->count : 1) - (double)absent.list->count;
	order = value_compare(e, args[0], value_number(present));
	if (order == ORDER_LESS || order == ORDER_EQUAL)
		return value_list(e, list_new(e, 0));
	return absent;
}
