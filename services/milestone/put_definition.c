/*
 * put_definition.c - a new version of a milestone, kept once all of it is understood
 */
#include "gen/sql/milestone.h"
#include "services/milestone/handlers.h"

reply put_definition(struct request *req, const struct put_definition_in *in)
{
	struct json_writer *w = json_writer_new(req);
	struct milestone *m;
	struct rows *r;
	int64_t replaces;
	reply out;

	if ((m = definition_body(req, in->milestone_id, &out)) == NULL)
		return out;
	if (!request_if_match(req, &replaces))
		return reply_error(req, ERR_INVALID, "If-Match is the ETag of a GET, or *");
	json_put_value(w, NULL, m->document);
	r = db_query(req->db, req, SQL_MILESTONE_PUT_DEFINITION, "ttti", in->milestone_id, json_text(w, NULL),
		     req->subject, replaces);
	if (!db_failed(req->db) && rows_count(r) == 0)
		return replaces > 0
			       ? reply_error(req, ERR_PRECONDITION_FAILED,
					     "the newest version is another one")
			       : reply_error(req, ERR_CONFLICT,
					     "another version of this milestone was made at the same time");
	w = json_writer_new(req);
	json_open_object(w, NULL);
	json_put_text(w, "milestone_id", in->milestone_id);
	json_put_integer(w, "version", row_integer(r, 0, 0));
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
