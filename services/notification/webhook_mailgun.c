/*
 * webhook_mailgun.c - Mailgun: HMAC-SHA256 over timestamp and token, both in the body
 *
 * The signature does not cover the event itself. Within the skew somebody who saw one could put another event
 * beside it, so the token is handed out to be taken once only.
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/webhook_verify.h"

static bool verify(const struct webhook_keys *keys, const struct json *signature, instant now,
		   const char **error)
{
	const char *timestamp = json_get_text(signature, "timestamp", "");
	const char *token = json_get_text(signature, "token", "");
	const char *parts[] = {timestamp, token};
	const size_t lengths[] = {strlen(timestamp), strlen(token)};
	char hex[65];

	*error = NULL;
	if (keys->mailgun_signing_key == NULL || *keys->mailgun_signing_key == '\0')
		*error = "there is no signing key for Mailgun";
	else if (*token == '\0')
		*error = "the signature is missing";
	else if (!webhook_fresh(timestamp, now))
		*error = "the timestamp is too far away";
	else if (!webhook_hmac_hex(keys->mailgun_signing_key, parts, lengths, 2, hex) ||
		 !webhook_equal(json_get_text(signature, "signature", ""), hex))
		*error = "the signature does not match";
	return *error == NULL;
}

static const char *failure(const struct json *j)
{
	return strncmp(json_get_text(j, "reason", ""), "suppress-", 9) == 0
		       ? "suppressed"
		       : json_get_text(j, "severity", "");
}

static void read_event(const void *parent, const struct json *j, instant now, struct webhook_events *out)
{
	struct engagement_event *e = webhook_add(parent, out, "mailgun", json_get_text(j, "event", ""),
						 failure(j));
	const struct json *headers = json_get(json_get(j, "message"), "headers"),
			  *client = json_get(j, "client-info");
	const struct json *status = json_get(j, "delivery-status");
	double seconds = json_get_real(j, "timestamp", -1);

	if (e == NULL)
		return;
	e->notification_id = webhook_notification(
		parent, json_get_text(json_get(j, "user-variables"), "notification_id", NULL),
		json_get_text(headers, "message-id", NULL));
	e->provider_event_id = webhook_text(parent, j, "id");
	e->occurred_at = seconds < 0 || seconds > 2e11 ? now : (instant)llround(seconds * 1e6);
	e->detail = json_get(j, "url") ? webhook_text(parent, j, "url")
				       : webhook_text(parent, status, "message");
	if (*e->detail == '\0')
		e->detail = webhook_text(parent, j, "reason");
	e->recipient = webhook_text(parent, j, "recipient");
	e->machine = *json_get_text(client, "bot", "") != '\0' ||
		     (e->kind == ENGAGEMENT_OPENED &&
		      machine_open(json_get_text(client, "user-agent", ""), NAN));
}

bool webhook_mailgun(const void *parent, const struct webhook_keys *keys, const struct webhook_request *r,
		     struct webhook_events *out, const char **error)
{
	const struct json *json = webhook_json(parent, r->body, r->length, error), *signature;

	*out = (struct webhook_events){0};
	signature = json_get(json, "signature");
	if (json == NULL || !verify(keys, signature, r->now, error))
		return false;
	out->once = talloc_strdup(parent, json_get_text(signature, "token", ""));
	read_event(parent, json_get(json, "event-data"), r->now, out);
	return true;
}
