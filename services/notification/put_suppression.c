/*
 * put_suppression.c - suppresses an address by hand
 */
#include "gen/sql/notification.h"
#include "services/notification/notification.h"
#include "services/notification/recipient.h"
#include "services/notification/suppression_body.h"
#include "services/notification/notification_json.h"

reply put_suppression(struct request *req, const struct put_suppression_in *in)
{
	struct json_writer *w = json_writer_new(req);
	struct suppression_body body;
	reply out;

	(void)in;
	if (!suppression_body_read(req, &body, &out))
		return out;
	db_query(req->db, req, SQL_NOTIFICATION_PUT_SUPPRESSION, "hbttt", (int)body.channel, body.hash,
		 sizeof(body.hash), body.scope, body.detail, req->subject);
	json_open_object(w, NULL);
	json_put_text(w, "channel", channel_name(body.channel));
	json_put_text(w, "scope", body.scope);
	json_put_text(w, "reason", "manual");
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
