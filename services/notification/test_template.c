/*
 * test_template.c - sends a template as a test, over the real queue and providers
 *
 * An intent like any other, but for its mark: it goes over wishes and quiet hours, never to a dead address;
 * its title says what it is; caps, events and engagement do not count it. Tests to an address belong to
 * nobody: they stand under TEST_MEMBER.
 */
#include <inttypes.h>
#include <string.h>
#include <talloc.h>

#include "common/log.h"
#include "gen/sql/notification.h"
#include "services/notification/categories.h"
#include "services/notification/idempotency.h"
#include "services/notification/notification.h"
#include "services/notification/notification_json.h"
#include "services/notification/notifier.h"
#include "services/notification/template_body.h"

#define TEST_MEMBER   "urn:ae:test-send"
#define TEST_CATEGORY "account"

enum {
	EXPIRES_SECONDS = 3600 /* whoever tries something looks for it now */
};

static const char *value_text(struct request *req, const struct json *value)
{
	struct json_writer *w = json_writer_new(req);

	json_put_value(w, NULL, value);
	return json_text(w, NULL);
}

/* {}, or where it goes. */
static const char *aim_text(struct request *req, const struct template_body *body)
{
	struct json_writer *w = json_writer_new(req);

	json_open_object(w, NULL);
	if (body->address) {
		json_put_text(w, "channel", channel_name(body->channel));
		json_put_text(w, "address", body->address);
		json_put_text(w, "platform", body->platform);
	}
	json_close(w);
	return json_text(w, NULL);
}

static struct intent *new_test(struct request *req, const char *name, const struct template_body *body,
			       const struct message_template *t)
{
	struct intent *i = talloc_zero(req, struct intent);

	i->created = i->due = clock_now();
	i->expires = i->created + EXPIRES_SECONDS * SECOND;
	i->notification_id = notification_id_new(i, i->created);
	i->member_id = body->address ? TEST_MEMBER : body->member_id;
	i->category = TEST_CATEGORY;
	i->priority = PRIORITY_TRANSACTIONAL;
	i->template = name;
	i->template_version = body->version;
	i->variables = value_text(req, body->variables);
	i->channels = body->channel == CHANNEL_COUNT ? template_channels(t) : CHANNEL_BIT(body->channel);
	i->client = req->subject;
	i->locale = body->locale;
	i->test = aim_text(req, body);
	return i;
}

/* True: *out says when there may be another one. */
static bool too_many(struct request *req, reply *out)
{
	struct rows *r = db_query(req->db, req, SQL_NOTIFICATION_COUNT_TESTS, "t", req->subject);

	if (rows_count(r) == 0 || row_integer(r, 0, 0) < sending.tests_per_hour)
		return false;
	request_put_header(req, "retry-after", talloc_asprintf(req, "%" PRId64, row_integer(r, 0, 1) + 1));
	*out = reply_error(req, ERR_TOO_MANY_REQUESTS, "you sent %" PRId64 " tests within the hour",
			   row_integer(r, 0, 0));
	return true;
}

static const char *answer_text(struct request *req, const struct intent *i)
{
	struct json_writer *w = json_writer_new(req);

	json_open_object(w, NULL);
	json_open_array(w, "notifications");
	json_open_object(w, NULL);
	json_put_text(w, "notification_id", i->notification_id);
	json_put_text(w, "member_id", i->member_id);
	json_put_text(w, "status", intent_status_name(i->status));
	json_close(w);
	json_close(w);
	put_as_of(w);
	json_close(w);
	return json_text(w, NULL);
}

static reply send_test(struct request *req, const char *key, struct intent *i)
{
	const char *answer = answer_text(req, i);
	reply out;

	if (idempotency_replays(req, key, &out) || too_many(req, &out))
		return out;
	intents_create(req->db, req, &i, 1);
	idempotency_keep(req, key, 202, answer);
	if (db_run(req->db, "COMMIT")) {
		queue_added(req->daemon->state, &i, 1);
		log_info("test send template=%s@%d notification=%s by=%s to=%s", i->template,
			 i->template_version, i->notification_id, req->subject,
			 strcmp(i->member_id, TEST_MEMBER) == 0 ? "address" : "member");
	}
	return reply_body(req, 202, "application/json", answer, strlen(answer));
}

reply test_template(struct request *req, const struct test_template_in *in)
{
	const struct message_template *t;
	struct template_body body;
	const char *key;
	reply out;

	if (!template_body_read(req, true, &body, &out) || (key = idempotency_key(req, &out)) == NULL ||
	    (t = template_body_load(req, in->name, &body, &out)) == NULL)
		return out;
	if (body.channel != CHANNEL_COUNT && !(template_channels(t) & CHANNEL_BIT(body.channel))) {
		struct fault fault = {"/channel", "is none that the template has words for"};

		return reply_faults(req, ERR_INVALID, talloc_memdup(req, &fault, sizeof(fault)), 1);
	}
	return send_test(req, key, new_test(req, in->name, &body, t));
}
