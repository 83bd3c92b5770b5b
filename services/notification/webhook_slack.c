/*
 * webhook_slack.c - Slack's requests: v0 HMAC-SHA256 over "v0:timestamp:body"
 *
 * Interactions come as a form with payload=<JSON>, events as JSON. Of both, a tap on our button and the
 * challenge of a new URL mean something here.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/webhook_verify.h"

static bool verify(const void *parent, const struct webhook_keys *keys, const struct webhook_request *r,
		   const char **error)
{
	const char *signature = webhook_header(r, "X-Slack-Signature");
	const char *timestamp = webhook_header(r, "X-Slack-Request-Timestamp");
	const char *parts[] = {"v0:", timestamp, ":", r->body};
	size_t lengths[] = {3, timestamp ? strlen(timestamp) : 0, 1, r->length};
	char hex[65];

	*error = NULL;
	if (keys->slack_signing_secret == NULL || *keys->slack_signing_secret == '\0')
		*error = "there is no signing secret for Slack";
	else if (signature == NULL || timestamp == NULL)
		*error = "the signature's headers are missing";
	else if (!webhook_fresh(timestamp, r->now))
		*error = "the timestamp is too far away";
	else if (!webhook_hmac_hex(keys->slack_signing_secret, parts, lengths, 4, hex) ||
		 !webhook_equal(signature, talloc_asprintf(parent, "v0=%s", hex)))
		*error = "the signature does not match";
	return *error == NULL;
}

/* "%41" at s. */
static bool read_escape(const char *s, size_t length, char *out)
{
	char digits[3];

	if (length < 3 || !isxdigit((unsigned char)s[1]) || !isxdigit((unsigned char)s[2]))
		return false;
	memcpy(digits, s + 1, 2);
	digits[2] = '\0';
	*out = (char)strtoul(digits, NULL, 16);
	return true;
}

/* The form's first field, decoded (WHATWG URL, application/x-www-form-urlencoded); NULL on a bad escape. */
static char *form_payload(const void *parent, const char *body, size_t length, size_t *decoded)
{
	static const char name[] = "payload=";
	char *out = talloc_array(parent, char, length + 1), *o = out;
	size_t i = sizeof(name) - 1;

	if (length < i || memcmp(body, name, i) != 0)
		return NULL;
	for (; i < length && body[i] != '&'; i++) {
		if (body[i] == '%') {
			if (!read_escape(body + i, length - i, o++))
				return NULL;
			i += 2;
		} else
			*o++ = body[i] == '+' ? ' ' : body[i];
	}
	*decoded = (size_t)(o - out);
	return out;
}

/* A button that is ours has the id as its value; in a template's own blocks it may have another one. */
static const char *notification_of(const void *parent, const struct json *j, const struct json *action)
{
	const struct json *payload = json_get(json_get(json_get(j, "message"), "metadata"), "event_payload");
	const char *id = webhook_notification(parent, json_get_text(action, "value", NULL), NULL);

	return *id ? id : webhook_notification(parent, json_get_text(payload, "notification_id", NULL), NULL);
}

static void read_action(const void *parent, const struct json *j, const struct json *action, instant now,
			struct webhook_events *out)
{
	const char *ts = json_get_text(action, "action_ts", "");
	struct engagement_event *e = webhook_add(parent, out, "slack", json_get_text(action, "action_id", ""),
						 "");
	double seconds = strtod(ts, NULL);

	if (e == NULL)
		return;
	e->notification_id = notification_of(parent, j, action);
	e->recipient = webhook_text(parent, json_get(j, "user"), "id");
	e->provider_event_id = talloc_asprintf(parent, "%.64s-%.32s", e->recipient, ts);
	e->occurred_at = seconds > 0 && seconds < 2e11 ? (instant)(seconds * 1e6) : now;
}

static void read_body(const void *parent, const struct json *j, instant now, struct webhook_events *out)
{
	const char *type = json_get_text(j, "type", "");
	const struct json *actions = json_get(j, "actions"), *a;

	if (strcmp(type, "url_verification") == 0)
		out->challenge = webhook_text(parent, j, "challenge");
	else if (strcmp(type, "block_actions") == 0)
		for (a = actions ? actions->first : NULL; a; a = a->next)
			read_action(parent, j, a, now, out);
	else
		out->ignored++;
}

bool webhook_slack(const void *parent, const struct webhook_keys *keys, const struct webhook_request *r,
		   struct webhook_events *out, const char **error)
{
	const struct json *json;
	const char *text = r->body;
	size_t length = r->length;

	*out = (struct webhook_events){0};
	if (!verify(parent, keys, r, error))
		return false;
	if (length > 0 && text[0] != '{' && (text = form_payload(parent, text, length, &length)) == NULL) {
		*error = "the body is neither JSON nor a form with payload";
		return false;
	}
	if ((json = webhook_json(parent, text, length, error)) == NULL)
		return false;
	read_body(parent, json, r->now, out);
	return true;
}
