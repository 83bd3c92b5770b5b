/*
 * set_engagement_rule_state.c - a rule goes on, rests, or is taken out of use
 */
#include "gen/sql/engagement.h"
#include "services/engagement/engagement_json.h"
#include "services/engagement/rule_request.h"

reply set_engagement_rule_state(struct request *req, const struct set_engagement_rule_state_in *in)
{
	static const char *const states[] = {"active", "paused", "retired"};
	struct rows *r = db_query(req->db, req, SQL_ENGAGEMENT_SET_RULE_STATE, "tt", in->rule_id,
				  states[in->state]);
	struct json_writer *w = json_writer_new(req);

	if (rows_count(r) == 0)
		return reply_not_found(req, "rule", in->rule_id);
	json_open_object(w, NULL);
	json_put_text(w, "rule_id", in->rule_id);
	json_put_integer(w, "version", row_integer(r, 0, 0));
	json_put_text(w, "state", states[in->state]);
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
