/*
 * delete_template.c - takes a version out of use; what is queued with it is still sent
 */
#include "gen/sql/notification.h"
#include "services/notification/notification.h"
#include "services/notification/notification_json.h"

reply delete_template(struct request *req, const struct delete_template_in *in)
{
	struct rows *r = db_query(req->db, req, SQL_NOTIFICATION_RETIRE_TEMPLATE, "ts", in->name,
				  (int)in->version);
	struct json_writer *w = json_writer_new(req);

	if (rows_count(r) == 0)
		return reply_not_found(req, "template in use", in->name);
	json_open_object(w, NULL);
	json_put_text(w, "name", in->name);
	json_put_integer(w, "retired", in->version);
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
