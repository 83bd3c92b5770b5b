/*
 * db_value.c - C values as PostgreSQL's binary format, and back
 *
 * Dates are days and timestamps microseconds since 2000-01-01 there, since 1970 here.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/db_value.h"

enum {
	DAYS_TO_2000 = 10957
};
static const int64_t micros_to_2000 = DAYS_TO_2000 * DAY_SECONDS * SECOND;

struct db_array {
	enum db_type type;
	char *data; /* header of 20 bytes, then length and value of each element */
	size_t length, size, count;
	bool has_null;
};

static void put32(char *at, uint32_t v)
{
	v = htonl(v);
	memcpy(at, &v, 4);
}

static uint64_t bits(double v)
{
	uint64_t u;

	memcpy(&u, &v, 8);
	return u;
}

/* --- parameters -------------------------------------------------------------------------------- */

static void bind_word(struct db_values *v, uint64_t word, int width)
{
	uint64_t big = htobe64(word);

	v->words[v->count] = big;
	v->pointers[v->count] = (const char *)&v->words[v->count] + (8 - width);
	v->lengths[v->count] = width;
}

static void bind_bytes(struct db_values *v, const void *value, size_t length)
{
	v->pointers[v->count] = value;
	v->lengths[v->count] = (int)length;
}

static void array_header(const struct db_array *a);

static void bind_array(struct db_values *v, const struct db_array *a)
{
	if (a)
		array_header(a);
	bind_bytes(v, a ? a->data : NULL, a ? a->length : 0);
}

void db_values_bind(struct db_values *v, const char *format, va_list values)
{
	const char *text;
	const void *bytes;

	for (v->count = 0; *format; format++, v->count++) {
		if (v->count == DB_VALUES_MAX)
			abort(); /* a format of ours never has that many */
		v->formats[v->count] = 1;
		switch (*format) {
		case 't':
			text = va_arg(values, const char *);
			bind_bytes(v, text, text ? strlen(text) : 0);
			break;
		case 'b':
			bytes = va_arg(values, const void *);
			bind_bytes(v, bytes, va_arg(values, size_t));
			break;
		case 'i':
			bind_word(v, (uint64_t)va_arg(values, int64_t), 8);
			break;
		case 's':
			bind_word(v, (uint64_t)va_arg(values, int), 4);
			break;
		case 'h':
			bind_word(v, (uint64_t)va_arg(values, int), 2);
			break;
		case 'o':
			bind_word(v, va_arg(values, int) != 0, 1);
			break;
		case 'd':
			bind_word(v, (uint64_t)(va_arg(values, day) - DAYS_TO_2000), 4);
			break;
		case 'z':
			bind_word(v, (uint64_t)(va_arg(values, instant) - micros_to_2000), 8);
			break;
		case 'f':
			bind_word(v, bits(va_arg(values, double)), 8);
			break;
		case 'a':
			bind_array(v, va_arg(values, struct db_array *));
			break;
		default:
			abort();
		}
	}
}

/* --- arrays ------------------------------------------------------------------------------------ */

static const uint32_t type_oids[] = {
	[DB_BOOL] = 16,    [DB_INT2] = 21,   [DB_INT4] = 23,          [DB_INT8] = 20,
	[DB_FLOAT8] = 701, [DB_TEXT] = 25,   [DB_JSON] = 114,         [DB_UUID] = 2950,
	[DB_BYTEA] = 17,   [DB_DATE] = 1082, [DB_TIMESTAMPTZ] = 1184,
};

enum {
	ARRAY_HEADER = 20
};

struct db_array *db_array_new(const void *parent, enum db_type type, size_t expected)
{
	struct db_array *a = talloc_zero(parent, struct db_array);

	a->type = type;
	a->size = ARRAY_HEADER + (expected + 1) * 12;
	a->data = talloc_array(a, char, a->size);
	a->length = ARRAY_HEADER;
	return a;
}

/* Dimensions, flag, element type, count, lower bound; written last, since count grows. */
static void array_header(const struct db_array *a)
{
	put32(a->data, 1);
	put32(a->data + 4, a->has_null);
	put32(a->data + 8, type_oids[a->type]);
	put32(a->data + 12, (uint32_t)a->count);
	put32(a->data + 16, 1);
}

