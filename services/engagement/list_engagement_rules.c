/*
 * list_engagement_rules.c - every rule, as it holds
 */
#include "gen/sql/engagement.h"
#include "services/engagement/engagement_json.h"
#include "services/engagement/rule_request.h"

reply list_engagement_rules(struct request *req, const struct list_engagement_rules_in *in)
{
	struct rows *r = db_query(req->db, req, SQL_ENGAGEMENT_GET_RULES, "");
	struct json_writer *w = json_writer_new(req);
	size_t i;

	(void)in;
	json_open_object(w, NULL);
	json_open_array(w, "rules");
	for (i = 0; i < rows_count(r); i++) {
		json_open_object(w, NULL);
		put_rule(w, r, i);
		json_close(w);
	}
	json_close(w);
	json_put_null(w, "next_cursor"); /* a page holds them all */
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
