/*
 * retire_definition.c - a milestone is in use no more
 */
#include "gen/sql/milestone.h"
#include "services/milestone/handlers.h"

reply retire_definition(struct request *req, const struct retire_definition_in *in)
{
	struct rows *r = db_query(req->db, req, SQL_MILESTONE_RETIRE_DEFINITION, "t", in->milestone_id);
	struct json_writer *w = json_writer_new(req);

	if (rows_count(r) == 0)
		return reply_not_found(req, "milestone in use", in->milestone_id);
	json_open_object(w, NULL);
	json_put_text(w, "milestone_id", in->milestone_id);
	json_put_integer(w, "retired", row_integer(r, 0, 0));
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
