/*
 * list_routes.c - which events become notifications, by name
 */
#include "gen/sql/notification.h"
#include "services/notification/categories.h"
#include "services/notification/list_page.h"
#include "services/notification/notification.h"

reply list_routes(struct request *req, const struct list_routes_in *in)
{
	struct json_writer *w = json_writer_new(req);
	const char *condition, *after;
	reply refused;
	struct rows *r;
	size_t i, length, count;

	if (!list_page_begin(req, in->cursor, &after, &refused))
		return refused;
	r = db_query(req->db, req, SQL_NOTIFICATION_LIST_ROUTES, "ti", after, in->limit + 1);
	count = rows_count(r) > (size_t)in->limit ? (size_t)in->limit : rows_count(r);
	json_open_object(w, NULL);
	json_open_array(w, "routes");
	for (i = 0; i < count; i++) {
		condition = row_bytes(r, i, 2, &length);
		json_open_object(w, NULL);
		json_put_text(w, "route_id", row_text(r, i, 0));
		json_put_text(w, "event_type", row_text(r, i, 1));
		json_put_raw(w, "condition", condition, length);
		json_put_text(w, "template", row_text(r, i, 3));
		json_put_text(w, "fallback", row_null(r, i, 4) ? NULL : row_text(r, i, 4));
		json_put_text(w, "category", row_text(r, i, 5));
		json_put_text(w, "priority", priority_name((enum priority)row_integer(r, i, 6)));
		json_put_integer(w, "max_age_seconds", row_integer(r, i, 7) / SECOND);
		json_put_boolean(w, "from_event", row_boolean(r, i, 8));
		json_close(w);
	}
	json_close(w);
	return list_page_reply(req, w, rows_count(r) > count ? row_text(r, count - 1, 0) : NULL);
}
