/*
 * validator_keywords.c - the keywords of JSON Schema that a validator knows
 *
 * What is not here would be left unchecked, so a schema with it is refused.
 */
#include <string.h>

#include "common/validator_tree.h"

static const struct validator_keyword keywords[] = {
	{"$comment", FORM_NOTE, false, NULL},
	{"$defs", FORM_SCHEMAS_BY_NAME, false, NULL},
	{"$ref", FORM_REF, true, check_ref},
	{"$schema", FORM_DIALECT, false, NULL},
	{"additionalProperties", FORM_SCHEMA, false, check_additional_properties},
	{"allOf", FORM_SCHEMA_LIST, true, check_all_of},
	{"anyOf", FORM_SCHEMA_LIST, true, check_any_of},
	{"const", FORM_VALUE, false, check_const},
	{"default", FORM_NOTE, false, NULL},
	{"deprecated", FORM_NOTE, false, NULL},
	{"description", FORM_NOTE, false, NULL},
	{"enum", FORM_VALUES, false, check_enum},
	{"examples", FORM_NOTE, false, NULL},
	{"exclusiveMaximum", FORM_NUMBER, false, check_exclusive_maximum},
	{"exclusiveMinimum", FORM_NUMBER, false, check_exclusive_minimum},
	{"format", FORM_NAMED_FORMAT, false, check_format},
	{"items", FORM_SCHEMA, false, check_items},
	{"maxItems", FORM_SIZE, false, check_max_items},
	{"maxLength", FORM_SIZE, false, check_max_length},
	{"maxProperties", FORM_SIZE, false, check_max_properties},
	{"maximum", FORM_NUMBER, false, check_maximum},
	{"minItems", FORM_SIZE, false, check_min_items},
	{"minLength", FORM_SIZE, false, check_min_length},
	{"minProperties", FORM_SIZE, false, check_min_properties},
	{"minimum", FORM_NUMBER, false, check_minimum},
	{"multipleOf", FORM_DIVISOR, false, check_multiple_of},
	{"not", FORM_SCHEMA, true, check_not},
	{"oneOf", FORM_SCHEMA_LIST, true, check_one_of},
	{"pattern", FORM_PATTERN, false, check_pattern},
	{"prefixItems", FORM_SCHEMA_LIST, false, check_prefix_items},
	{"properties", FORM_SCHEMAS_BY_NAME, false, check_properties},
	{"readOnly", FORM_NOTE, false, NULL},
	{"required", FORM_NAMES, false, check_required},
	{"title", FORM_NOTE, false, NULL},
	{"type", FORM_TYPES, false, check_type},
	{"uniqueItems", FORM_BOOLEAN, false, check_unique_items},
	{"writeOnly", FORM_NOTE, false, NULL},
};

/* Names that begin with "x-" are anybody's notes, as OpenAPI has it. */
static const struct validator_keyword note = {"x-", FORM_NOTE, false, NULL};

const struct validator_keyword *validator_keyword_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++)
		if (strcmp(keywords[i].name, name) == 0)
			return &keywords[i];
	return strncmp(name, "x-", 2) == 0 ? &note : NULL;
}

unsigned validator_type_bits(const char *name)
{
	static const struct {
		const char *name;
		unsigned kinds;
	} types[] = {
		{"string", 1u << JSON_TEXT},
		{"integer", 1u << JSON_INTEGER},
		{"number", 1u << JSON_INTEGER | 1u << JSON_REAL},
		{"boolean", 1u << JSON_BOOLEAN},
		{"array", 1u << JSON_ARRAY},
		{"object", 1u << JSON_OBJECT},
		{"null", 1u << JSON_NULL},
	};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (strcmp(types[i].name, name) == 0)
			return types[i].kinds;
	return 0;
}
