/*
 * json_write.c - the writing half of json.h, a thin layer over yajl_gen
 *
 * The text grows in one talloc buffer that the writer keeps between documents.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include <yajl/yajl_gen.h>

#include "common/json.h"

struct json_writer {
	yajl_gen gen;
	char *text;
	size_t length, size;
	size_t depth;
	bool array[JSON_DEPTH_MAX * 2]; /* what json_close closes */
};

static void print(void *ctx, const char *text, size_t length)
{
	struct json_writer *w = ctx;

	if (w->length + length + 1 > w->size) {
		w->size = (w->length + length + 1) * 2;
		w->text = talloc_realloc(w, w->text, char, w->size);
	}
	memcpy(w->text + w->length, text, length);
	w->length += length;
	w->text[w->length] = '\0';
}

static int writer_free(struct json_writer *w)
{
	yajl_gen_free(w->gen);
	return 0;
}

struct json_writer *json_writer_new(const void *parent)
{
	struct json_writer *w = talloc_zero(parent, struct json_writer);

	w->size = 1024;
	w->text = talloc_array(w, char, w->size);
	w->text[0] = '\0';
	w->gen = yajl_gen_alloc(NULL);
	yajl_gen_config(w->gen, yajl_gen_print_callback, print, w);
	talloc_set_destructor(w, writer_free);
	return w;
}

static void put_name(struct json_writer *w, const char *name)
{
	if (name)
		yajl_gen_string(w->gen, (const unsigned char *)name, strlen(name));
}

static void push(struct json_writer *w, bool array)
{
	if (w->depth == sizeof(w->array) / sizeof(w->array[0]))
		abort(); /* a document of ours never nests that deep: a broken invariant, not input */
	w->array[w->depth++] = array;
}

void json_open_object(struct json_writer *w, const char *name)
{
	put_name(w, name);
	push(w, false);
	yajl_gen_map_open(w->gen);
}

void json_open_array(struct json_writer *w, const char *name)
{
	put_name(w, name);
	push(w, true);
	yajl_gen_array_open(w->gen);
}

void json_close(struct json_writer *w)
{
	if (w->array[--w->depth])
		yajl_gen_array_close(w->gen);
	else
		yajl_gen_map_close(w->gen);
}

void json_put_text_n(struct json_writer *w, const char *name, const char *value, size_t length)
{
	put_name(w, name);
	yajl_gen_string(w->gen, (const unsigned char *)value, length);
}

void json_put_text(struct json_writer *w, const char *name, const char *value)
{
	if (value)
		json_put_text_n(w, name, value, strlen(value));
	else
		json_put_null(w, name);
}

/* yajl_gen_integer formats through snprintf; this is the hottest call of a dashboard. */
void json_put_integer(struct json_writer *w, const char *name, int64_t value)
{
	char digits[24], *p = digits + sizeof(digits);
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

	do
		*--p = (char)('0' + rest % 10);
	while ((rest /= 10) != 0);
	if (value < 0)
		*--p = '-';
	json_put_raw(w, name, p, (size_t)(digits + sizeof(digits) - p));
}

/* Hundredths and the like are written through integers; the general case tries 15, 16, 17 digits. */
void json_put_real(struct json_writer *w, const char *name, double value)
{
	char digits[40];
	double cents = value * 100;
	int length, precision;

	if (!isfinite(value)) {
		json_put_null(w, name);
		return;
	}
	if (value == floor(value) && fabs(value) < 1e15) {
		json_put_integer(w, name, (int64_t)value);
		return;
	}
	if (fabs(cents) < 1e12 && (double)llround(cents) / 100 == value) {
		long long whole = llround(cents);

		length = snprintf(digits, sizeof(digits), "%s%lld.%02lld", whole < 0 ? "-" : "",
				  llabs(whole) / 100, llabs(whole) % 100);
		if (digits[length - 1] == '0')
			length--;
	} else {
		precision = 15;
		do
			length = snprintf(digits, sizeof(digits), "%.*g", precision, value);
		while (strtod(digits, NULL) != value && ++precision <= 17);
	}
	json_put_raw(w, name, digits, (size_t)length);
}

void json_put_boolean(struct json_writer *w, const char *name, bool value)
{
	put_name(w, name);
	yajl_gen_bool(w->gen, value);
}

void json_put_null(struct json_writer *w, const char *name)
{
	put_name(w, name);
	yajl_gen_null(w->gen);
}

/* yajl_gen_number writes its text verbatim, which is what a ready JSON value needs. */
void json_put_raw(struct json_writer *w, const char *name, const char *json, size_t length)
{
	put_name(w, name);
	yajl_gen_number(w->gen, json, length);
}

void json_put_value(struct json_writer *w, const char *name, const struct json *value)
{
	const struct json *child;

	switch (value->kind) {
	case JSON_NULL:
		json_put_null(w, name);
		return;
	case JSON_BOOLEAN:
		json_put_boolean(w, name, value->boolean);
		return;
	case JSON_INTEGER:
		json_put_integer(w, name, value->integer);
		return;
	case JSON_REAL:
		json_put_real(w, name, value->real);
		return;
	case JSON_TEXT:
		json_put_text_n(w, name, value->text, value->length);
		return;
	case JSON_ARRAY:
		json_open_array(w, name);
		break;
	case JSON_OBJECT:
		json_open_object(w, name);
		break;
	}
	for (child = value->first; child; child = child->next)
		json_put_value(w, child->name, child);
	json_close(w);
}

const char *json_text(const struct json_writer *w, size_t *length)
{
	if (length)
		*length = w->length;
	return w->text;
}

void json_writer_reset(struct json_writer *w)
{
	yajl_gen_reset(w->gen, NULL);
	yajl_gen_clear(w->gen);
	w->length = 0;
	w->depth = 0;
	w->text[0] = '\0';
}
