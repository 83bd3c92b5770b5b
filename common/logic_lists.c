/*
 * logic_lists.c - JsonLogic's operators on arrays
 *
 * The second argument of map, filter, all, none and some sees an element as its data; that of reduce
 * an object with "current" and "accumulator". Neither sees the data around it.
 */
#include <string.h>
#include <talloc.h>

#include "common/logic_run.h"

/* The items of the first argument; NULL if it is no array, or after a fault. */
static const struct list *first_items(struct evaluation *e, struct value data, const struct node *args)
{
	return value_items(e, node_value(e, &args[0], data));
}

/* What is not an array has no elements. */
static struct value no_items(struct evaluation *e)
{
	return value_list(e, list_new(e, 0));
}

LAZY_OPERATOR(logic_map)
{
	const struct list *items = first_items(e, data, args);
	struct list *made;
	size_t i;

	(void)count;
	if (items == NULL || (made = list_new(e, items->count)) == NULL)
		return no_items(e);
	for (i = 0; i < items->count && !e->fault; i++)
		list_add(made, node_value(e, &args[1], items->items[i]));
	return value_list(e, made);
}

LAZY_OPERATOR(logic_filter)
{
	const struct list *items = first_items(e, data, args);
	struct list *made;
	size_t i;

	(void)count;
	if (items == NULL || (made = list_new(e, items->count)) == NULL)
		return no_items(e);
	for (i = 0; i < items->count && !e->fault; i++)
		if (value_true(node_value(e, &args[1], items->items[i])))
			list_add(made, items->items[i]);
	return value_list(e, made);
}

LAZY_OPERATOR(logic_reduce)
{
	static const char *const names[] = {"current", "accumulator"};
	const struct list *items = first_items(e, data, args);
	struct value sum = count > 2 ? node_value(e, &args[2], data) : value_null;
	struct list *scope;
	size_t i;

	for (i = 0; items && i < items->count && (scope = list_new(e, 2)) != NULL; i++) {
		scope->names = names;
		list_add(scope, items->items[i]);
		list_add(scope, sum);
		sum = node_value(e, &args[1], value_list(e, scope));
	}
	return sum;
}

/* Whether there is an element for which the second argument's truth is `wanted`. */
static bool exists(struct evaluation *e, const struct list *items, const struct node *test, bool wanted)
{
	size_t i;

	for (i = 0; items && i < items->count && !e->fault; i++)
		if (value_true(node_value(e, test, items->items[i])) == wanted)
			return true;
	return false;
}

/* Of no elements at all it is false. */
LAZY_OPERATOR(logic_all)
{
	const struct list *items = first_items(e, data, args);

	(void)count;
	return value_boolean(items && items->count > 0 && !exists(e, items, &args[1], false));
}

LAZY_OPERATOR(logic_none)
{
	(void)count;
	return value_boolean(!exists(e, first_items(e, data, args), &args[1], true));
}

LAZY_OPERATOR(logic_some)
{
	(void)count;
	return value_boolean(exists(e, first_items(e, data, args), &args[1], true));
}

/* One array of all arguments, of which arrays count as their items. */
OPERATOR(logic_merge)
{
	const struct list **parts = talloc_zero_array(memory_of(e), const struct list *, count);
	struct list *made;
	size_t total = 0, i, k;

	(void)data;
	for (i = 0; i < count; i++) {
		parts[i] = value_items(e, args[i]);
		total += parts[i] ? parts[i]->count : 1;
	}
	if ((made = list_new(e, total)) == NULL)
		return value_undefined;
	for (i = 0; i < count; i++)
		if (parts[i])
			for (k = 0; k < parts[i]->count; k++)
				list_add(made, parts[i]->items[k]);
		else
			list_add(made, args[i]);
	return value_list(e, made);
}

/* In a text: as a part of it. In an array: as an element, by ===. In anything else: no. */
OPERATOR(logic_in)
{
	const struct list *items;
	struct value part;
	size_t i;

	(void)data;
	(void)count;
	if (args[1].kind == VALUE_TEXT && args[1].length > 0) {
		part = value_to_text(e, args[0]);
		return value_boolean(!e->fault && spend_text(e, args[1].length) &&
				     memmem(args[1].text, args[1].length, part.text, part.length));
	}
	items = value_items(e, args[1]);
	for (i = 0; items && i < items->count; i++)
		if (value_identical(e, args[0], items->items[i]))
			return value_boolean(true);
	return value_boolean(false);
}
