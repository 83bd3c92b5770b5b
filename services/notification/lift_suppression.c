/*
 * lift_suppression.c - lifts a suppression; a complaint's only on the member's own wish, told in detail
 */
#include "gen/sql/notification.h"
#include "services/notification/notification.h"
#include "services/notification/recipient.h"
#include "services/notification/suppression_body.h"
#include "services/notification/notification_json.h"

reply lift_suppression(struct request *req, const struct lift_suppression_in *in)
{
	struct json_writer *w = json_writer_new(req);
	struct suppression_body body;
	struct rows *r;
	reply out;

	(void)in;
	if (!suppression_body_read(req, &body, &out))
		return out;
	r = db_query(req->db, req, SQL_NOTIFICATION_LIFT_SUPPRESSION, "hbto", (int)body.channel, body.hash,
		     sizeof(body.hash), body.scope, body.opted_in);
	if (!db_failed(req->db) && rows_count(r) == 0)
		return reply_error(req, ERR_CONFLICT,
				   "there is no such suppression, or it is a complaint's and \"opted_in\" "
				   "does not say true");
	json_open_object(w, NULL);
	json_put_text(w, "channel", channel_name(body.channel));
	json_put_text(w, "scope", body.scope);
	json_put_text(w, "lifted", rows_count(r) ? row_text(r, 0, 0) : NULL);
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
