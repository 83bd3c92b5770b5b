/*
 * post_send.c - POST /notifications/send: checked, durable under its Idempotency-Key, then answered
 *
 * The key is held by a lock that is tried, not waited for: of two requests at once the second is told so.
 */
#include <openssl/sha.h>
#include <string.h>
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/notification.h"
#include "services/notification/notifier.h"
#include "services/notification/send_request.h"

enum {
	KEY_MAX = 200
};

static struct intent *new_intent(struct request *req, const struct send_request *s, const char *member_id,
				 const char *variables)
{
	struct intent *i = talloc_zero(req, struct intent);

	i->created = clock_now();
	i->notification_id = notification_id_new(i, i->created);
	i->member_id = member_id;
	i->status = INTENT_QUEUED;
	i->category = s->category;
	i->priority = s->priority == PRIORITY_COUNT ? category_find(s->category)->priority : s->priority;
	i->template = s->template;
	i->template_version = s->template_version;
	i->variables = variables;
	i->values = s->variables;
	i->channels = s->channels;
	i->client = req->subject;
	i->due = s->send_at > i->created ? s->send_at : i->created;
	i->expires = s->expires_at;
	i->collapse_key = s->collapse_key;
	return i;
}

static struct intent **make_intents(struct request *req, const struct send_request *s)
{
	struct intent **out = talloc_array(req, struct intent *, s->member_count);
	struct json_writer *w = json_writer_new(req);
	const char *variables = "{}";
	size_t i;

	if (s->variables) {
		json_put_value(w, NULL, s->variables);
		variables = json_text(w, NULL);
	}
	for (i = 0; i < s->member_count; i++)
		out[i] = new_intent(req, s, s->members[i], variables);
	return out;
}

/* --- dry run -------------------------------------------------------------------------------------- */

static reply tell_decisions(struct request *req, struct intent **intents, size_t count,
			    const struct message_template *t)
{
	struct recipients *all = recipients_load(req->db, req, intents, count, false, clock_now());
	struct json_writer *w = json_writer_new(req);
	struct recipient *r;
	struct decision d;
	const char *text;
	size_t i;

	json_open_object(w, NULL);
	json_put_boolean(w, "dry_run", true);
	json_open_array(w, "decisions");
	for (i = 0; all && i < count; i++) {
		json_open_object(w, NULL);
		json_put_text(w, "member_id", intents[i]->member_id);
		if ((r = recipient_find(all, intents[i]->member_id)) == NULL) {
			json_put_null(w, "decision");
			json_put_text(w, "detail", "This member is not known");
		} else {
			judge(req->daemon->state, intents[i], r, t, clock_now(), &d);
			text = decision_json(req, &d);
			json_put_raw(w, "decision", text, strlen(text));
		}
		json_close(w);
	}
	json_close(w);
	json_close(w);
	return reply_json(req, w);
}

/* --- once per key ---------------------------------------------------------------------------------- */

/* The same request has the same fingerprint: it is of the body's bytes. True: *out is the answer. */
static bool answered_before(struct request *req, const char *key, const unsigned char *fingerprint,
			    reply *out)
{
	struct rows *lock, *r;
	const char *before;
	size_t length;

	db_begin(req->db, NULL);
	db_send(req->db, SQL_NOTIFICATION_TRY_REQUEST_LOCK, "tt", req->subject, key);
	db_send(req->db, SQL_NOTIFICATION_GET_REQUEST, "tt", req->subject, key);
	lock = db_next(req->db, req);
	r = db_next(req->db, req);
	if (db_failed(req->db) || !row_boolean(lock, 0, 0)) {
		request_put_header(req, "retry-after", "1");
		*out = reply_error(req, ERR_CONFLICT,
				   "a request with this Idempotency-Key is being worked on");
		return true;
	}
	if (rows_count(r) == 0)
		return false;
	before = row_bytes(r, 0, 0, &length);
	if (length != SHA256_DIGEST_LENGTH || memcmp(before, fingerprint, length) != 0) {
		*out = reply_error(req, ERR_UNPROCESSABLE,
				   "this Idempotency-Key was used for another request");
		return true;
	}
	request_put_header(req, "idempotency-replayed", "true");
	before = row_bytes(r, 0, 2, &length);
	*out = reply_body(req, (int)row_integer(r, 0, 1), "application/json", before, length);
	return true;
}

