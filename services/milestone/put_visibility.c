/*
 * put_visibility.c - a member agrees to be in leaderboards, or does not any more
 */
#include <talloc.h>

#include "gen/sql/milestone.h"
#include "services/milestone/handlers.h"

reply put_visibility(struct request *req, const struct put_visibility_in *in)
{
	const char *error;
	const struct json *body = json_parse(req, req->body, req->body_length, &error), *shown;
	static const struct fault wrong = {"/shown", "is required: true or false"};
	struct json_writer *w = json_writer_new(req);
	struct rows *r;

	if (body == NULL)
		return reply_error(req, ERR_MALFORMED, "%s", error);
	if ((shown = json_get(body, "shown")) == NULL || shown->kind != JSON_BOOLEAN)
		return reply_faults(req, ERR_INVALID, &wrong, 1);
	db_begin(req->db, NULL);
	r = db_query(req->db, req, SQL_MILESTONE_PUT_VISIBILITY, "to", in->member_id, shown->boolean);
	db_query(req->db, req, SQL_MILESTONE_SHOW_PROGRESS, "to", in->member_id, shown->boolean);
	db_run(req->db, "COMMIT");
	if (!db_failed(req->db) && rows_count(r) == 0)
		return reply_not_found(req, "member", in->member_id);
	json_open_object(w, NULL);
	json_put_boolean(w, "shown", shown->boolean);
	json_put_text(w, "alias", rows_count(r) == 0 || row_null(r, 0, 0) ? NULL : row_text(r, 0, 0));
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
