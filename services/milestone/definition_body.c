/*
 * definition_body.c - a milestone's document out of a request, or out of the database
 */
#include <talloc.h>

#include "gen/sql/milestone.h"
#include "services/milestone/handlers.h"

static struct milestone *read_document(struct request *req, const char *milestone_id, int version,
				       const char *text, size_t length, reply *out)
{
	struct milestones *s = req->daemon->state;
	const char *error;
	const struct json *document = json_parse(req, text, length, &error);
	struct fault *fault = talloc_zero(req, struct fault);
	struct milestone *m;

	if (document == NULL) {
		*out = reply_error(req, ERR_MALFORMED, "%s", error);
		return NULL;
	}
	m = milestone_read(req, milestone_id, version, document, s->catalogue->currency, fault);
	if (m == NULL)
		*out = reply_faults(req, ERR_UNPROCESSABLE, fault, 1);
	return m;
}

struct milestone *definition_body(struct request *req, const char *milestone_id, reply *out)
{
	if (!milestone_id_valid(milestone_id)) {
		*out = reply_error(req, ERR_INVALID,
				   "a milestone's id is of lower-case letters, digits, '_' and '-'");
		return NULL;
	}
	return read_document(req, milestone_id, 0, req->body, req->body_length, out);
}

struct milestone *definition_kept(struct request *req, const char *milestone_id, int version, reply *out)
{
	struct rows *r = db_query(req->db, req, SQL_MILESTONE_GET_DEFINITION, "ts", milestone_id, version);
	const char *text;
	size_t length;

	if (rows_count(r) == 0) {
		*out = reply_not_found(req, "milestone", milestone_id);
		return NULL;
	}
	text = row_bytes(r, 0, 1, &length);
	return read_document(req, milestone_id, (int)row_integer(r, 0, 0), text, length, out);
}
