/*
 * list_dead_notifications.c - notifications that could not be rendered or delivered, newest first
 */
#include "gen/sql/notification.h"
#include "services/notification/list_page.h"
#include "services/notification/notification.h"

reply list_dead_notifications(struct request *req, const struct list_dead_notifications_in *in)
{
	struct json_writer *w = json_writer_new(req);
	char time[INSTANT_TEXT];
	const char *after;
	reply refused;
	struct rows *r;
	size_t i, count;

	if (!list_page_begin(req, in->cursor, &after, &refused))
		return refused;
	r = db_query(req->db, req, SQL_NOTIFICATION_LIST_DEAD, "ti", after, in->limit + 1);
	count = rows_count(r) > (size_t)in->limit ? (size_t)in->limit : rows_count(r);
	json_open_object(w, NULL);
	json_open_array(w, "dead_letters");
	for (i = 0; i < count; i++) {
		json_open_object(w, NULL);
		json_put_text(w, "notification_id", row_text(r, i, 0));
		json_put_text(w, "member_id", row_text(r, i, 1));
		json_put_text(w, "reason", row_text(r, i, 2));
		json_put_text(w, "put_at", instant_format(row_instant(r, i, 3), time));
		json_close(w);
	}
	json_close(w);
	return list_page_reply(req, w, rows_count(r) > count ? row_text(r, count - 1, 0) : NULL);
}
