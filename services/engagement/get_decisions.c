/*
 * get_decisions.c - why a member was not told
 */
#include "gen/sql/engagement.h"
#include "services/engagement/engagement.h"
#include "services/engagement/engagement_json.h"

reply get_decisions(struct request *req, const struct get_decisions_in *in)
{
	struct rows *r = db_query(req->db, req, SQL_ENGAGEMENT_GET_DECISIONS, "ti", in->member_id, in->limit);
	struct json_writer *w = json_writer_new(req);
	size_t i;

	json_open_object(w, NULL);
	json_open_array(w, "decisions");
	for (i = 0; i < rows_count(r); i++) {
		json_open_object(w, NULL);
		json_put_text(w, "rule_id", row_text(r, i, 0));
		json_put_integer(w, "rule_version", row_integer(r, i, 1));
		json_put_text(w, "occasion", row_text(r, i, 2));
		json_put_text(w, "reason", row_text(r, i, 3));
		json_put_text(w, "detail", row_null(r, i, 4) ? NULL : row_text(r, i, 4));
		json_put_real(w, "value", row_real(r, i, 5));
		json_put_integer(w, "times", row_integer(r, i, 6));
		put_time(w, "first_at", r, i, 7);
		put_time(w, "decided_at", r, i, 8);
		json_close(w);
	}
	json_close(w);
	json_put_null(w, "next_cursor");
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
