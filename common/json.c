/*
 * json.c - the reading half: yajl's events become a talloc tree
 *
 * What yajl lets pass but the log must not hold (duplicate names, NUL, lone surrogates) is
 * refused here. Writing is json_write.c.
 */
#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include <yajl/yajl_parse.h>

#include "common/json.h"

struct reading {
	const void *parent;
	struct json *root;
	struct json *block; /* values are made in blocks under the root */
	size_t used, size;
	char *texts; /* names and texts: unescaped they are never longer than as written */
	size_t length;
	struct json *open; /* the object or array being filled */
	const char *name;  /* of the next member */
	size_t depth;
	yajl_handle yajl;
	const char *fault;
};

static int refuse(struct reading *r, const char *fault)
{
	r->fault = fault;
	return 0;
}

/* The root is the first of the first block, so that freeing it frees everything. */
static struct json *next_value(struct reading *r)
{
	if (r->used == r->size) {
		r->size = r->size == 0 ? 16 : r->size < 1024 ? r->size * 2 : 1024;
		r->block = talloc_zero_array(r->root ? r->root : r->parent, struct json, r->size);
		r->used = 0;
	}
	return &r->block[r->used++];
}

static const char *keep_text(struct reading *r, const unsigned char *text, size_t length)
{
	char *kept;

	if (r->texts == NULL)
		r->texts = talloc_size(r->root, r->length + 1);
	kept = r->texts;
	memcpy(kept, text, length);
	kept[length] = '\0';
	r->texts += length + 1;
	return kept;
}

/* Hangs a new value into the open container; NULL refuses. */
static struct json *add(struct reading *r, enum json_kind kind)
{
	struct json *v = next_value(r);

	v->kind = kind;
	v->name = r->name;
	v->parent = r->open;
	r->name = NULL;
	if (r->open == NULL) {
		r->root = v;
		return v;
	}
	if (r->open->last)
		r->open->last->next = v;
	else
		r->open->first = v;
	r->open->last = v;
	r->open->count++;
	return v;
}

static int on_null(void *ctx)
{
	add(ctx, JSON_NULL);
	return 1;
}

static int on_boolean(void *ctx, int value)
{
	add(ctx, JSON_BOOLEAN)->boolean = value != 0;
	return 1;
}

/* A double that holds a whole number exactly is an integer too, as in JSON Schema. */
static bool whole(double x)
{
	return x == floor(x) && fabs(x) <= 9007199254740992.0;
}

static int on_number(void *ctx, const char *text, size_t length)
{
	struct reading *r = ctx;
	struct json *v;
	char digits[64], *end;

	if (length >= sizeof(digits))
		return refuse(r, "a number has more than 63 characters");
	memcpy(digits, text, length);
	digits[length] = '\0';
	errno = 0;
	v = add(r, JSON_INTEGER);
	v->integer = strtoll(digits, &end, 10);
	if (*end == '\0' && errno == 0) {
		v->real = (double)v->integer;
		return 1;
	}
	v->real = strtod(digits, &end);
	if (!isfinite(v->real))
		return refuse(r, "a number is out of range");
	if (whole(v->real))
		v->integer = (int64_t)v->real;
	else
		v->kind = JSON_REAL;
	return 1;
}

static int on_text(void *ctx, const unsigned char *text, size_t length)
{
	struct reading *r = ctx;
	struct json *v = add(r, JSON_TEXT);

	v->text = keep_text(r, text, length);
	v->length = length;
	return 1;
}

static int on_name(void *ctx, const unsigned char *text, size_t length)
{
	struct reading *r = ctx;
	const struct json *v;

	if (r->open->count >= JSON_NAMES_MAX)
		return refuse(r, "an object has too many members");
	for (v = r->open->first; v; v = v->next)
		if (strncmp(v->name, (const char *)text, length) == 0 && v->name[length] == '\0')
			return refuse(r, "a name appears twice in one object");
	r->name = keep_text(r, text, length);
	return 1;
}

