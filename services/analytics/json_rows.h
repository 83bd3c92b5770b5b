/*
 * json_rows.h - reading the short arrays that stored documents are made of
 */
#ifndef AE_JSON_ROWS_H
#define AE_JSON_ROWS_H

#include "common/json.h"

static inline const struct json *row_nth(const struct json *row, size_t n)
{
	const struct json *v = row->first;

	while (v && n-- > 0)
		v = v->next;
	return v;
}

static inline int64_t row_integer_at(const struct json *row, size_t n, int64_t fallback)
{
	const struct json *v = row_nth(row, n);

	return v && v->kind == JSON_INTEGER ? v->integer : fallback;
}

static inline const char *row_text_at(const struct json *row, size_t n)
{
	const struct json *v = row_nth(row, n);

	return v && v->kind == JSON_TEXT ? v->text : "";
}

#endif
