/*
 * logic_words.c - JsonLogic's texts: cat, substr, log
 */
#include <math.h>

#include "common/logic_run.h"

OPERATOR(logic_cat)
{
	struct text t = {NULL, 0, 0};
	size_t i;

	(void)data;
	text_add(e, &t, "", 0);
	for (i = 0; i < count; i++)
		text_add_value(e, &t, args[i]);
	return e->fault ? value_undefined
			: (struct value){.kind = VALUE_TEXT, .text = t.bytes, .length = t.length};
}

/* A number as a whole one between 0 and most; NaN is 0. */
static size_t clamp(double x, size_t most)
{
	x = trunc(x);
	return x > 0 ? x < (double)most ? (size_t)x : most : 0;
}

/*
 * Start and length in UTF-16 units; a negative start counts from the end, a negative length leaves
 * that many out at the end. A negative length that is no number leaves nothing: the reference adds it
 * to the text's length as a text.
 */
OPERATOR(logic_substr)
{
	struct value text = value_to_text(e, args[0]);
	size_t units, begin, rest, length;
	double start, wanted;

	(void)data;
	if (e->fault || !spend_text(e, text.length))
		return value_undefined;
	units = text_units(text.text, text.length);
	start = trunc(value_to_number(e, args[1]));
	begin = clamp(start < 0 ? (double)units + start : start, units);
	rest = units - begin;
	length = rest;
	if (count > 2 && args[2].kind != VALUE_UNDEFINED) {
		wanted = value_to_number(e, args[2]);
		if (wanted < 0)
			wanted = args[2].kind == VALUE_NUMBER ? (double)rest + wanted : 0;
		length = clamp(wanted, rest);
	}
	return text_slice(e, text, begin, begin + length);
}

/* Rules run a million times a second over members' data, so nothing is written. */
OPERATOR(logic_log)
{
	(void)e;
	(void)data;
	(void)count;
	return args[0];
}
