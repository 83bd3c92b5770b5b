/*
 * activate_definition.c - a version is put to use: the one before ends in the same moment
 */
#include "gen/sql/milestone.h"
#include "services/milestone/handlers.h"

reply activate_definition(struct request *req, const struct activate_definition_in *in)
{
	struct json_writer *w = json_writer_new(req);
	instant now = clock_now();
	char time[INSTANT_TEXT];
	struct milestone *m;
	struct rows *r;
	reply out;

	if ((m = definition_kept(req, in->milestone_id, (int)in->version, &out)) == NULL)
		return out;
	db_begin(req->db, NULL);
	db_query(req->db, req, SQL_MILESTONE_RETIRE_DEFINITION, "t", in->milestone_id);
	r = db_query(req->db, req, SQL_MILESTONE_ACTIVATE_DEFINITION, "tsz", in->milestone_id, m->version,
		     now);
	if (!db_failed(req->db) && rows_count(r) == 0) {
		db_run(req->db, "ROLLBACK");
		return reply_error(req, ERR_CONFLICT,
				   "version %d was in use before; put its document as a new version",
				   m->version);
	}
	db_query(req->db, req, SQL_MILESTONE_PUT_BACKFILL, "ts", in->milestone_id, m->version);
	db_run(req->db, "COMMIT");
	json_open_object(w, NULL);
	json_put_text(w, "milestone_id", in->milestone_id);
	json_put_integer(w, "version", m->version);
	json_put_text(w, "activated_at", instant_format(now, time));
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
