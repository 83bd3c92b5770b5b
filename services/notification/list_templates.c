/*
 * list_templates.c - the newest version in use of every template, by name
 */
#include "gen/sql/notification.h"
#include "services/notification/list_page.h"
#include "services/notification/notification.h"

reply list_templates(struct request *req, const struct list_templates_in *in)
{
	struct json_writer *w = json_writer_new(req);
	char time[INSTANT_TEXT];
	const char *text, *after;
	reply refused;
	struct rows *r;
	size_t i, length, count;

	if (!list_page_begin(req, in->cursor, &after, &refused))
		return refused;
	r = db_query(req->db, req, SQL_NOTIFICATION_LIST_TEMPLATES, "ti", after, in->limit + 1);
	count = rows_count(r) > (size_t)in->limit ? (size_t)in->limit : rows_count(r);
	json_open_object(w, NULL);
	json_open_array(w, "templates");
	for (i = 0; i < count; i++) {
		json_open_object(w, NULL);
		json_put_text(w, "name", row_text(r, i, 0));
		json_put_integer(w, "version", row_integer(r, i, 1));
		json_put_text(w, "created_at", instant_format(row_instant(r, i, 2), time));
		json_put_text(w, "created_by", row_text(r, i, 3));
		if (!row_null(r, i, 4)) {
			text = row_bytes(r, i, 4, &length);
			json_put_raw(w, "description", text, length);
		}
		json_close(w);
	}
	json_close(w);
	return list_page_reply(req, w, rows_count(r) > count ? row_text(r, count - 1, 0) : NULL);
}
