/*
 * get_log.c - what was sent to a member, what was not, and why: newest first, page by page
 */
#include <string.h>

#include "gen/sql/notification.h"
#include "services/notification/list_page.h"
#include "services/notification/notification.h"
#include "services/notification/notification_json.h"

static struct rows *logs_of(struct request *req, const char *member_id, const struct rows *r, size_t count)
{
	struct db_array *ids = db_array_new(req, DB_TEXT, count);
	size_t i;

	for (i = 0; i < count; i++)
		db_array_text(ids, row_text(r, i, 0));
	return db_query(req->db, req, SQL_NOTIFICATION_GET_LOGS, "ta", member_id, ids);
}

/* The rows come by id, oldest first; the page goes the other way round. */
static size_t first_of(const struct rows *log, const char *id)
{
	size_t i;

	for (i = 0; i < rows_count(log) && strcmp(row_text(log, i, 8), id) != 0; i++)
		;
	return i;
}

reply get_log(struct request *req, const struct get_log_in *in)
{
	struct json_writer *w = json_writer_new(req);
	struct rows *r, *log;
	const char *after;
	reply refused;
	size_t i, at, count;

	if (!list_page_begin(req, in->cursor, &after, &refused))
		return refused;
	r = db_query(req->db, req, SQL_NOTIFICATION_GET_MEMBER_NOTIFICATIONS, "tti", in->member_id, after,
		     in->limit + 1);
	count = rows_count(r) > (size_t)in->limit ? (size_t)in->limit : rows_count(r);
	log = logs_of(req, in->member_id, r, count);
	json_open_object(w, NULL);
	json_put_text(w, "member_id", in->member_id);
	json_open_array(w, "notifications");
	for (i = 0; i < count; i++) {
		at = first_of(log, row_text(r, i, 0));
		notification_open(w, r, i);
		notification_put_log(w, log, &at, row_text(r, i, 0));
		json_close(w);
	}
	json_close(w);
	return list_page_reply(req, w, rows_count(r) > count ? row_text(r, count - 1, 0) : NULL);
}