static char *array_grow(struct db_array *a, size_t length)
{
	char *at;

	if (a->length + 4 + length > a->size) {
		a->size = (a->length + 4 + length) * 2;
		a->data = talloc_realloc(a, a->data, char, a->size);
	}
	at = a->data + a->length;
	put32(at, (uint32_t)length);
	a->length += 4 + length;
	a->count++;
	return at + 4;
}

void db_array_null(struct db_array *a)
{
	put32(array_grow(a, 0) - 4, UINT32_MAX);
	a->has_null = true;
}

void db_array_bytes(struct db_array *a, const void *value, size_t length)
{
	memcpy(array_grow(a, length), value, length);
}

void db_array_text(struct db_array *a, const char *value)
{
	if (value)
		db_array_bytes(a, value, strlen(value));
	else
		db_array_null(a);
}

static void array_word(struct db_array *a, uint64_t word, size_t width)
{
	uint64_t big = htobe64(word);

	memcpy(array_grow(a, width), (const char *)&big + (8 - width), width);
}

void db_array_integer(struct db_array *a, int64_t value)
{
	static const size_t widths[] = {[DB_BOOL] = 1, [DB_INT2] = 2, [DB_INT4] = 4, [DB_INT8] = 8};

	array_word(a, (uint64_t)value, widths[a->type]);
}

void db_array_real(struct db_array *a, double value)
{
	array_word(a, bits(value), 8);
}

void db_array_day(struct db_array *a, day value)
{
	array_word(a, (uint64_t)(value - DAYS_TO_2000), 4);
}

void db_array_instant(struct db_array *a, instant value)
{
	array_word(a, (uint64_t)(value - micros_to_2000), 8);
}

size_t db_array_count(const struct db_array *a)
{
	return a->count;
}

/* --- rows -------------------------------------------------------------------------------------- */

struct rows {
	PGresult *result;
};

static int rows_free(struct rows *r)
{
	PQclear(r->result);
	return 0;
}

struct rows *rows_new(const void *parent, PGresult *result)
{
	struct rows *r = talloc(parent, struct rows);

	r->result = result;
	talloc_set_destructor(r, rows_free);
	return r;
}

size_t rows_count(const struct rows *r)
{
	return r ? (size_t)PQntuples(r->result) : 0;
}

int64_t rows_affected(const struct rows *r)
{
	return r ? strtoll(PQcmdTuples(r->result), NULL, 10) : 0;
}

size_t rows_find(const struct rows *r, const char *text)
{
	size_t low = 0, high = rows_count(r), middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(row_text(r, middle, 0), text) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < rows_count(r) && strcmp(row_text(r, low, 0), text) == 0 ? low : rows_count(r);
}

bool row_null(const struct rows *r, size_t row, int column)
{
	return PQgetisnull(r->result, (int)row, column);
}

const char *row_text(const struct rows *r, size_t row, int column)
{
	return row_null(r, row, column) ? NULL : PQgetvalue(r->result, (int)row, column);
}

const char *row_bytes(const struct rows *r, size_t row, int column, size_t *length)
{
	*length = (size_t)PQgetlength(r->result, (int)row, column);
	return row_text(r, row, column);
}

/* A fixed-width value, sign-extended by its own width; null reads as 0. */
int64_t row_integer(const struct rows *r, size_t row, int column)
{
	const char *v = PQgetvalue(r->result, (int)row, column);
	uint16_t two;
	uint32_t four;
	uint64_t eight;

	switch (PQgetlength(r->result, (int)row, column)) {
	case 2:
		memcpy(&two, v, 2);
		return (int16_t)be16toh(two);
	case 4:
		memcpy(&four, v, 4);
		return (int32_t)be32toh(four);
	case 8:
		memcpy(&eight, v, 8);
		return (int64_t)be64toh(eight);
	default:
		return 0;
	}
}

double row_real(const struct rows *r, size_t row, int column)
{
	uint64_t u = (uint64_t)row_integer(r, row, column);
	double v;

	memcpy(&v, &u, 8);
	return v;
}

bool row_boolean(const struct rows *r, size_t row, int column)
{
	return PQgetlength(r->result, (int)row, column) == 1 && *PQgetvalue(r->result, (int)row, column) != 0;
}

day row_day(const struct rows *r, size_t row, int column)
{
	return (day)row_integer(r, row, column) + DAYS_TO_2000;
}

instant row_instant(const struct rows *r, size_t row, int column)
{
	return row_integer(r, row, column) + micros_to_2000;
}