static int on_open(struct reading *r, enum json_kind kind)
{
	if (++r->depth > JSON_DEPTH_MAX)
		return refuse(r, "nested too deeply");
	r->open = add(r, kind);
	r->open->begin = yajl_get_bytes_consumed(r->yajl) - 1;
	return 1;
}

static int on_close(void *ctx)
{
	struct reading *r = ctx;

	r->depth--;
	r->open->end = yajl_get_bytes_consumed(r->yajl);
	r->open = r->open->parent;
	return 1;
}

static int on_open_object(void *ctx)
{
	return on_open(ctx, JSON_OBJECT);
}

static int on_open_array(void *ctx)
{
	return on_open(ctx, JSON_ARRAY);
}

static const yajl_callbacks callbacks = {
	.yajl_null = on_null,
	.yajl_boolean = on_boolean,
	.yajl_number = on_number,
	.yajl_string = on_text,
	.yajl_start_map = on_open_object,
	.yajl_map_key = on_name,
	.yajl_end_map = on_close,
	.yajl_start_array = on_open_array,
	.yajl_end_array = on_close,
};

static int hex4(const char *p, const char *end)
{
	char digits[5], *stop;
	long value;

	if (end - p < 4)
		return -1;
	memcpy(digits, p, 4);
	digits[4] = '\0';
	value = strtol(digits, &stop, 16);
	return stop == digits + 4 ? (int)value : -1;
}

/* yajl replaces lone surrogates silently, and passes NUL; PostgreSQL refuses both later. */
static const char *escapes_fault(const char *text, size_t length)
{
	const char *p = text, *end = text + length;
	int unit, low;

	while ((p = memchr(p, '\\', (size_t)(end - p))) != NULL && p + 1 < end) {
		if (p[1] != 'u') {
			p += 2;
			continue;
		}
		unit = hex4(p + 2, end);
		if (unit < 0)
			return NULL; /* yajl names that fault */
		if (unit == 0)
			return "\\u0000 is not allowed";
		if (unit >= 0xDC00 && unit <= 0xDFFF)
			return "a low surrogate without its high one";
		p += 6;
		if (unit < 0xD800 || unit > 0xDBFF)
			continue;
		low = end - p >= 6 && p[0] == '\\' && p[1] == 'u' ? hex4(p + 2, end) : -1;
		if (low < 0xDC00 || low > 0xDFFF)
			return "a high surrogate without its low one";
		p += 6;
	}
	return NULL;
}

/* The length of the UTF-8 character at p as RFC 3629 has it, 0 if it is none. */
static size_t utf8_length(const unsigned char *p, size_t rest)
{
	size_t length = p[0] < 0xC2 ? 0 : p[0] < 0xE0 ? 2 : p[0] < 0xF0 ? 3 : p[0] < 0xF5 ? 4 : 0;
	unsigned char low = p[0] == 0xE0 ? 0xA0 : p[0] == 0xF0 ? 0x90 : 0x80;
	unsigned char high = p[0] == 0xED ? 0x9F : p[0] == 0xF4 ? 0x8F : 0xBF;
	size_t i;

	if (length == 0 || length > rest || p[1] < low || p[1] > high)
		return 0;
	for (i = 2; i < length; i++)
		if (p[i] < 0x80 || p[i] > 0xBF)
			return 0;
	return length;
}

/* yajl only counts continuation bytes: it lets overlong spellings and surrogates pass. */
static const char *utf8_fault(const char *text, size_t length)
{
	const unsigned char *p = (const unsigned char *)text, *end = p + length;
	size_t n;

	while (p < end) {
		n = *p < 0x80 ? 1 : utf8_length(p, (size_t)(end - p));
		if (n == 0)
			return "the text is not UTF-8";
		p += n;
	}
	return NULL;
}

