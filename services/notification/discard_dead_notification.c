/*
 * discard_dead_notification.c - takes a dead notification off the list; it stays failed
 */
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/notification.h"
#include "services/notification/notifier.h"

reply discard_dead_notification(struct request *req, const struct discard_dead_notification_in *in)
{
	struct intent *i = talloc_zero(req, struct intent);
	struct log_line line = {
		.intent = i, .what = "discarded", .channel = -1, .at = clock_now(), .code = req->subject};
	struct json_writer *w = json_writer_new(req);
	struct rows *r;

	db_begin(req->db, NULL);
	r = db_query(req->db, req, SQL_NOTIFICATION_DISCARD_DEAD, "t", in->notification_id);
	if (rows_count(r) == 0)
		return reply_not_found(req, "dead notification", in->notification_id);
	i->notification_id = in->notification_id;
	i->member_id = row_text(r, 0, 0);
	logs_put(req->db, req, &line, 1);
	db_run(req->db, "COMMIT");
	queue_wake(req->daemon->state);
	json_open_object(w, NULL);
	json_put_text(w, "notification_id", in->notification_id);
	json_put_text(w, "outcome", "discarded");
	json_close(w);
	return reply_json(req, w);
}
