/*
 * logic_compare.c - JsonLogic's comparisons, and what decides by truth: !, !!, if, and, or
 */
#include "common/logic_run.h"

#define UNUSED (void)data, (void)count

OPERATOR(logic_equal)
{
	UNUSED;
	return value_boolean(value_equal(e, args[0], args[1]));
}

OPERATOR(logic_unequal)
{
	UNUSED;
	return value_boolean(!value_equal(e, args[0], args[1]));
}

OPERATOR(logic_identical)
{
	UNUSED;
	return value_boolean(value_identical(e, args[0], args[1]));
}

OPERATOR(logic_different)
{
	UNUSED;
	return value_boolean(!value_identical(e, args[0], args[1]));
}

static bool less(struct evaluation *e, struct value a, struct value b)
{
	return value_compare(e, a, b) == ORDER_LESS;
}

static bool less_or_equal(struct evaluation *e, struct value a, struct value b)
{
	enum order order = value_compare(e, a, b);

	return order == ORDER_LESS || order == ORDER_EQUAL;
}

/* Three arguments: the second lies between the others. A third that is undefined does not count. */
OPERATOR(logic_less)
{
	bool two = count < 3 || args[2].kind == VALUE_UNDEFINED;

	(void)data;
	return value_boolean(less(e, args[0], args[1]) && (two || less(e, args[1], args[2])));
}

OPERATOR(logic_less_or_equal)
{
	bool two = count < 3 || args[2].kind == VALUE_UNDEFINED;

	(void)data;
	return value_boolean(less_or_equal(e, args[0], args[1]) &&
			     (two || less_or_equal(e, args[1], args[2])));
}

OPERATOR(logic_greater)
{
	UNUSED;
	return value_boolean(less(e, args[1], args[0]));
}

OPERATOR(logic_greater_or_equal)
{
	UNUSED;
	return value_boolean(less_or_equal(e, args[1], args[0]));
}

OPERATOR(logic_not)
{
	UNUSED;
	(void)e;
	return value_boolean(!value_true(args[0]));
}

OPERATOR(logic_truth)
{
	UNUSED;
	(void)e;
	return value_boolean(value_true(args[0]));
}

/* Pairs of condition and value, then perhaps a value for when none was true. */
LAZY_OPERATOR(logic_if)
{
	size_t i;

	for (i = 0; i + 1 < count; i += 2)
		if (value_true(node_value(e, &args[i], data)))
			return node_value(e, &args[i + 1], data);
	return i < count ? node_value(e, &args[i], data) : value_null;
}

/* The first value whose truth is `wanted`, or the last one; of none, undefined. */
static struct value first_of(struct evaluation *e, struct value data, const struct node *args, size_t count,
			     bool wanted)
{
	struct value v = value_undefined;
	size_t i;

	for (i = 0; i < count; i++) {
		v = node_value(e, &args[i], data);
		if (value_true(v) == wanted)
			break;
	}
	return v;
}

LAZY_OPERATOR(logic_and)
{
	return first_of(e, data, args, count, false);
}

LAZY_OPERATOR(logic_or)
{
	return first_of(e, data, args, count, true);
}
