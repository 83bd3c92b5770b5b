/*
 * change_preferences.c - a change from its condition to its answer
 *
 * The version named by If-Match is replaced or patched under the member's lock, so two changes never
 * run over each other; each leaves a line that tells who made it.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/dead_token.h"
#include "services/notification/notification.h"
#include "services/notification/notifier.h"

enum {
	DOCUMENT_MAX = 131072 /* bytes: many patches make no more than a few bodies' worth */
};

/* Others than the member see hints of addresses only. */
static bool is_member(const struct request *req, const char *member_id)
{
	return req->roles & ROLE_MEMBER && strcmp(req->subject, member_id) == 0;
}

reply reply_preferences(struct request *req, const char *member_id, const struct stored_preferences *p)
{
	const char *tag = talloc_asprintf(req, "\"%" PRId64 "\"", p->version);
	struct json_writer *w;
	reply out;

	request_put_header(req, "cache-control", "private, no-store");
	if (strcmp(req->operation->method, "GET") != 0)
		request_put_header(req, "etag", tag);
	else if (reply_not_modified(req, tag, &out))
		return out;
	w = json_writer_new(req);
	preferences_put(w, req, p->document, p->profile, p->version, p->changed, !is_member(req, member_id));
	return reply_json(req, w);
}

/* If-Match: one strong tag, or "*" for whatever is there. */
static bool matches(const char *condition, int64_t version)
{
	char *end;

	if (strcmp(condition, "*") == 0)
		return true;
	return condition[0] == '"' && strtoll(condition + 1, &end, 10) == version && strcmp(end, "\"") == 0;
}

/* What the document becomes, under the request; NULL: the refusal says why. */
static const struct json *next_document(struct request *req, const struct json *body,
					const struct stored_preferences *before, bool patch,
					struct refusal *refusal)
{
	struct fault faults[PREFERENCES_FAULTS_MAX];
	const struct json *document = body;
	struct json_writer *w;
	const char *text, *error;
	size_t length;

	if (patch && body->kind == JSON_OBJECT) {
		w = json_writer_new(req);
		preferences_merge(w, before->document, body);
		text = json_text(w, &length);
		if (length > DOCUMENT_MAX || (document = json_parse(req, text, length, &error)) == NULL) {
			refusal->error = ERR_TOO_LARGE;
			refusal->detail = talloc_asprintf(
				req, "the preferences would be longer than %d bytes", DOCUMENT_MAX);
			return NULL;
		}
	}
	if (preferences_check(req, document, faults, &refusal->count))
		return document;
	refusal->error = ERR_INVALID;
	refusal->faults = talloc_memdup(req, faults, refusal->count * sizeof(*faults));
	return NULL;
}

/* Whether a patch says what the document says anyway: then there is nothing to store, however often it comes.
 */
static bool says_nothing_new(struct request *req, const struct stored_preferences *p, const char *next)
{
	struct json_writer *w = json_writer_new(req);

	json_put_value(w, NULL, p->document);
	return strcmp(json_text(w, NULL), next) == 0;
}

static bool too_often(struct request *req, const char *member_id, const struct preference_change *c,
		      int64_t version)
{
	struct rows *r;

	if (c->most_an_hour == 0)
		return false;
	r = db_query(req->db, req, SQL_NOTIFICATION_COUNT_PAGE_CHANGES, "tii", member_id, version,
		     (int64_t)c->most_an_hour);
	return rows_count(r) > 0 && row_integer(r, 0, 0) >= c->most_an_hour;
}

static struct stored_preferences *refuse(struct refusal *refusal, enum error e, const char *detail)
{
	refusal->error = e;
	refusal->detail = detail;
	return NULL;
}

