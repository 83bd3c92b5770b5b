/*
 * delete_route.c - takes a route away
 */
#include "gen/sql/notification.h"
#include "services/notification/notification.h"
#include "services/notification/notification_json.h"

reply delete_route(struct request *req, const struct delete_route_in *in)
{
	struct rows *r = db_query(req->db, req, SQL_NOTIFICATION_DELETE_ROUTE, "t", in->route_id);
	struct json_writer *w = json_writer_new(req);

	if (rows_count(r) == 0)
		return reply_not_found(req, "route", in->route_id);
	json_open_object(w, NULL);
	json_put_text(w, "route_id", in->route_id);
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
