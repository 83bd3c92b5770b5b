/*
 * logic_arithmetic.c - JsonLogic's numbers
 *
 * + and * read texts as parseFloat does ("3 apples" is 3), the others as Number does (NaN).
 */
#include <math.h>

#include "common/logic_run.h"

OPERATOR(logic_add)
{
	double sum = 0;
	size_t i;

	(void)data;
	for (i = 0; i < count; i++)
		sum += value_parse_float(e, args[i]);
	return value_number(sum);
}

/* A single argument stays what it is, a text too. */
OPERATOR(logic_multiply)
{
	double product;
	size_t i;

	(void)data;
	if (count == 1)
		return args[0];
	product = value_parse_float(e, args[0]);
	for (i = 1; i < count; i++) {
		/* each result goes through a text again, in which -0 is 0 */
		product = product == 0 ? 0 : product;
		product *= value_parse_float(e, args[i]);
	}
	return value_number(product);
}

OPERATOR(logic_subtract)
{
	double x = value_to_number(e, args[0]);

	(void)data;
	if (count < 2 || args[1].kind == VALUE_UNDEFINED)
		return value_number(-x);
	return value_number(x - value_to_number(e, args[1]));
}

OPERATOR(logic_divide)
{
	double x = value_to_number(e, args[0]), y = value_to_number(e, args[1]);

	(void)data;
	(void)count;
	if (y == 0) /* C leaves it open, IEEE 754 does not */
		return value_number(x == 0 || isnan(x)         ? (double)NAN
				    : signbit(x) == signbit(y) ? (double)INFINITY
							       : -(double)INFINITY);
	return value_number(x / y);
}

/* fmod is JavaScript's %, with the sign of the dividend. */
OPERATOR(logic_remainder)
{
	(void)data;
	(void)count;
	return value_number(fmod(value_to_number(e, args[0]), value_to_number(e, args[1])));
}

/* NaN wins over all, 0 is above -0. Of no arguments: an infinity. */
static struct value extreme(struct evaluation *e, const struct value *args, size_t count, bool max)
{
	double best = max ? -(double)INFINITY : (double)INFINITY, x;
	size_t i;

	for (i = 0; i < count; i++) {
		x = value_to_number(e, args[i]);
		if (isnan(x) || isnan(best))
			best = (double)NAN;
		else if (x == best ? (signbit(x) != 0) != max : max ? x > best : x < best)
			best = x;
	}
	return value_number(best);
}

OPERATOR(logic_max)
{
	(void)data;
	return extreme(e, args, count, true);
}

OPERATOR(logic_min)
{
	(void)data;
	return extreme(e, args, count, false);
}