static const char *answer_text(struct request *req, struct intent **intents, size_t count)
{
	struct json_writer *w = json_writer_new(req);
	size_t i;

	json_open_object(w, NULL);
	json_open_array(w, "notifications");
	for (i = 0; i < count; i++) {
		json_open_object(w, NULL);
		json_put_text(w, "member_id", intents[i]->member_id);
		json_put_text(w, "notification_id", intents[i]->notification_id);
		json_close(w);
	}
	json_close(w);
	json_close(w);
	return json_text(w, NULL);
}

static reply send_once(struct request *req, const char *key, struct intent **intents, size_t count)
{
	unsigned char fingerprint[SHA256_DIGEST_LENGTH];
	const char *answer;
	reply out;

	SHA256((const unsigned char *)req->body, req->body_length, fingerprint);
	if (answered_before(req, key, fingerprint, &out))
		return out;
	answer = answer_text(req, intents, count);
	intents_create(req->db, req, intents, count);
	db_query(req->db, req, SQL_NOTIFICATION_PUT_REQUEST, "ttbht", req->subject, key, fingerprint,
		 sizeof(fingerprint), 202, answer);
	if (db_run(req->db, "COMMIT"))
		queue_added(req->daemon->state, intents, count);
	return reply_body(req, 202, "application/json", answer, strlen(answer));
}

/* --- the request ------------------------------------------------------------------------------------ */

static struct message_template *check_template(struct request *req, struct send_request *s, reply *out)
{
	struct fault faults[TEMPLATE_FAULTS_MAX];
	struct notifier *n = req->daemon->state;
	struct message_template *t = template_load(n->templates, req->db, s->template, &s->template_version);
	const struct json *variables = s->variables;
	const char *error;
	size_t count = 0;

	if (t == NULL) {
		faults[0] = (struct fault){"/template", "is not known, or not in use"};
		*out = reply_faults(req, ERR_INVALID, talloc_memdup(req, faults, sizeof(*faults)), 1);
		return NULL;
	}
	if (variables == NULL)
		variables = json_parse(req, "{}", 2, &error);
	if (!template_check(req, t, variables, faults, &count)) {
		*out = reply_faults(req, ERR_INVALID, talloc_memdup(req, faults, count * sizeof(*faults)),
				    count);
		return NULL;
	}
	return t;
}

reply post_send(struct request *req, const struct post_send_in *in)
{
	const char *key = request_header(req, "idempotency-key"), *error;
	const struct json *body = json_parse(req, req->body, req->body_length, &error);
	struct fault faults[SEND_FAULTS_MAX];
	struct message_template *t;
	struct send_request s;
	struct intent **intents;
	size_t count;
	reply out;

	(void)in;
	if (body == NULL)
		return reply_error(req, ERR_MALFORMED, "%s", error);
	if (!send_request_read(req, body, clock_now(), &s, faults, &count))
		return reply_faults(req, ERR_INVALID, talloc_memdup(req, faults, count * sizeof(*faults)),
				    count);
	if (!s.dry_run && (key == NULL || key[0] == '\0' || strlen(key) > KEY_MAX))
		return reply_error(req, ERR_MALFORMED,
				   "a send needs an Idempotency-Key header of 1 to %d bytes", KEY_MAX);
	if ((t = check_template(req, &s, &out)) == NULL)
		return out;
	intents = make_intents(req, &s);
	return s.dry_run ? tell_decisions(req, intents, s.member_count, t)
			 : send_once(req, key, intents, s.member_count);
}
