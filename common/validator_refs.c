/*
 * validator_refs.c - where a schema's references lead, and that none of them leads in a circle
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/validator_tree.h"

static struct validator_node *node_of(const struct validator_reading *r, const struct json *schema)
{
	size_t i;

	for (i = 0; i < r->node_count && r->nodes[i]->schema != schema; i++)
		;
	return i < r->node_count ? r->nodes[i] : NULL;
}

/* A part of a pointer inside a URI: %XX first, then ~0 and ~1. NULL: badly written. */
static char *part_text(const void *parent, const char *part)
{
	char *text = talloc_strdup(parent, part), *to = text, digits[3] = "", *end;

	for (; *part; part++) {
		*to = *part;
		if (*part == '%') {
			strncpy(digits, part + 1, 2);
			*to = (char)strtol(digits, &end, 16);
			if (end != digits + 2 || *to == '\0')
				return NULL;
			part += 2;
		}
		to++;
	}
	*to = '\0';
	for (part = to = text; *part; part++, to++) {
		*to = *part;
		if (*part == '~' && part[1] != '0' && part[1] != '1')
			return NULL;
		if (*part == '~')
			*to = *++part == '0' ? '~' : '/';
	}
	*to = '\0';
	return text;
}

static bool resolve(struct validator_reading *r, struct validator_rule *rule)
{
	static const char below[] = "#/$defs/";
	const char *text = rule->value->text, *name;
	const struct json *schema = NULL;

	if (strcmp(text, "#") == 0) {
		schema = r->root;
	} else if (strncmp(text, below, sizeof(below) - 1) == 0 &&
		   strchr(text + sizeof(below) - 1, '/') == NULL) {
		name = part_text(r->out, text + sizeof(below) - 1);
		schema = name ? json_get(json_get(r->root, "$defs"), name) : NULL;
	} else {
		return validator_wrong(r, rule->value, "must lead to # or #/$defs/NAME of the same schema");
	}
	rule->under = talloc_array(r->out, struct validator_node *, 1);
	rule->under[0] = schema ? node_of(r, schema) : NULL;
	rule->under_count = 1;
	return rule->under[0] || validator_wrong(r, rule->value, "leads nowhere");
}

static bool resolve_all(struct validator_reading *r)
{
	size_t i, k;

	for (i = 0; i < r->node_count; i++)
		for (k = 0; k < r->nodes[i]->rule_count; k++)
			if (r->nodes[i]->rules[k].keyword->form == FORM_REF &&
			    !resolve(r, &r->nodes[i]->rules[k]))
				return false;
	return true;
}

/* --- circles --------------------------------------------------------------------------------------- */

/* A reference may come back to its schema for a smaller value, never for the same one. */
static bool measure(struct validator_reading *r, struct validator_node *n)
{
	const struct validator_rule *rule;
	size_t i, k;

	if (n->height > 0)
		return true;
	n->counting = true;
	n->height = 1;
	for (i = 0; i < n->rule_count; i++) {
		rule = &n->rules[i];
		for (k = 0; rule->keyword->in_place && k < rule->under_count; k++) {
			if (rule->under[k]->counting)
				return validator_wrong(r, rule->value, "leads in a circle");
			if (!measure(r, rule->under[k]))
				return false;
			if (rule->under[k]->height >= n->height)
				n->height = rule->under[k]->height + 1;
			if (n->height > VALIDATOR_REFS_MAX)
				return validator_wrong(r, rule->value, "leads through too many schemas");
		}
	}
	n->counting = false;
	return true;
}

static bool measure_all(struct validator_reading *r)
{
	size_t i;

	for (i = 0; i < r->node_count; i++)
		if (!measure(r, r->nodes[i]))
			return false;
	return true;
}

bool validator_link(struct validator_reading *r)
{
	return resolve_all(r) && measure_all(r);
}
