/*
 * validator_rules.c - what the keywords ask of objects and arrays, and of a value as a whole
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/validator_tree.h"

/* --- any value ------------------------------------------------------------------------------------- */

/* 1e20 is an integer too, though it does not fit into one. */
static bool has_type(const char *type, const struct json *v)
{
	if (validator_type_bits(type) >> v->kind & 1)
		return true;
	return v->kind == JSON_REAL && strcmp(type, "integer") == 0 && v->real == floor(v->real);
}

bool check_type(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	const struct json *type = r->value->kind == JSON_ARRAY ? r->value->first : r->value;
	char *list = NULL;

	for (; type; type = type == r->value ? NULL : type->next)
		if (has_type(type->text, v))
			return true;
	if (c->quiet > 0)
		return false;
	if (r->value->kind != JSON_ARRAY)
		return validator_refuse(c, v, NULL, "must be of type %s", r->value->text);
	list = talloc_strdup(c->parent, "must be of one of the types");
	for (type = r->value->first; type; type = type->next)
		list = talloc_asprintf_append(list, "%s %s", type == r->value->first ? "" : ",", type->text);
	return validator_refuse(c, v, NULL, "%s", list);
}

bool check_enum(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	const struct json *one;

	for (one = r->value->first; one; one = one->next)
		if (validator_equal(c, one, v))
			return true;
	return validator_refuse(c, v, NULL, "is not one of the values that are allowed");
}

bool check_const(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	return validator_equal(c, r->value, v) ||
	       validator_refuse(c, v, NULL, "is not the one value that is allowed");
}

bool check_ref(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	return validator_node_check(c, r->under[0], v);
}

bool check_all_of(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	bool good = true;
	size_t i;

	for (i = 0; i < r->under_count && (good || c->quiet == 0); i++)
		good &= validator_node_check(c, r->under[i], v);
	return good;
}

/* Looks without telling. */
static bool fits(struct checking *c, const struct validator_node *n, const struct json *v)
{
	bool good;

	c->quiet++;
	good = validator_node_check(c, n, v);
	c->quiet--;
	return good;
}

bool check_any_of(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	size_t i;

	for (i = 0; i < r->under_count; i++)
		if (fits(c, r->under[i], v))
			return true;
	return validator_refuse(c, v, NULL, "fits none of the alternatives");
}

bool check_one_of(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	size_t i, good = 0;

	for (i = 0; i < r->under_count && good < 2; i++)
		good += fits(c, r->under[i], v);
	if (good == 1)
		return true;
	return validator_refuse(c, v, NULL,
				good == 0 ? "fits none of the alternatives"
					  : "fits more than one of the alternatives");
}

bool check_not(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	return !fits(c, r->under[0], v) || validator_refuse(c, v, NULL, "is what it must not be");
}

/* --- objects --------------------------------------------------------------------------------------- */

bool check_required(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	const struct json *name;
	bool good = true;

	if (v->kind != JSON_OBJECT)
		return true;
	for (name = r->value->first; name; name = name->next) {
		c->steps -= (int64_t)v->count;
		if (json_get(v, name->text) == NULL)
			good = validator_refuse(c, v, name->text, "is required");
	}
	return good;
}

bool check_properties(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	const struct json *schema, *member;
	bool good = true;
	size_t i = 0;

	if (v->kind != JSON_OBJECT)
		return true;
	for (schema = r->value->first; schema; schema = schema->next, i++) {
		c->steps -= (int64_t)v->count;
		if ((member = json_get(v, schema->name)) != NULL)
			good &= validator_node_check(c, r->under[i], member);
	}
	return good;
}

bool check_additional_properties(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	const struct json *known = json_get(r->owner->schema, "properties"), *member;
	bool good = true;

	if (v->kind != JSON_OBJECT)
		return true;
	for (member = v->first; member; member = member->next) {
		c->steps -= known ? (int64_t)known->count : 0;
		if (json_get(known, member->name) == NULL)
			good &= validator_node_check(c, r->under[0], member);
	}
	return good;
}

static bool at_least(struct checking *c, const struct validator_rule *r, const struct json *v,
		     enum json_kind kind, const char *what)
{
	return v->kind != kind || (int64_t)v->count >= r->value->integer ||
	       validator_refuse(c, v, NULL, "must have at least %lld %s", (long long)r->value->integer, what);
}

static bool at_most(struct checking *c, const struct validator_rule *r, const struct json *v,
		    enum json_kind kind, const char *what)
{
	return v->kind != kind || (int64_t)v->count <= r->value->integer ||
	       validator_refuse(c, v, NULL, "must have at most %lld %s", (long long)r->value->integer, what);
}

bool check_min_properties(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	return at_least(c, r, v, JSON_OBJECT, "members");
}

bool check_max_properties(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	return at_most(c, r, v, JSON_OBJECT, "members");
}

/* --- arrays ---------------------------------------------------------------------------------------- */

bool check_min_items(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	return at_least(c, r, v, JSON_ARRAY, "items");
}

bool check_max_items(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	return at_most(c, r, v, JSON_ARRAY, "items");
}

bool check_prefix_items(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	const struct json *item = v->kind == JSON_ARRAY ? v->first : NULL;
	bool good = true;
	size_t i;

	for (i = 0; item && i < r->under_count; item = item->next, i++)
		good &= validator_node_check(c, r->under[i], item);
	return good;
}

/* Those behind prefixItems. */
bool check_items(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	const struct json *prefix = json_get(r->owner->schema, "prefixItems");
	const struct json *item = v->kind == JSON_ARRAY ? v->first : NULL;
	size_t skip = prefix ? prefix->count : 0;
	bool good = true;

	for (; item; item = item->next) {
		if (skip > 0)
			skip--;
		else
			good &= validator_node_check(c, r->under[0], item);
		if (!good && c->quiet > 0)
			return false;
	}
	return good;
}

bool check_unique_items(struct checking *c, const struct validator_rule *r, const struct json *v)
{
	const struct json *a, *b;

	if (v->kind != JSON_ARRAY || !r->value->boolean)
		return true;
	for (a = v->first; a; a = a->next)
		for (b = a->next; b && c->steps >= 0; b = b->next)
			if (validator_equal(c, a, b))
				return validator_refuse(c, b, NULL, "is there before");
	return true;
}
