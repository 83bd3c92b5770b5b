/*
 * post_send.c - POST /notifications/send: checked, durable under its Idempotency-Key, then answered
 */
#include <string.h>
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/campaign.h"
#include "services/notification/idempotency.h"
#include "services/notification/likeness.h"
#include "services/notification/notification.h"
#include "services/notification/notification_json.h"
#include "services/notification/notifier.h"
#include "services/notification/send_intent.h"

static struct intent **make_intents(struct request *req, const struct send_request *s)
{
	struct intent **out = talloc_array(req, struct intent *, s->member_count);
	const char *variables = send_variables(req, s);
	const unsigned char *likeness = s->dedup_window
						? likeness_of(req, s->category, s->template, s->variables)
						: NULL;
	size_t i;

	for (i = 0; i < s->member_count; i++) {
		out[i] = send_intent_new(req, s, req->subject, s->members[i], variables);
		out[i]->likeness = likeness;
	}
	return out;
}

/* --- dry run -------------------------------------------------------------------------------------- */

/* What a send with these keys would have found. */
struct keys_found {
	bool named, answered;
	const char **alike;      /* NULL: no dedup_window */
	struct rows *collapsing; /* members with an older intent to collapse */
};

static void find_keys(struct request *req, const struct send_request *s, struct intent **intents,
		      struct keys_found *k)
{
	const char *key = request_header(req, "idempotency-key");
	struct db_array *members = db_array_new(req, DB_TEXT, s->member_count);
	size_t i;

	*k = (struct keys_found){.named = key || s->dedup_window, .answered = idempotency_used(req, key)};
	if (s->dedup_window)
		k->alike = likeness_find(req->db, req, intents, s->member_count, s->dedup_window, false);
	for (i = 0; i < s->member_count; i++)
		db_array_text(members, intents[i]->member_id);
	if (s->collapse_key)
		k->collapsing = db_query(req->db, req, SQL_NOTIFICATION_FIND_COLLAPSING, "at", members,
					 s->collapse_key);
}

static struct asked_before before_of(const struct keys_found *k, const struct intent *n, size_t i)
{
	struct asked_before b = {k->answered               ? ONCE_ANSWERED
				 : k->alike && k->alike[i] ? ONCE_DUPLICATE
				 : k->named                ? ONCE_NEW
							   : ONCE_NOT_ASKED,
				 n->collapse_key ? COLLAPSE_KEY : COLLAPSE_NONE};
	size_t row;

	for (row = 0; k->collapsing && row < rows_count(k->collapsing); row++)
		if (strcmp(row_text(k->collapsing, row, 0), n->member_id) == 0)
			b.collapse = COLLAPSE_OLDER;
	return b;
}

static reply tell_decisions(struct request *req, const struct send_request *s, struct intent **intents,
			    const struct message_template *t)
{
	struct recipients *all = recipients_load(req->db, req, intents, s->member_count, false, clock_now());
	struct json_writer *w = json_writer_new(req);
	struct asked_before before;
	struct keys_found keys;
	struct recipient *r;
	struct decision d;
	size_t i;

	find_keys(req, s, intents, &keys);
	json_open_object(w, NULL);
	json_put_boolean(w, "dry_run", true);
	json_open_array(w, "decisions");
	for (i = 0; all && i < s->member_count; i++) {
		if ((r = recipient_find(all, intents[i]->member_id)) == NULL)
			r = recipient_unknown(req, intents[i]->member_id);
		before = before_of(&keys, intents[i], i);
		judge(req->daemon->state, intents[i], r, t, clock_now(), &before, &d);
		json_open_object(w, NULL);
		json_put_text(w, "member_id", intents[i]->member_id);
		decision_put(w, &d, true);
		json_close(w);
	}
	json_close(w);
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}

/* --- making them durable --------------------------------------------------------------------------- */

/* alike: ids of what members were sent before; NULL for those whose intent is new. */
static const char *answer_text(struct request *req, struct intent **intents, const char **alike, size_t count)
{
	struct json_writer *w = json_writer_new(req);
	size_t i;

	json_open_object(w, NULL);
	json_open_array(w, "notifications");
	for (i = 0; i < count; i++) {
		json_open_object(w, NULL);
		json_put_text(w, "notification_id",
			      alike && alike[i] ? alike[i] : intents[i]->notification_id);
		json_put_text(w, "member_id", intents[i]->member_id);
		json_put_text(w, "status",
			      alike && alike[i] ? "duplicate" : intent_status_name(intents[i]->status));
		json_close(w);
	}
	json_close(w);
	put_as_of(w);
	json_close(w);
	return json_text(w, NULL);
}

static reply send_once(struct request *req, const char *key, const struct send_request *s,
		       struct intent **intents)
{
	struct intent **fresh = talloc_array(req, struct intent *, s->member_count);
	const char *answer, **alike = NULL;
	size_t i, count = 0;
	reply out;

	if (idempotency_replays(req, key, &out))
		return out;
	if (s->dedup_window)
		alike = likeness_find(req->db, req, intents, s->member_count, s->dedup_window, true);
	for (i = 0; i < s->member_count; i++)
		if (alike == NULL || alike[i] == NULL)
			fresh[count++] = intents[i];
	answer = answer_text(req, intents, alike, s->member_count);
	intents_create(req->db, req, fresh, count);
	idempotency_keep(req, key, 202, answer);
	if (db_run(req->db, "COMMIT"))
		queue_added(req->daemon->state, fresh, count);
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
	const char *error;
	const struct json *body = json_parse(req, req->body, req->body_length, &error);
	struct fault faults[SEND_FAULTS_MAX];
	struct message_template *t;
	const char *key = NULL;
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
	if (!s.dry_run && (key = idempotency_key(req, &out)) == NULL)
		return out;
	if ((t = check_template(req, &s, &out)) == NULL)
		return out;
	if (s.audience)
		return s.dry_run ? try_audience(req, &s, t) : send_audience(req, key, &s, body);
	intents = make_intents(req, &s);
	return s.dry_run ? tell_decisions(req, &s, intents, t) : send_once(req, key, &s, intents);
}
