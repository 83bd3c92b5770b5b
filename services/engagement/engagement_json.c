/*
 * engagement_json.c - what replies of this daemon have in common
 */
#include "services/engagement/engagement_json.h"

void put_as_of(struct json_writer *w)
{
	char time[INSTANT_TEXT];

	json_open_object(w, "as_of");
	json_put_text(w, "instant", instant_format(clock_now(), time));
	json_close(w);
}

void put_time(struct json_writer *w, const char *name, const struct rows *r, size_t i, int column)
{
	char time[INSTANT_TEXT];

	json_put_text(w, name,
		      row_null(r, i, column) ? NULL : instant_format(row_instant(r, i, column), time));
}

void put_document(struct json_writer *w, const char *name, const struct rows *r, size_t i, int column)
{
	size_t length;
	const char *text = row_bytes(r, i, column, &length);

	if (text)
		json_put_raw(w, name, text, length);
	else
		json_put_null(w, name);
}
