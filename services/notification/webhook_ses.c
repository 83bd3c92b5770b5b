/*
 * webhook_ses.c - Amazon SES's events, inside SNS messages
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/webhook_sns.h"

/* Where each event keeps its own object, its list of recipients, and its words. */
static const struct {
	const char *name, *object, *recipients, *detail;
} shapes[] = {
	{"Bounce", "bounce", "bouncedRecipients", "bounceSubType"},
	{"Complaint", "complaint", "complainedRecipients", "complaintFeedbackType"},
	{"Delivery", "delivery", "recipients", "smtpResponse"},
	{"DeliveryDelay", "deliveryDelay", "delayedRecipients", "delayType"},
	{"Send", "send", NULL, ""},
	{"Reject", "reject", NULL, "reason"},
	{"Rendering Failure", "failure", NULL, "errorMessage"},
	{"Open", "open", NULL, ""},
	{"Click", "click", NULL, "link"},
	{"Subscription", "subscription", NULL, "source"},
};

/* SES's tags are lists; mail sent without them has our id in its Message-ID. */
static const char *notification_of(const void *parent, const struct json *mail)
{
	const struct json *tag = json_get(json_get(mail, "tags"), "notification_id");
	const char *ours = tag && tag->first && tag->first->kind == JSON_TEXT ? tag->first->text : NULL;

	return webhook_notification(parent, ours,
				    json_get_text(json_get(mail, "commonHeaders"), "messageId", NULL));
}

static const char *subdivision(const char *name, const struct json *object)
{
	const struct json *preferences = json_get(object, "newTopicPreferences"), *topics, *t;

	if (strcmp(name, "Subscription") != 0)
		return json_get_text(object, "bounceType", "");
	if (json_get_boolean(preferences, "unsubscribeAll", false))
		return "OptOut";
	topics = json_get(preferences, "topicSubscriptionStatus");
	for (t = topics ? topics->first : NULL; t; t = t->next)
		if (strcmp(json_get_text(t, "subscriptionStatus", ""), "OptOut") == 0)
			return "OptOut";
	return "OptIn";
}

/* A recipient is a text, or an object with emailAddress and the server's own words. */
static void read_recipient(const void *parent, const struct json *r, struct engagement_event *e)
{
	if (r && r->kind == JSON_TEXT)
		e->recipient = talloc_strndup(parent, r->text, 320);
	else if (r) {
		e->recipient = webhook_text(parent, r, "emailAddress");
		if (json_get(r, "diagnosticCode"))
			e->detail = webhook_text(parent, r, "diagnosticCode");
	}
}

static void read_event(const void *parent, const struct json *j, size_t i, const char *id, instant now,
		       struct webhook_events *out)
{
	const struct json *mail = json_get(j, "mail"), *object = json_get(j, shapes[i].object), *list, *r;
	const char *detail = subdivision(shapes[i].name, object);
	struct engagement_event *e;
	size_t n = 0;

	list = shapes[i].recipients ? json_get(object, shapes[i].recipients) : json_get(mail, "destination");
	r = list ? list->first : NULL;
	do {
		if ((e = webhook_add(parent, out, "ses", shapes[i].name, detail)) == NULL)
			return;
		e->notification_id = notification_of(parent, mail);
		e->provider_event_id = talloc_asprintf(parent, "%.100s/%zu", id, n++);
		e->occurred_at = webhook_instant(object, "timestamp",
						 webhook_instant(mail, "timestamp", now));
		e->detail = webhook_text(parent, object, shapes[i].detail);
		read_recipient(parent, r, e);
		e->machine = e->kind == ENGAGEMENT_OPENED &&
			     machine_open(json_get_text(object, "userAgent", ""), NAN);
		r = r ? r->next : NULL;
	} while (r);
}

/* Old configurations say notificationType. */
static bool read_message(const void *parent, const struct json *envelope, instant now,
			 struct webhook_events *out, const char **error)
{
	const char *text = json_get_text(envelope, "Message", ""), *name;
	const struct json *j = webhook_json(parent, text, strlen(text), error);
	size_t i;

	if (j == NULL) {
		out->ignored++; /* SNS says "Successfully validated ..." in words */
		return true;
	}
	name = json_get_text(j, "eventType", json_get_text(j, "notificationType", ""));
	for (i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (strcmp(shapes[i].name, name) == 0)
			read_event(parent, j, i, json_get_text(envelope, "MessageId", ""), now, out);
	if (out->count == 0 && out->ignored == 0)
		out->ignored = 1;
	return true;
}

bool webhook_ses(const void *parent, const struct webhook_keys *keys, const struct webhook_request *r,
		 struct webhook_events *out, const char **error)
{
	const struct json *json = webhook_json(parent, r->body, r->length, error);
	const char *type = json_get_text(json, "Type", ""), *url;

	*out = (struct webhook_events){0};
	if (json == NULL || !sns_verify(parent, keys, json, r->now, error))
		return false;
	if (strcmp(type, "Notification") == 0)
		return read_message(parent, json, r->now, out, error);
	url = json_get_text(json, "SubscribeURL", "");
	if (strcmp(type, "SubscriptionConfirmation") == 0 && sns_url(url))
		out->confirm_url = talloc_strdup(parent, url);
	else if (strcmp(type, "UnsubscribeConfirmation") == 0)
		out->ignored++; /* its SubscribeURL would subscribe again: an administrator decides that */
	else
		*error = "neither a notification nor a subscription at SNS";
	return out->confirm_url != NULL || out->ignored > 0;
}
