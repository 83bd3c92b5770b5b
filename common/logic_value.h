/*
 * logic_value.h - the values that JsonLogic computes with, and JavaScript's conversions of them
 *
 * For the files of logic.h only. A value is small and passed by copy; what it points at belongs to the
 * data, the rule, or the evaluation. The conversions are those of ECMA-262, section 7.
 */
#ifndef AE_LOGIC_VALUE_H
#define AE_LOGIC_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/json.h"
#include "common/logic.h"

enum value_kind {
	VALUE_UNDEFINED,
	VALUE_NULL,
	VALUE_BOOLEAN,
	VALUE_NUMBER,
	VALUE_TEXT,
	VALUE_ARRAY,
	VALUE_OBJECT
};

struct list;

struct value {
	enum value_kind kind;
	bool boolean;
	double number;
	const char *text; /* UTF-8, NUL-terminated */
	size_t length;
	const struct json *source; /* where it stands in data or rule; NULL if it was made */
	const struct list *list;   /* of an array or object that was made */
};

/* An array that was made, or (with names) an object: what reduce shows its second argument. */
struct list {
	size_t count, depth; /* depth: 1 + that of the deepest item that was made, too */
	const char *const *names;
	struct value items[];
};

/* One evaluation. After a fault every function returns quickly, with whatever value. */
struct evaluation {
	const void *parent;
	void *memory; /* all that is made hangs here; see memory_of */
	struct logic_limits limits;
	size_t steps, bytes;     /* used so far */
	const struct json *rule; /* the operator that is being run */
	const char *fault;       /* NULL: none yet */
	const struct json *where;
	const struct json *large; /* what did not fit into a copy, if it was read */
};

extern const struct value value_undefined, value_null;

/* Of an evaluation; made when it is first needed, since most rules only compare. */
void *memory_of(struct evaluation *e);
void evaluation_fail(struct evaluation *e, const char *fault); /* the first one stays */
bool spend(struct evaluation *e, size_t steps);                /* false: the evaluation is over */
bool spend_text(struct evaluation *e, size_t bytes);           /* for reading that much of a text */

struct value value_of(const struct json *json); /* NULL: undefined */
struct value value_boolean(bool boolean);
struct value value_number(double number);
/* Copies; undefined after a fault. */
struct value value_text(struct evaluation *e, const char *text, size_t length);
/* Takes a list made by list_new whose count is set. */
struct value value_list(struct evaluation *e, struct list *list);

/* Room for that many items, none used; NULL after a fault. */
struct list *list_new(struct evaluation *e, size_t room);
void list_add(struct list *l, struct value item);
/* The items of an array, read from the data if need be; NULL if it is none, or after a fault. */
const struct list *value_items(struct evaluation *e, struct value v);
bool value_true(struct value v);                              /* JsonLogic's, not JavaScript's */
double value_to_number(struct evaluation *e, struct value v); /* ToNumber */
double value_parse_float(struct evaluation *e, struct value v);
struct value value_to_text(struct evaluation *e, struct value v); /* ToString: a VALUE_TEXT, or a fault */
bool value_equal(struct evaluation *e, struct value a, struct value b);     /* == */
bool value_identical(struct evaluation *e, struct value a, struct value b); /* === */

enum order {
	ORDER_LESS,
	ORDER_EQUAL,
	ORDER_GREATER,
	ORDER_NONE /* one of them is not a number */
};
enum order value_compare(struct evaluation *e, struct value a, struct value b); /* for < <= > >= */

/* Copies a value into a JSON tree under parent; NULL after a fault (too large). */
const struct json *value_to_json(struct evaluation *e, const void *parent, struct value v);

/* logic_number.c */
enum {
	NUMBER_TEXT = 64
};
double number_from_text(const char *text, size_t length);            /* ToNumber of a text */
double number_parse_float(const char *text);                         /* parseFloat */
const char *number_to_text(double number, char buffer[NUMBER_TEXT]); /* Number::toString, base 10 */

/* logic_text.c: texts counted in UTF-16 units, as JavaScript does */
size_t text_units(const char *text, size_t length);
struct value text_slice(struct evaluation *e, struct value text, size_t begin, size_t end);
int text_compare(const char *a, size_t a_length, const char *b, size_t b_length); /* by UTF-16 units */
/* Texts put together piece by piece; the whole is bounded by the evaluation's bytes. */
struct text {
	char *bytes;
	size_t length, room;
};
void text_add(struct evaluation *e, struct text *t, const char *bytes, size_t length);
/* As Array.join does: undefined and null leave nothing. */
void text_add_value(struct evaluation *e, struct text *t, struct value v);

#endif
