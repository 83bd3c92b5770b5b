/*
 * get_template.c - a template's document, the newest version in use or the one asked for
 */
#include "gen/sql/notification.h"
#include "services/notification/notification.h"
#include "services/notification/notification_json.h"

reply get_template(struct request *req, const struct get_template_in *in)
{
	struct json_writer *w = json_writer_new(req);
	struct rows *r;
	const char *text;
	size_t length;

	r = in->has_version ? db_query(req->db, req, SQL_NOTIFICATION_GET_TEMPLATE_VERSION, "ts", in->name,
				       (int)in->version)
			    : db_query(req->db, req, SQL_NOTIFICATION_GET_NEWEST_TEMPLATE, "t", in->name);
	if (rows_count(r) == 0)
		return reply_not_found(req, "template", in->name);
	text = row_bytes(r, 0, 1, &length);
	json_open_object(w, NULL);
	json_put_text(w, "name", in->name);
	json_put_integer(w, "version", row_integer(r, 0, 0));
	json_put_raw(w, "document", text, length);
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
