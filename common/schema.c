/*
 * schema.c - walks a value beside the rows of its schema and stops at the first fault
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "common/clock.h"
#include "common/schema.h"

static bool fault_set(struct schema_fault *fault, const char *pointer, const char *code, const char *detail)
{
	fault->pointer = pointer;
	fault->code = code;
	fault->detail = detail;
	return false;
}

static bool member_text(const char *text, size_t length)
{
	return length >= 1 && length <= 64 &&
	       strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:@-") == length;
}

/* What is wrong with a text's form, or NULL. */
static const char *format_fault(enum schema_format format, const struct json *v)
{
	instant t;
	day d;

	switch (format) {
	case FORMAT_ANY:
		return NULL;
	case FORMAT_INSTANT:
		return instant_parse(v->text, &t) ? NULL : "must be an RFC 3339 date-time";
	case FORMAT_DAY:
		return day_parse(v->text, &d) ? NULL : "must be a date, YYYY-MM-DD";
	case FORMAT_MEMBER:
		return member_text(v->text, v->length) ? NULL
						       : "must be 1-64 characters from A-Z a-z 0-9 . _ : @ -";
	case FORMAT_CURRENCY:
		return v->length == 3 && strspn(v->text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3
			       ? NULL
			       : "must be an ISO 4217 code, three capital letters";
	}
	return NULL;
}

static const char *values_text(const void *parent, const char *const *values)
{
	char *out = talloc_strdup(parent, "must be one of");

	for (; *values; values++)
		out = talloc_asprintf_append(out, " %s%s", *values, values[1] ? "," : "");
	return out;
}

static bool listed(const char *const *values, const char *text)
{
	for (; *values; values++)
		if (strcmp(*values, text) == 0)
			return true;
	return false;
}

static bool check_text(const void *parent, const struct schema *s, const struct json *v,
		       struct schema_fault *fault)
{
	const char *wrong = format_fault(s->format, v);

	if (wrong)
		return fault_set(fault, json_pointer(parent, v), "format", wrong);
	if (s->values && !listed(s->values, v->text))
		return fault_set(fault, json_pointer(parent, v), "enum", values_text(parent, s->values));
	if (s->format == FORMAT_ANY && ((int64_t)v->length < s->minimum || (int64_t)v->length > s->maximum))
		return fault_set(fault, json_pointer(parent, v), "length",
				 talloc_asprintf(parent, "must have %lld to %lld bytes",
						 (long long)s->minimum, (long long)s->maximum));
	return true;
}

static bool check_integer(const void *parent, const struct schema *s, const struct json *v,
			  struct schema_fault *fault)
{
	if (v->integer >= s->minimum && v->integer <= s->maximum)
		return true;
	return fault_set(fault, json_pointer(parent, v), "range",
			 talloc_asprintf(parent, "must be between %lld and %lld", (long long)s->minimum,
					 (long long)s->maximum));
}

static bool check_array(const void *parent, const struct schema *s, const struct json *v,
			struct schema_fault *fault)
{
	const struct json *item;

	if ((int64_t)v->count > s->maximum)
		return fault_set(
			fault, json_pointer(parent, v), "length",
			talloc_asprintf(parent, "must have at most %lld items", (long long)s->maximum));
	for (item = v->first; item; item = item->next)
		if (!schema_check(parent, &s->fields[0], item, fault))
			return false;
	return true;
}

static bool check_object(const void *parent, const struct schema *s, const struct json *v,
			 struct schema_fault *fault)
{
	const struct json *member;
	size_t i;

	for (i = 0; i < s->field_count; i++) {
		member = json_get(v, s->fields[i].name);
		if (member && member->kind != JSON_NULL) {
			if (!schema_check(parent, &s->fields[i], member, fault))
				return false;
		} else if (s->fields[i].required) {
			return fault_set(
				fault,
				talloc_asprintf(parent, "%s/%s", json_pointer(parent, v), s->fields[i].name),
				"missing", "is required");
		}
	}
	return true;
}

static const char *const kind_names[] = {
	"a string", "an integer within 64 bits", "a number", "true or false", "an object", "an array"};

static bool kind_fits(enum schema_kind want, enum json_kind got)
{
	switch (want) {
	case SCHEMA_TEXT:
		return got == JSON_TEXT;
	case SCHEMA_INTEGER:
		return got == JSON_INTEGER;
	case SCHEMA_REAL:
		return got == JSON_INTEGER || got == JSON_REAL;
	case SCHEMA_BOOLEAN:
		return got == JSON_BOOLEAN;
	case SCHEMA_OBJECT:
		return got == JSON_OBJECT;
	case SCHEMA_ARRAY:
		return got == JSON_ARRAY;
	}
	return false;
}

bool schema_check(const void *parent, const struct schema *s, const struct json *value,
		  struct schema_fault *fault)
{
	if (!kind_fits(s->kind, value->kind))
		return fault_set(fault, json_pointer(parent, value), "type",
				 talloc_asprintf(parent, "must be %s", kind_names[s->kind]));
	switch (s->kind) {
	case SCHEMA_TEXT:
		return check_text(parent, s, value, fault);
	case SCHEMA_INTEGER:
		return check_integer(parent, s, value, fault);
	case SCHEMA_ARRAY:
		return check_array(parent, s, value, fault);
	case SCHEMA_OBJECT:
		return check_object(parent, s, value, fault);
	case SCHEMA_REAL:
	case SCHEMA_BOOLEAN:
		return true;
	}
	return true;
}

const struct schema *event_schema(const char *type)
{
	size_t low = 0, high = event_schema_count, middle;
	int order;

	while (low < high) {
		middle = (low + high) / 2;
		order = strcmp(type, event_schemas[middle].name);
		if (order == 0)
			return &event_schemas[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
