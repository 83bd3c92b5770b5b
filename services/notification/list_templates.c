/*
 * list_templates.c - the newest version in use of every template
 */
#include "gen/sql/notification.h"
#include "services/notification/notification.h"

reply list_templates(struct request *req, const struct list_templates_in *in)
{
	struct rows *r = db_query(req->db, req, SQL_NOTIFICATION_LIST_TEMPLATES, "");
	struct json_writer *w = json_writer_new(req);
	char time[INSTANT_TEXT];
	const char *text;
	size_t i, length;

	(void)in;
	json_open_object(w, NULL);
	json_open_array(w, "templates");
	for (i = 0; i < rows_count(r); i++) {
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
	json_close(w);
	return reply_json(req, w);
}
