/*
 * put_engagement_rule.c - a new version of a rule, checked as a whole before it is kept
 */
#include <string.h>
#include <talloc.h>

#include "gen/sql/engagement.h"
#include "services/engagement/engagement_json.h"
#include "services/engagement/rule_request.h"

static bool rule_id_valid(const char *name)
{
	return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(name);
}

static reply keep(struct request *req, const char *rule_id, int64_t replaces, const struct json *document)
{
	struct json_writer *w = json_writer_new(req), *answer = json_writer_new(req);
	struct rows *r;

	json_put_value(w, NULL, document);
	r = db_query(req->db, req, SQL_ENGAGEMENT_PUT_RULE, "titt", rule_id, replaces, json_text(w, NULL),
		     req->subject);
	if (rows_count(r) == 0 && !db_failed(req->db))
		return replaces > 0
			       ? reply_error(req, ERR_PRECONDITION_FAILED,
					     "the newest version is another one")
			       : reply_error(req, ERR_CONFLICT, "another version was made at the same time");
	json_open_object(answer, NULL);
	json_put_text(answer, "rule_id", rule_id);
	json_put_integer(answer, "version", row_integer(r, 0, 0));
	json_put_text(answer, "state", row_text(r, 0, 1));
	put_as_of(answer);
	json_close(answer);
	return reply_json(req, answer);
}

reply put_engagement_rule(struct request *req, const struct put_engagement_rule_in *in)
{
	const char *error;
	const struct json *document = json_parse(req, req->body, req->body_length, &error);
	struct fault faults[RULE_FAULTS_MAX];
	int64_t replaces;
	size_t count;

	if (document == NULL)
		return reply_error(req, ERR_MALFORMED, "%s", error);
	if (!rule_id_valid(in->rule_id))
		return reply_error(req, ERR_INVALID, "a rule's id is of lower-case letters, digits, _ and -");
	if (!request_if_match(req, &replaces))
		return reply_error(req, ERR_INVALID, "If-Match is the ETag of a GET, or *");
	if (rule_read(req, in->rule_id, 0, document, faults, &count) == NULL)
		return reply_faults(req, ERR_UNPROCESSABLE,
				    talloc_memdup(req, faults, count * sizeof(*faults)), count);
	return keep(req, in->rule_id, replaces, document);
}
