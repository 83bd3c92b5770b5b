/*
 * list_definitions.c - every milestone, its newest version and the one in use
 */
#include "gen/sql/milestone.h"
#include "services/milestone/handlers.h"

static void put_row(struct json_writer *w, const struct rows *r, size_t i)
{
	char time[INSTANT_TEXT];
	const char *text;
	size_t length;

	text = row_bytes(r, i, 2, &length);
	json_open_object(w, NULL);
	json_put_text(w, "milestone_id", row_text(r, i, 0));
	json_put_integer(w, "version", row_integer(r, i, 1));
	json_put_raw(w, "document", text, length);
	json_put_text(w, "created_by", row_text(r, i, 3));
	json_put_text(w, "created_at", instant_format(row_instant(r, i, 4), time));
	if (row_null(r, i, 5))
		json_put_null(w, "active_version");
	else
		json_put_integer(w, "active_version", row_integer(r, i, 5));
	json_put_text(w, "activated_at",
		      row_null(r, i, 6) ? NULL : instant_format(row_instant(r, i, 6), time));
	json_close(w);
}

reply list_definitions(struct request *req, const struct list_definitions_in *in)
{
	struct rows *r = db_query(req->db, req, SQL_MILESTONE_LIST_DEFINITIONS, "ti", in->cursor,
				  in->limit + 1);
	size_t count = rows_count(r) > (size_t)in->limit ? (size_t)in->limit : rows_count(r), i;
	struct json_writer *w = json_writer_new(req);

	json_open_object(w, NULL);
	json_open_array(w, "definitions");
	for (i = 0; i < count; i++)
		put_row(w, r, i);
	json_close(w);
	json_put_text(w, "next_cursor", rows_count(r) > count ? row_text(r, count - 1, 0) : NULL);
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
