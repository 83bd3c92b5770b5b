/*
 * logic.h - JsonLogic: conditions and small calculations written as JSON, over JSON data
 *
 * The language is that of jsonlogic.com; results, JavaScript's conversions included, are those of
 * its reference implementation (json-logic-js 2.0.5). A rule is checked once by logic_parse and may
 * then be evaluated as often as wanted. Rules and data are hostile input: every evaluation is bounded.
 *
 * Where this differs from the reference:
 * - an unknown operator or a wrong number of arguments is refused when the rule is parsed, even in a
 *   branch that would never run; `log` passes its argument on and writes nothing;
 * - `var` sees what is in the data (and the length of arrays and texts), never JavaScript's built-in
 *   properties; data is never run as a rule, not even through `missing` and `missing_some`;
 * - an object becomes the text "[object Object]" even if it has a member "toString" or "valueOf";
 * - half of a surrogate pair, cut off by `substr` or an index, becomes U+FFFD;
 * - numbers count as doubles, but an integer that is only passed on keeps all its 64 bits.
 *
 * Beyond the reference (logic_extensions.c): `days_between`, `day_of`, `same_day`, `days_until`,
 * `anniversary`.
 */
#ifndef AE_LOGIC_H
#define AE_LOGIC_H

#include <stdbool.h>
#include <stddef.h>

struct json;
struct logic;

enum {
	LOGIC_NODES_MAX = 10000, /* values in a rule */
	LOGIC_DEPTH_MAX = 64     /* their nesting: each operator with a list of arguments takes two */
};

/* What one evaluation may use. A member that is 0 stands for its default. */
struct logic_limits {
	size_t steps;  /* operators run, elements visited or copied, 256 bytes of text read: 10000 */
	size_t depth;  /* nesting of arrays and objects in values that are made: 32, as json_parse reads */
	size_t values; /* values in the result: 100000 */
	size_t bytes;  /* all text that is made on the way; text in the result: 1 MiB each */
};

/*
 * Checks a rule and keeps a copy of it, under parent. NULL on a fault: *error (under parent too)
 * then begins with the JSON pointer of the place in the rule.
 */
struct logic *logic_parse(const void *parent, const struct json *rule, const char **error);
/* The same, with place and fault apart, for whoever answers with pointers. */
struct logic *logic_parse_at(const void *parent, const struct json *rule, const char **pointer,
			     const char **fault);

/*
 * The rule's value for this data (NULL: none, which reads as null). *value hangs under parent and
 * shares nothing with rule or data; what JSON cannot say (undefined, NaN, infinities) is null.
 * limits may be NULL. False if a limit was reached: *error says which, and where in the rule.
 */
bool logic_evaluate(const void *parent, const struct logic *l, const struct json *data,
		    const struct logic_limits *limits, const struct json **value, const char **error);

/* The same for whoever wants to know only whether the rule is true: much cheaper, since no value is made. */
bool logic_judge(const void *parent, const struct logic *l, const struct json *data,
		 const struct logic_limits *limits, bool *truth, const char **error);

/*
 * Whether somebody may have meant this as a condition: an operator, or true or false. Anything else is data
 * to JsonLogic, two operators in one object included, and as a condition the same of everybody.
 */
bool logic_may_be_condition(const struct json *rule);

/* JsonLogic's truth: null, false, 0, "" and [] are false, all else (also "0" and {}) is true. */
bool logic_true(const struct json *value);

/* What a rule reads. */
struct logic_variables {
	const char **paths;  /* each once, in the order of the rule; "" is the whole data */
	const char **places; /* of each the JSON pointer, in the rule, of where it is read first */
	size_t count;
	bool dynamic;              /* some path is computed, so that the list is not all */
	const char *dynamic_place; /* the pointer of the first such */
};

/*
 * The paths that `var`, `missing` and `missing_some` read from the data itself, under parent. Paths
 * inside the second argument of map, filter, all, none, some and reduce are relative to an element
 * and are not listed; what names the elements is. Beside the text paths, the paths listed are those
 * that are written as literals; `dynamic` tells whether there are others.
 */
struct logic_variables *logic_variables(const void *parent, const struct logic *l);

#endif
