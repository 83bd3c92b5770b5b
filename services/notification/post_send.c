/*
 * post_send.c - POST /notifications/send: checked, durable under its Idempotency-Key, then answered
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/campaign.h"
#include "services/notification/idempotency.h"
#include "services/notification/notification.h"
#include "services/notification/notifier.h"
#include "services/notification/send_intent.h"

static struct intent **make_intents(struct request *req, const struct send_request *s)
{
	struct intent **out = talloc_array(req, struct intent *, s->member_count);
	const char *variables = send_variables(req, s);
	size_t i;

	for (i = 0; i < s->member_count; i++)
		out[i] = send_intent_new(req, s, req->subject, s->members[i], variables);
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
	const char *answer;
	reply out;

	if (idempotency_replays(req, key, &out))
		return out;
	answer = answer_text(req, intents, count);
	intents_create(req->db, req, intents, count);
	idempotency_keep(req, key, 202, answer);
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
	if (!template_check(req, t, variables, "/variables", faults, &count)) {
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
	if (!s.dry_run && (key == NULL || key[0] == '\0' || strlen(key) > IDEMPOTENCY_KEY_MAX))
		return reply_error(req, ERR_MALFORMED,
				   "a send needs an Idempotency-Key header of 1 to %d bytes",
				   IDEMPOTENCY_KEY_MAX);
	if ((t = check_template(req, &s, &out)) == NULL)
		return out;
	if (s.audience)
		return s.dry_run ? try_audience(req, &s, t) : send_audience(req, key, &s, body);
	intents = make_intents(req, &s);
	return s.dry_run ? tell_decisions(req, intents, s.member_count, t)
			 : send_once(req, key, intents, s.member_count);
}