static const char *fault_text(const void *parent, struct reading *r, const char *text, size_t length)
{
	size_t at = yajl_get_bytes_consumed(r->yajl);
	unsigned char *said;
	char *fault, *newline;

	if (r->fault)
		return talloc_asprintf(parent, "%s, before byte %zu", r->fault, at);
	said = yajl_get_error(r->yajl, 0, (const unsigned char *)text, length);
	fault = talloc_asprintf(parent, "%s, before byte %zu", (const char *)said, at);
	yajl_free_error(r->yajl, said);
	while ((newline = strchr(fault, '\n')) != NULL)
		memmove(newline, newline + 1, strlen(newline));
	return fault;
}

/* Each value but the first of an array or object has a comma before it. */
static size_t commas(const char *text, size_t length)
{
	size_t n = 0, i;

	for (i = 0; i < length; i++)
		n += text[i] == ',';
	return n;
}

struct json *json_parse(const void *parent, const char *text, size_t length, const char **error)
{
	struct reading r = {.parent = parent, .length = length};
	const char *fault = utf8_fault(text, length);
	bool good;

	if (fault == NULL)
		fault = escapes_fault(text, length);
	if (fault == NULL && commas(text, length) > JSON_VALUES_MAX)
		fault = "too many values";
	if (fault) {
		*error = talloc_strdup(parent, fault);
		return NULL;
	}
	r.yajl = yajl_alloc(&callbacks, NULL, &r);
	good = yajl_parse(r.yajl, (const unsigned char *)text, length) == yajl_status_ok &&
	       yajl_complete_parse(r.yajl) == yajl_status_ok && r.root != NULL;
	if (!good) {
		*error = r.fault || r.root ? fault_text(parent, &r, text, length)
					   : talloc_strdup(parent, "no JSON value");
		TALLOC_FREE(r.root);
	}
	yajl_free(r.yajl);
	return r.root;
}

const struct json *json_get(const struct json *object, const char *name)
{
	const struct json *v;

	if (object == NULL || object->kind != JSON_OBJECT)
		return NULL;
	for (v = object->first; v; v = v->next)
		if (strcmp(v->name, name) == 0)
			return v;
	return NULL;
}

const char *json_get_text(const struct json *object, const char *name, const char *fallback)
{
	const struct json *v = json_get(object, name);

	return v && v->kind == JSON_TEXT ? v->text : fallback;
}

int64_t json_get_integer(const struct json *object, const char *name, int64_t fallback)
{
	const struct json *v = json_get(object, name);

	return v && v->kind == JSON_INTEGER ? v->integer : fallback;
}

double json_get_real(const struct json *object, const char *name, double fallback)
{
	const struct json *v = json_get(object, name);

	return v && (v->kind == JSON_INTEGER || v->kind == JSON_REAL) ? v->real : fallback;
}

bool json_get_boolean(const struct json *object, const char *name, bool fallback)
{
	const struct json *v = json_get(object, name);

	return v && v->kind == JSON_BOOLEAN ? v->boolean : fallback;
}

/* One reference token with ~ and / escaped. */
static char *pointer_token(const void *parent, const char *name)
{
	char *out = talloc_array(parent, char, 2 * strlen(name) + 1), *o = out;

	for (; *name; name++) {
		if (*name == '~' || *name == '/')
			*o++ = '~';
		*o++ = *name == '~' ? '0' : *name == '/' ? '1' : *name;
	}
	*o = '\0';
	return out;
}

const char *json_pointer(const void *parent, const struct json *value)
{
	const struct json *sibling;
	const char *above;
	size_t index = 0;

	if (value == NULL || value->parent == NULL)
		return talloc_strdup(parent, "");
	above = json_pointer(parent, value->parent);
	if (value->name)
		return talloc_asprintf(parent, "%s/%s", above, pointer_token(above, value->name));
	for (sibling = value->parent->first; sibling != value; sibling = sibling->next)
		index++;
	return talloc_asprintf(parent, "%s/%zu", above, index);
}
