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
	text = fetch(n, n, url, sending.sns_ca_file);
	if (text == NULL)
		return NULL;
	n->certificate_url = talloc_strdup(n, url); /* SNS changes it once a year */
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
	if (told.confirm_url)
		fetch(n, req, told.confirm_url, sending.sns_ca_file);
	if (!engagement_record(req->daemon, req, names[in->provider], told.once, told.events, told.count))
		return reply_error(req, ERR_CONFLICT, "this token was used before");
	w = json_writer_new(req);
	json_open_object(w, NULL);
	json_put_integer(w, "taken", (int64_t)told.count);
	json_put_integer(w, "ignored", (int64_t)told.ignored);
	json_close(w);
	return reply_json(req, w);
}
