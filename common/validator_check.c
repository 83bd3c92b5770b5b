/*
 * validator_check.c - a value through the rules of a schema, and what is told of it
 */
#include <stdarg.h>
#include <string.h>
#include <talloc.h>

#include "common/validator_tree.h"

/* A member's name as a part of a pointer. */
static char *pointer_part(const void *parent, const char *name)
{
	char *part = talloc_array(parent, char, 2 * strlen(name) + 1), *to = part;

	for (; *name; name++) {
		if (*name == '~' || *name == '/') {
			*to++ = '~';
			*to++ = *name == '~' ? '0' : '1';
		} else {
			*to++ = *name;
		}
	}
	*to = '\0';
	return part;
}

/* The root may be a part of a larger document. */
static const char *pointer_below(const struct checking *c, const struct json *v, const char *name)
{
	const char *whole = json_pointer(c->parent, v), *root = json_pointer(c->parent, c->root);

	return talloc_asprintf(c->parent, "%s%s%s%s", c->at, whole + strlen(root), name ? "/" : "",
			       name ? pointer_part(c->parent, name) : "");
}

bool validator_refuse(struct checking *c, const struct json *v, const char *name, const char *format, ...)
{
	va_list arguments;

	if (c->quiet > 0 || c->count == c->most || c->steps < 0)
		return false;
	va_start(arguments, format);
	c->faults[c->count++] = (struct fault){pointer_below(c, v, name),
					       talloc_vasprintf(c->parent, format, arguments)};
	va_end(arguments);
	return false;
}

bool validator_node_check(struct checking *c, const struct validator_node *n, const struct json *v)
{
	const struct validator_rule *rule;
	bool good = true;

	if (n->schema->kind == JSON_BOOLEAN)
		return n->schema->boolean || validator_refuse(c, v, NULL, "is not allowed");
	for (rule = n->rules; rule < n->rules + n->rule_count; rule++) {
		if (--c->steps < 0)
			return false;
		if (rule->keyword->check && !rule->keyword->check(c, rule, v)) {
			good = false;
			if (c->quiet > 0)
				break;
		}
	}
	return good;
}

size_t validator_check(const void *parent, const struct validator *v, const struct json *value,
		       const char *at, struct fault *faults, size_t most)
{
	struct checking c = {.parent = parent,
			     .root = value,
			     .at = at,
			     .faults = faults,
			     .most = most,
			     .steps = VALIDATOR_STEPS_MAX};

	validator_node_check(&c, v->root, value);
	if (c.steps >= 0)
		return c.count;
	faults[0] = (struct fault){talloc_strdup(parent, at), "takes more work to check than is allowed"};
	return 1;
}
