/*
 * decode.c - typed parameters from text; a decoder demands exactly what was declared
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/decode.h"

static const char *const places[] = {[IN_PATH] = "path.", [IN_QUERY] = "query.", [IN_HEADER] = "header."};

static const char *find(const struct request *req, const struct parameter *p)
{
	size_t i, length = strlen(places[p->place]);

	for (i = 0; i < req->value_count; i++)
		if (strncmp(req->values[i].name, places[p->place], length) == 0 &&
		    strcmp(req->values[i].name + length, p->name) == 0)
			return req->values[i].value;
	return NULL;
}

static const char *put_integer(const void *parent, const struct parameter *p, const char *text, int64_t *out)
{
	char *end;

	errno = 0;
	*out = strtoll(text, &end, 10);
	if (text[0] == '\0' || *end || errno || strchr(" +\t", text[0]))
		return "must be an integer";
	if (*out < p->minimum || *out > p->maximum)
		return talloc_asprintf(parent, "must be between %lld and %lld", (long long)p->minimum,
				       (long long)p->maximum);
	return NULL;
}

static const char *put_enum(const void *parent, const struct parameter *p, const char *text, int *out)
{
	char *allowed;
	int i;

	for (i = 0; p->values[i]; i++)
		if (strcmp(p->values[i], text) == 0) {
			*out = i;
			return NULL;
		}
	allowed = talloc_strdup(parent, "must be one of");
	for (i = 0; p->values[i]; i++)
		allowed = talloc_asprintf_append(allowed, "%s %s", i ? "," : "", p->values[i]);
	return allowed;
}

static const char *put_text(const void *parent, const struct parameter *p, const char *text, const char **out)
{
	size_t length = strlen(text);

	*out = text;
	if (p->minimum == p->maximum && (int64_t)length != p->minimum)
		return talloc_asprintf(parent, "must have %lld bytes", (long long)p->minimum);
	if ((int64_t)length < p->minimum || (int64_t)length > p->maximum)
		return talloc_asprintf(parent, "must have %lld to %lld bytes", (long long)p->minimum,
				       (long long)p->maximum);
	return NULL;
}

static const char *put_member(const char *text, const char **out)
{
	size_t length = strlen(text);

	*out = text;
	if (length < 1 || length > 64 ||
	    strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:@-") != length)
		return "must be 1-64 characters from A-Z a-z 0-9 . _ : @ -";
	return NULL;
}

/* Stores one value; the text of the fault, or NULL. */
static const char *put(const void *parent, const struct parameter *p, const char *text, char *in)
{
	void *field = in + p->offset;

	switch (p->kind) {
	case PARAMETER_TEXT:
		return put_text(parent, p, text, field);
	case PARAMETER_MEMBER:
		return put_member(text, field);
	case PARAMETER_INTEGER:
		return put_integer(parent, p, text, field);
	case PARAMETER_ENUM:
		return put_enum(parent, p, text, field);
	case PARAMETER_DAY:
		return day_parse(text, field) ? NULL : "must be a date, YYYY-MM-DD";
	case PARAMETER_CURRENCY:
		*(const char **)field = text;
		return strlen(text) == 3 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3
			       ? NULL
			       : "must be an ISO 4217 code, three capital letters";
	case PARAMETER_BOOLEAN:
		*(bool *)field = strcmp(text, "true") == 0;
		return *(bool *)field || strcmp(text, "false") == 0 ? NULL : "must be true or false";
	}
	return NULL;
}

static bool declared(const struct operation *op, const char *query_name)
{
	size_t i;

	for (i = 0; i < op->parameter_count; i++)
		if (op->parameters[i].place == IN_QUERY && strcmp(op->parameters[i].name, query_name) == 0)
			return true;
	return false;
}

static void add_fault(struct request *req, struct fault **faults, size_t *count, const char *mark,
		      const char *name, const char *detail)
{
	*faults = talloc_realloc(req, *faults, struct fault, *count + 1);
	(*faults)[*count].pointer = talloc_asprintf(req, "%s%s", mark, name);
	(*faults)[(*count)++].detail = detail;
}

bool request_decode(struct request *req, enum error *e, struct fault **faults, size_t *count)
{
	static const char *const marks[] = {[IN_PATH] = "/", [IN_QUERY] = "?", [IN_HEADER] = ""};
	const struct operation *op = req->operation;
	char *in = talloc_zero_size(req, op->in_size);
	const struct parameter *p;
	const char *text, *fault;
	size_t i;

	*e = ERR_INVALID;
	*faults = NULL;
	*count = 0;
	for (i = 0; i < op->parameter_count; i++) {
		p = &op->parameters[i];
		text = find(req, p);
		if (text && p->has_offset)
			*(bool *)(in + p->has_offset) = true;
		if (text == NULL)
			text = p->fallback;
		fault = text ? put(req, p, text, in) : p->required ? "is required" : NULL;
		if (fault && p->place == IN_PATH && p->kind == PARAMETER_ENUM)
			*e = ERR_NOT_FOUND; /* a path that is not among those that there are */
		if (fault)
			add_fault(req, faults, count, marks[p->place], p->name, fault);
	}
	for (i = 0; i < req->value_count; i++)
		if (strncmp(req->values[i].name, "query.", 6) == 0 && !declared(op, req->values[i].name + 6))
			add_fault(req, faults, count, "?", req->values[i].name + 6,
				  "is not a parameter of this operation");
	req->in = in;
	return *count == 0;
}
