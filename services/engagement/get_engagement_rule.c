/*
 * get_engagement_rule.c - a version of a rule
 */
#include <talloc.h>

#include "gen/sql/engagement.h"
#include "services/engagement/engagement_json.h"
#include "services/engagement/rule_request.h"

reply get_engagement_rule(struct request *req, const struct get_engagement_rule_in *in)
{
	struct rows *r = db_query(req->db, req, SQL_ENGAGEMENT_GET_RULE, "ti", in->rule_id,
				  in->has_version ? in->version : 0);
	struct json_writer *w = json_writer_new(req);

	if (rows_count(r) == 0)
		return reply_not_found(req, "rule", in->rule_id);
	request_put_header(req, "etag", talloc_asprintf(req, "\"%lld\"", (long long)row_integer(r, 0, 1)));
	json_open_object(w, NULL);
	put_rule(w, r, 0);
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
