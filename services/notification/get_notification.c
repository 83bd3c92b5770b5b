/*
 * get_notification.c - one notification: its state, each attempt, each reason
 */
#include <string.h>

#include "gen/sql/notification.h"
#include "services/notification/notification.h"
#include "services/notification/notification_id.h"
#include "services/notification/notification_json.h"

/* A member sees its own; a foreign one is not there. */
static bool visible(const struct request *req, const char *member_id)
{
	return (req->roles & (ROLE_SERVICE | ROLE_ADMIN)) || strcmp(req->subject, member_id) == 0;
}

reply get_notification(struct request *req, const struct get_notification_in *in)
{
	struct json_writer *w = json_writer_new(req);
	struct rows *r, *log;
	size_t at = 0;

	if (!notification_id_valid(in->notification_id))
		return reply_not_found(req, "notification", in->notification_id);
	r = db_query(req->db, req, SQL_NOTIFICATION_GET_NOTIFICATION, "t", in->notification_id);
	if (rows_count(r) == 0 || !visible(req, row_text(r, 0, 1)))
		return reply_not_found(req, "notification", in->notification_id);
	log = db_query(req->db, req, SQL_NOTIFICATION_GET_NOTIFICATION_LOG, "tt", row_text(r, 0, 1),
		       in->notification_id);
	notification_open(w, r, 0);
	notification_put_log(w, log, &at, NULL);
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
