/*
 * post_webhook.c - what a provider tells of our messages: verified on the raw bytes, then booked once
 */
#include <string.h>
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/engagement_store.h"
#include "services/notification/fetch.h"
#include "services/notification/notification.h"
#include "services/notification/notifier.h"
#include "services/notification/webhook_verify.h"

/* SNS's certificate, kept until it signs with another one. */
static const char *certificate(void *context, const char *url)
{
	struct notifier *n = context;
	const char *text;

	if (n->certificate_url && strcmp(n->certificate_url, url) == 0)
		return n->certificate;
	text = fetch_once(n, url);
	if (text == NULL)
		return NULL;
	talloc_free((void *)(uintptr_t)n->certificate);
	talloc_free((void *)(uintptr_t)n->certificate_url);
	n->certificate_url = talloc_strdup(n, url);
	n->certificate = text;
	return text;
}

static void take_headers(struct request *req, struct webhook_request *r)
{
	struct webhook_header *headers = talloc_array(req, struct webhook_header, req->value_count + 1);
	size_t i;

	for (i = 0; i < req->value_count; i++)
		if (strncmp(req->values[i].name, "header.", 7) == 0)
			headers[r->header_count++] = (struct webhook_header){req->values[i].name + 7,
									     req->values[i].value};
	r->headers = headers;
	r->body = req->body;
	r->length = req->body_length;
	r->now = clock_now();
}

/* Mailgun signs a token, not the body: each is taken once. */
static bool token_fresh(struct request *req, const char *once)
{
	struct db_array *token = db_array_new(req, DB_TEXT, 1);

	if (once == NULL)
		return true;
	db_array_text(token, once);
	return rows_count(db_query(req->db, req, SQL_NOTIFICATION_NOTE_PROVIDER_EVENTS, "ta", "mailgun-token",
				   token)) == 1;
}

reply post_webhook(struct request *req, const struct post_webhook_in *in)
{
	static const char *const names[] = {"sendgrid", "mailgun", "ses", "postmark", "slack"};
	struct notifier *n = req->daemon->state;
	struct webhook_keys keys = n->webhooks;
	struct webhook_request r = {0};
	struct webhook_events told = {0};
	struct json_writer *w;
	const char *error = "";

	take_headers(req, &r);
	keys.get_certificate = certificate;
	keys.certificate_context = n;
	if (!webhook_find(names[in->provider])(req, &keys, &r, &told, &error))
		return reply_error(req, ERR_FORBIDDEN, "%s", error);
	if (told.challenge)
		return reply_body(req, 200, "text/plain", told.challenge, strlen(told.challenge));
	if (!token_fresh(req, told.once))
		return reply_error(req, ERR_CONFLICT, "this token was used before");
	if (told.confirm_url)
		fetch_once(req, told.confirm_url);
	if (told.count > 0)
		engagement_record(req->daemon, req, names[in->provider], told.events, told.count);
	w = json_writer_new(req);
	json_open_object(w, NULL);
	json_put_integer(w, "taken", (int64_t)told.count);
	json_put_integer(w, "ignored", (int64_t)told.ignored);
	json_close(w);
	return reply_json(req, w);
}
