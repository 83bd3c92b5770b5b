/*
 * logic_convert.c - JavaScript's conversions and comparisons of values
 *
 * ECMA-262: ToNumber (7.1.4), ToString (7.1.17), IsLooselyEqual (7.2.13), IsStrictlyEqual (7.2.14),
 * IsLessThan (7.2.12). Arrays and objects are compared by identity: two of them are equal only when
 * they are the same place in the data, or one value reached twice.
 */
#include <math.h>
#include <string.h>

#include "common/logic_value.h"

static bool is_container(struct value v)
{
	return v.kind == VALUE_ARRAY || v.kind == VALUE_OBJECT;
}

static bool is_absent(struct value v)
{
	return v.kind == VALUE_UNDEFINED || v.kind == VALUE_NULL;
}

struct value value_to_text(struct evaluation *e, struct value v)
{
	static const char *const words[] = {"undefined", "null"};
	struct text t = {NULL, 0, 0};

	if (v.kind == VALUE_TEXT)
		return v;
	if (is_absent(v)) {
		text_add(e, &t, words[v.kind == VALUE_NULL], strlen(words[v.kind == VALUE_NULL]));
	} else {
		text_add(e, &t, "", 0);
		text_add_value(e, &t, v);
	}
	return e->fault ? value_undefined
			: (struct value){.kind = VALUE_TEXT, .text = t.bytes, .length = t.length};
}

/* Arrays and objects become texts, all else stays. */
static struct value to_primitive(struct evaluation *e, struct value v)
{
	return is_container(v) ? value_to_text(e, v) : v;
}

double value_to_number(struct evaluation *e, struct value v)
{
	v = to_primitive(e, v);
	switch (v.kind) {
	case VALUE_NULL:
		return 0;
	case VALUE_BOOLEAN:
		return v.boolean;
	case VALUE_NUMBER:
		return v.number;
	case VALUE_TEXT:
		spend_text(e, v.length);
		return number_from_text(v.text, v.length);
	default:
		return (double)NAN;
	}
}

double value_parse_float(struct evaluation *e, struct value v)
{
	if (v.kind == VALUE_NUMBER)
		return v.number == 0 ? 0 : v.number; /* by way of a text, which loses the sign of -0 */
	v = to_primitive(e, v);
	if (v.kind != VALUE_TEXT)
		return (double)NAN;
	spend_text(e, v.length);
	return number_parse_float(v.text);
}

static bool same_text(struct evaluation *e, struct value a, struct value b)
{
	return a.length == b.length && spend_text(e, a.length) && memcmp(a.text, b.text, a.length) == 0;
}

bool value_identical(struct evaluation *e, struct value a, struct value b)
{
	if (a.kind != b.kind)
		return false;
	switch (a.kind) {
	case VALUE_BOOLEAN:
		return a.boolean == b.boolean;
	case VALUE_NUMBER:
		return a.number == b.number;
	case VALUE_TEXT:
		return same_text(e, a, b);
	case VALUE_ARRAY:
	case VALUE_OBJECT:
		return a.source == b.source && a.list == b.list;
	default:
		return true;
	}
}

bool value_equal(struct evaluation *e, struct value a, struct value b)
{
	if (is_absent(a) || is_absent(b))
		return is_absent(a) && is_absent(b);
	if (a.kind == b.kind || (is_container(a) && is_container(b)))
		return value_identical(e, a, b);
	a = to_primitive(e, a);
	b = to_primitive(e, b);
	if (a.kind == VALUE_TEXT && b.kind == VALUE_TEXT)
		return same_text(e, a, b);
	return value_to_number(e, a) == value_to_number(e, b);
}

enum order value_compare(struct evaluation *e, struct value a, struct value b)
{
	double x, y;
	int c;

	a = to_primitive(e, a);
	b = to_primitive(e, b);
	if (a.kind == VALUE_TEXT && b.kind == VALUE_TEXT) {
		spend_text(e, a.length < b.length ? a.length : b.length);
		c = text_compare(a.text, a.length, b.text, b.length);
		return c < 0 ? ORDER_LESS : c > 0 ? ORDER_GREATER : ORDER_EQUAL;
	}
	x = value_to_number(e, a);
	y = value_to_number(e, b);
	if (isnan(x) || isnan(y))
		return ORDER_NONE;
	return x < y ? ORDER_LESS : x > y ? ORDER_GREATER : ORDER_EQUAL;
}
