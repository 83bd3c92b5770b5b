/*
 * schema.h - checks JSON against the subset of JSON Schema that proto/events/ uses
 *
 * The rows are made by proto/generate.py. Unknown members pass; missing and ill-typed ones are
 * named. null counts as absent.
 */
#ifndef AE_SCHEMA_H
#define AE_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/json.h"

enum schema_kind {
	SCHEMA_TEXT,
	SCHEMA_INTEGER,
	SCHEMA_REAL,
	SCHEMA_BOOLEAN,
	SCHEMA_OBJECT,
	SCHEMA_ARRAY
};
enum schema_format {
	FORMAT_ANY,
	FORMAT_INSTANT,
	FORMAT_DAY,
	FORMAT_MEMBER,
	FORMAT_CURRENCY
};

struct schema {
	const char *name; /* of the member; NULL for an array's items */
	enum schema_kind kind;
	bool required;
	enum schema_format format;
	int64_t minimum, maximum;    /* of a number; of a text's or array's length */
	const char *const *values;   /* an enumeration, NULL-terminated */
	const struct schema *fields; /* of an object; of an array one row, its items */
	size_t field_count;
};

struct schema_fault {
	const char *pointer, *code, *detail;
};

/* True if value satisfies s; else *fault (its texts under parent) names the first failing place. */
bool schema_check(const void *parent, const struct schema *s, const struct json *value,
		  struct schema_fault *fault);

extern const struct schema event_schemas[]; /* of the data of each event taken in, sorted by type */
extern const size_t event_schema_count;

const struct schema *event_schema(const char *type); /* NULL: no such event */

#endif
