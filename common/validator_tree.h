/*
 * validator_tree.h - a schema as it was read, private to the files of the validator
 *
 * validator.c and validator_refs.c read, validator_keywords.c is the table of keywords, validator_rules.c and
 * validator_values.c hold what each of them asks of a value.
 */
#ifndef AE_VALIDATOR_TREE_H
#define AE_VALIDATOR_TREE_H

#include "common/pattern.h"
#include "common/validator.h"

struct validator_node;

/* What must stand behind a keyword. */
enum validator_form {
	FORM_NOTE, /* anything */
	FORM_TYPES,
	FORM_VALUE,
	FORM_VALUES, /* an array */
	FORM_NAMES,  /* an array of texts, each once */
	FORM_SIZE,   /* an integer from 0 */
	FORM_NUMBER,
	FORM_DIVISOR, /* a number above 0 */
	FORM_BOOLEAN,
	FORM_PATTERN,
	FORM_NAMED_FORMAT,
	FORM_DIALECT,
	FORM_REF,
	FORM_SCHEMA,
	FORM_SCHEMA_LIST,
	FORM_SCHEMAS_BY_NAME,
	FORM_COUNT
};

/* One keyword of a schema. */
struct validator_rule {
	const struct validator_keyword *keyword;
	const struct json *value; /* what stands behind it */
	const struct validator_node *owner;
	struct validator_node **under; /* schemas in it, in the order of value */
	size_t under_count;
	struct pattern *pattern;
};

struct validator_node {
	const struct json *schema; /* an object, or a boolean */
	struct validator_rule *rules;
	size_t rule_count;
	int height; /* schemas that hold for the same value through this one; 0 = not counted yet */
	bool counting;
};

struct validator {
	struct validator_node *root;
};

/* While a schema is read. */
struct validator_reading {
	const void *parent;
	const struct json *root; /* the schema */
	struct validator *out;
	struct validator_node *nodes[VALIDATOR_SCHEMAS_MAX]; /* in the order they were read */
	size_t node_count;
	struct fault *fault;
};

/* A value on its way through the rules. */
struct checking {
	const void *parent;
	const struct json *root;
	const char *at;
	struct fault *faults;
	size_t count, most;
	int quiet; /* inside alternatives nobody is told what is wrong with one of them */
	int64_t steps;
};

struct validator_keyword {
	const char *name;
	enum validator_form form;
	bool in_place; /* its schemas hold for the same value */
	bool (*check)(struct checking *c, const struct validator_rule *r,
		      const struct json *v); /* may be NULL */
};

const struct validator_keyword *validator_keyword_find(const char *name);

/* Puts the fault; false. */
bool validator_wrong(struct validator_reading *r, const struct json *place, const char *detail);
/* Follows the references of everything that was read. */
bool validator_link(struct validator_reading *r);

/* Whether the value is what the schema wants; if not, and unless quiet, it is told. */
bool validator_node_check(struct checking *c, const struct validator_node *n, const struct json *v);
/* Tells a fault of the value, or of its member `name`; false. */
bool validator_refuse(struct checking *c, const struct json *v, const char *name, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* JSON Schema's names of types as bits of enum json_kind; 0: there is no such type. */
unsigned validator_type_bits(const char *name);
bool validator_format_known(const char *name);
const char *validator_format_fault(const char *name, const char *text, size_t length); /* NULL: good */
bool validator_equal(struct checking *c, const struct json *a, const struct json *b);

/* validator_rules.c, validator_values.c */
#define VALIDATOR_CHECK(name) \
	bool check_##name(struct checking *c, const struct validator_rule *r, const struct json *v);
VALIDATOR_CHECK(type)
VALIDATOR_CHECK(enum)
VALIDATOR_CHECK(const)
VALIDATOR_CHECK(minimum)
VALIDATOR_CHECK(maximum)
VALIDATOR_CHECK(exclusive_minimum)
VALIDATOR_CHECK(exclusive_maximum)
VALIDATOR_CHECK(multiple_of)
VALIDATOR_CHECK(min_length)
VALIDATOR_CHECK(max_length)
VALIDATOR_CHECK(pattern)
VALIDATOR_CHECK(format)
VALIDATOR_CHECK(required)
VALIDATOR_CHECK(properties)
VALIDATOR_CHECK(additional_properties)
VALIDATOR_CHECK(min_properties)
VALIDATOR_CHECK(max_properties)
VALIDATOR_CHECK(items)
VALIDATOR_CHECK(prefix_items)
VALIDATOR_CHECK(min_items)
VALIDATOR_CHECK(max_items)
VALIDATOR_CHECK(unique_items)
VALIDATOR_CHECK(all_of)
VALIDATOR_CHECK(any_of)
VALIDATOR_CHECK(one_of)
VALIDATOR_CHECK(not )
VALIDATOR_CHECK(ref)
#undef VALIDATOR_CHECK

#endif
