/*
 * validator.c - reads a schema: every keyword and what stands behind it
 */
#include <string.h>
#include <talloc.h>

#include "common/validator_tree.h"

static struct validator_node *read_node(struct validator_reading *r, const struct json *schema);

bool validator_wrong(struct validator_reading *r, const struct json *place, const char *detail)
{
	*r->fault = (struct fault){json_pointer(r->parent, place), detail};
	return false;
}

/* --- what stands behind a keyword ---------------------------------------------------------------- */

static bool read_note(struct validator_reading *r, struct validator_rule *rule)
{
	(void)r;
	(void)rule;
	return true;
}

static bool read_types(struct validator_reading *r, struct validator_rule *rule)
{
	const struct json *v = rule->value->kind == JSON_ARRAY ? rule->value->first : rule->value;

	if (v == NULL)
		return validator_wrong(r, rule->value, "must name at least one type");
	for (; v; v = v == rule->value ? NULL : v->next)
		if (v->kind != JSON_TEXT || validator_type_bits(v->text) == 0)
			return validator_wrong(
				r, v,
				"must be a type: string, integer, number, boolean, array, object, null");
	return true;
}

static bool read_values(struct validator_reading *r, struct validator_rule *rule)
{
	return rule->value->kind == JSON_ARRAY || validator_wrong(r, rule->value, "must be an array");
}

static bool read_names(struct validator_reading *r, struct validator_rule *rule)
{
	const struct json *v;

	if (rule->value->kind != JSON_ARRAY)
		return validator_wrong(r, rule->value, "must be an array of names");
	for (v = rule->value->first; v; v = v->next)
		if (v->kind != JSON_TEXT)
			return validator_wrong(r, v, "must be a name");
	return true;
}

static bool read_size(struct validator_reading *r, struct validator_rule *rule)
{
	return (rule->value->kind == JSON_INTEGER && rule->value->integer >= 0) ||
	       validator_wrong(r, rule->value, "must be an integer from 0");
}

static bool read_number(struct validator_reading *r, struct validator_rule *rule)
{
	return rule->value->kind == JSON_INTEGER || rule->value->kind == JSON_REAL ||
	       validator_wrong(r, rule->value, "must be a number");
}

static bool read_divisor(struct validator_reading *r, struct validator_rule *rule)
{
	return read_number(r, rule) &&
	       (rule->value->real > 0 || validator_wrong(r, rule->value, "must be above 0"));
}

static bool read_boolean(struct validator_reading *r, struct validator_rule *rule)
{
	return rule->value->kind == JSON_BOOLEAN || validator_wrong(r, rule->value, "must be true or false");
}

static bool read_pattern(struct validator_reading *r, struct validator_rule *rule)
{
	const char *error = "must be a text";

	if (rule->value->kind == JSON_TEXT)
		rule->pattern = pattern_parse(r->out, rule->value->text, rule->value->length, &error);
	return rule->pattern || validator_wrong(r, rule->value, error);
}

static bool read_named_format(struct validator_reading *r, struct validator_rule *rule)
{
	return (rule->value->kind == JSON_TEXT && validator_format_known(rule->value->text)) ||
	       validator_wrong(r, rule->value,
			       "must be one of date-time, date, email, uri: others are not checked");
}

static bool read_dialect(struct validator_reading *r, struct validator_rule *rule)
{
	static const char dialect[] = "https://json-schema.org/draft/2020-12/schema";

	return (rule->value->kind == JSON_TEXT &&
		strncmp(rule->value->text, dialect, sizeof(dialect) - 1) == 0 &&
		rule->value->text[sizeof(dialect) - 1 + (rule->value->text[sizeof(dialect) - 1] == '#')] ==
			'\0') ||
	       validator_wrong(r, rule->value, "must be https://json-schema.org/draft/2020-12/schema");
}

/* Where it leads is looked up once everything is read. */
static bool read_ref(struct validator_reading *r, struct validator_rule *rule)
{
	return rule->value->kind == JSON_TEXT || validator_wrong(r, rule->value, "must be a text");
}

