/*
 * validator.h - a JSON Schema (2020-12) that somebody wrote, read once and held against values
 *
 * For documents that come at run time: the variables of a template. The schemas of events are compiled with
 * the programs (schema.h). A validator promises no more than it keeps: a keyword that it does not know is
 * refused when the schema is read, unless it is a mere note (title, description, default, examples ...).
 *
 *   type, enum, const, required, properties, additionalProperties, minProperties, maxProperties, items,
 *   prefixItems, minItems, maxItems, uniqueItems, minimum, maximum, exclusiveMinimum, exclusiveMaximum,
 *   multipleOf, minLength, maxLength, pattern, format (date-time, date, email, uri), allOf, anyOf, oneOf,
 *   not, $defs, $ref to "#" and "#/$defs/NAME"
 */
#ifndef AE_VALIDATOR_H
#define AE_VALIDATOR_H

#include "common/json.h"
#include "common/problem.h"

enum {
	VALIDATOR_SCHEMAS_MAX = 2000,  /* inside one schema */
	VALIDATOR_REFS_MAX = 32,       /* schemas that hold for the same value, one through the other */
	VALIDATOR_STEPS_MAX = 5000000, /* of work on one value; some tens of milliseconds */
};

struct validator;

/*
 * The schema must live as long as the validator. NULL: *fault names the place in the schema's document
 * ("/schema/properties/x/pattern") and what is wrong there.
 */
struct validator *validator_read(const void *parent, const struct json *schema, struct fault *fault);

/*
 * What is wrong with a value: how many faults, at most `most`, their texts under parent. Pointers begin with
 * `at`, which stands for the value itself ("/variables").
 */
size_t validator_check(const void *parent, const struct validator *v, const struct json *value,
		       const char *at, struct fault *faults, size_t most);

#endif
