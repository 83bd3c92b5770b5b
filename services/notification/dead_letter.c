/*
 * dead_letter.c - the end of a dead letter, one way or the other
 */
#include <talloc.h>

#include "services/notification/dead_letter.h"
#include "services/notification/notifier.h"
#include "services/notification/notification_json.h"

reply end_dead_letter(struct request *req, const char *notification_id, int statement, const char *outcome)
{
	struct intent *i = talloc_zero(req, struct intent);
	struct log_line line = {
		.intent = i, .what = outcome, .channel = -1, .at = clock_now(), .code = req->subject};
	struct json_writer *w = json_writer_new(req);
	struct rows *r;

	db_begin(req->db, NULL);
	r = db_query(req->db, req, statement, "t", notification_id);
	if (rows_count(r) == 0)
		return reply_not_found(req, "dead notification", notification_id);
	i->notification_id = notification_id;
	i->member_id = row_text(r, 0, 0);
	logs_put(req->db, req, &line, 1);
	db_run(req->db, "COMMIT");
	queue_wake(req->daemon->state);
	json_open_object(w, NULL);
	json_put_text(w, "notification_id", notification_id);
	json_put_text(w, "outcome", outcome);
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