static bool read_schemas(struct validator_reading *r, struct validator_rule *rule)
{
	const struct json *v;

	rule->under = talloc_array(r->out, struct validator_node *, rule->value->count + 1);
	for (v = rule->value->first; v; v = v->next)
		if ((rule->under[rule->under_count++] = read_node(r, v)) == NULL)
			return false;
	return true;
}

static bool read_schema(struct validator_reading *r, struct validator_rule *rule)
{
	rule->under = talloc_array(r->out, struct validator_node *, 1);
	rule->under_count = 1;
	return (rule->under[0] = read_node(r, rule->value)) != NULL;
}

static bool read_schema_list(struct validator_reading *r, struct validator_rule *rule)
{
	if (rule->value->kind != JSON_ARRAY || rule->value->count == 0)
		return validator_wrong(r, rule->value, "must be an array of at least one schema");
	return read_schemas(r, rule);
}

static bool read_schemas_by_name(struct validator_reading *r, struct validator_rule *rule)
{
	if (rule->value->kind != JSON_OBJECT)
		return validator_wrong(r, rule->value, "must be an object of schemas");
	return read_schemas(r, rule);
}

static bool (*const readers[FORM_COUNT])(struct validator_reading *, struct validator_rule *) = {
	[FORM_NOTE] = read_note,
	[FORM_TYPES] = read_types,
	[FORM_VALUE] = read_note,
	[FORM_VALUES] = read_values,
	[FORM_NAMES] = read_names,
	[FORM_SIZE] = read_size,
	[FORM_NUMBER] = read_number,
	[FORM_DIVISOR] = read_divisor,
	[FORM_BOOLEAN] = read_boolean,
	[FORM_PATTERN] = read_pattern,
	[FORM_NAMED_FORMAT] = read_named_format,
	[FORM_DIALECT] = read_dialect,
	[FORM_REF] = read_ref,
	[FORM_SCHEMA] = read_schema,
	[FORM_SCHEMA_LIST] = read_schema_list,
	[FORM_SCHEMAS_BY_NAME] = read_schemas_by_name,
};

/* --- schemas ------------------------------------------------------------------------------------- */

static bool read_rules(struct validator_reading *r, struct validator_node *n)
{
	const struct json *v;

	n->rules = talloc_zero_array(r->out, struct validator_rule, n->schema->count + 1);
	for (v = n->schema->first; v; v = v->next) {
		struct validator_rule *rule = &n->rules[n->rule_count++];

		*rule = (struct validator_rule){validator_keyword_find(v->name), v, n, NULL, 0, NULL};
		if (rule->keyword == NULL)
			return validator_wrong(r, v, "is a keyword that is not supported");
		if (!readers[rule->keyword->form](r, rule))
			return false;
	}
	return true;
}

static struct validator_node *read_node(struct validator_reading *r, const struct json *schema)
{
	struct validator_node *n;

	if (schema->kind != JSON_OBJECT && schema->kind != JSON_BOOLEAN) {
		validator_wrong(r, schema, "must be a schema: an object, true or false");
		return NULL;
	}
	if (r->node_count == VALIDATOR_SCHEMAS_MAX) {
		validator_wrong(r, schema, "is one schema too many");
		return NULL;
	}
	n = talloc_zero(r->out, struct validator_node);
	n->schema = schema;
	r->nodes[r->node_count++] = n;
	return schema->kind == JSON_BOOLEAN || read_rules(r, n) ? n : NULL;
}

struct validator *validator_read(const void *parent, const struct json *schema, struct fault *fault)
{
	struct validator *v = talloc_zero(parent, struct validator);
	struct validator_reading *r = talloc_zero(v, struct validator_reading);

	r->parent = parent;
	r->root = schema;
	r->out = v;
	r->fault = fault;
	v->root = read_node(r, schema);
	if (v->root == NULL || !validator_link(r)) {
		talloc_free(v);
		return NULL;
	}
	talloc_free(r);
	return v;
}