/* The member's row, locked, if the change's condition holds. */
static struct stored_preferences *lock_for(struct request *req, const char *member_id,
					   const struct preference_change *c, struct refusal *refusal)
{
	struct stored_preferences *p;

	if (c->first)
		store_ensure_preferences(req, member_id);
	if ((p = store_preferences(req->db, req, member_id, true)) == NULL)
		return refuse(refusal, ERR_NOT_FOUND, "no such member");
	if (c->first && p->document->count > 0)
		return refuse(
			refusal, ERR_PRECONDITION_FAILED,
			talloc_asprintf(req, "preferences are set already, at version %" PRId64, p->version));
	if (c->condition && !matches(c->condition, p->version))
		return refuse(refusal, ERR_PRECONDITION_FAILED,
			      talloc_asprintf(req, "the preferences are at version %" PRId64 ", not at %s",
					      p->version, c->condition));
	return p;
}

/* What a GET tells beside the document may come back with it. */
static const char *text_to_store(struct request *req, const struct json *document)
{
	struct json_writer *w = json_writer_new(req);
	const struct json *v;

	json_open_object(w, NULL);
	for (v = document->first; v; v = v->next)
		if (!preferences_told_only(v->name))
			json_put_value(w, v->name, v);
	json_close(w);
	return json_text(w, NULL);
}

struct stored_preferences *change_stored(struct request *req, const char *member_id,
					 const struct preference_change *c, struct refusal *refusal)
{
	struct author by = {c->actor ? c->actor : req->subject, c->way, req->request_id};
	struct registration devices = {json_get(json_get(c->body, "addresses"), "push"), clock_now()};
	const struct json *document;
	struct stored_preferences *p;
	const char *text;

	*refusal = (struct refusal){.error = ERR_OK};
	db_begin(req->db, NULL);
	if ((p = lock_for(req, member_id, c, refusal)) == NULL ||
	    (document = next_document(req, c->body, p, c->patch, refusal)) == NULL)
		return NULL;
	text = text_to_store(req, document);
	if (c->patch && says_nothing_new(req, p, text)) {
		db_run(req->db, "ROLLBACK");
	} else if (too_often(req, member_id, c, p->version)) {
		return refuse(refusal, ERR_TOO_MANY_REQUESTS, "too many changes within an hour");
	} else {
		dead_tokens_revive(req->db, req, &devices, 1);
		p->changed = store_put_preferences(req->db, req, member_id, p, &by, text);
		p->document = document;
		p->version++;
	}
	if (!db_failed(req->db) && !queue_quiet(req->daemon, req, member_id, req->deadline - SECOND / 2))
		return refuse(refusal, ERR_UNAVAILABLE,
			      "the change is stored, but a message is still on its way");
	return p;
}

/* The refusal as an answer to a program. */
static reply reply_refusal(struct request *req, const struct refusal *refusal)
{
	if (refusal->error == ERR_NOT_FOUND)
		return reply_not_found(req, "member", "");
	if (refusal->count > 0)
		return reply_faults(req, refusal->error, refusal->faults, refusal->count);
	if (refusal->error == ERR_UNAVAILABLE)
		request_put_header(req, "retry-after", "5");
	return reply_error(req, refusal->error, "%s", refusal->detail);
}

reply change_preferences(struct request *req, const char *member_id, bool patch)
{
	const char *condition = request_header(req, "if-match"), *none = request_header(req, "if-none-match"),
		   *error;
	const struct json *body = json_parse(req, req->body, req->body_length, &error);
	struct preference_change c;
	struct stored_preferences *p;
	struct refusal refusal;

	if (body == NULL)
		return reply_error(req, ERR_MALFORMED, "%s", error);
	if (condition == NULL && (none == NULL || strcmp(none, "*") != 0))
		return reply_error(req, ERR_PRECONDITION_REQUIRED,
				   "say with If-Match which version is changed, the ETag of a GET; or, if "
				   "nothing was set before, If-None-Match: *");
	c = (struct preference_change){.body = body,
				       .patch = patch,
				       .condition = condition,
				       .way = patch ? "patch" : "put",
				       .first = none != NULL};
	p = change_stored(req, member_id, &c, &refusal);
	return p ? reply_preferences(req, member_id, p) : reply_refusal(req, &refusal);
}
