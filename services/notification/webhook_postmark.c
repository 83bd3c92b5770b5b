/*
 * webhook_postmark.c - Postmark signs nothing: a user name and a password over TLS (RFC 7617)
 */
#include <math.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "services/notification/webhook_verify.h"

static bool verify(const void *parent, const struct webhook_keys *keys, const struct webhook_request *r,
		   const char **error)
{
	const char *given = webhook_header(r, "Authorization"), *user = keys->postmark_user;
	const char *password = keys->postmark_password;
	unsigned char text[1024];
	int length;

	*error = "the user name or the password is wrong";
	if (user == NULL || password == NULL || *password == '\0') {
		*error = "there is no password for Postmark";
		return false;
	}
	if (given == NULL || strncasecmp(given, "Basic ", 6) != 0)
		return false;
	length = webhook_base64(given + 6, text, sizeof(text) - 1);
	if (length < 0 || memchr(text, '\0', (size_t)length))
		return false;
	text[length] = '\0';
	return webhook_equal((const char *)text, talloc_asprintf(parent, "%s:%s", user, password));
}

/* Which member is the time, the recipient, and the subdivision of each type of record. */
static const struct {
	const char *type, *at, *recipient, *detail, *text;
} records[] = {
	{"Delivery", "DeliveredAt", "Recipient", "", "Details"},
	{"Bounce", "BouncedAt", "Email", "Type", "Description"},
	{"SpamComplaint", "BouncedAt", "Email", "Type", "Description"},
	{"Open", "ReceivedAt", "Recipient", "", ""},
	{"Click", "ReceivedAt", "Recipient", "", "OriginalLink"},
	{"SubscriptionChange", "ChangedAt", "Recipient", "SuppressionReason", "Origin"},
};

/* Only bounces have an id; the others are told apart by message, type and time. */
static const char *event_id(const void *parent, const struct json *j, const char *type, const char *at)
{
	int64_t id = json_get_integer(j, "ID", 0);

	if (id > 0)
		return talloc_asprintf(parent, "%s-%lld", type, (long long)id);
	return talloc_asprintf(parent, "%s-%.100s-%.40s", type, json_get_text(j, "MessageID", ""),
			       json_get_text(j, at, ""));
}

static void read_record(const void *parent, const struct json *j, size_t i, instant now,
			struct webhook_events *out)
{
	const char *type = records[i].type, *detail = json_get_text(j, records[i].detail, "");
	struct engagement_event *e;

	if (strcmp(type, "SubscriptionChange") == 0 && !json_get_boolean(j, "SuppressSending", false))
		detail = "reactivated";
	if ((e = webhook_add(parent, out, "postmark", type, detail)) == NULL)
		return;
	e->notification_id = webhook_notification(
		parent, json_get_text(json_get(j, "Metadata"), "notification_id", NULL), NULL);
	e->provider_event_id = event_id(parent, j, type, records[i].at);
	e->occurred_at = webhook_instant(j, records[i].at, now);
	e->detail = webhook_text(parent, j, records[i].text);
	e->recipient = webhook_text(parent, j, records[i].recipient);
	e->machine = e->kind == ENGAGEMENT_OPENED && machine_open(json_get_text(j, "UserAgent", ""), NAN);
}

bool webhook_postmark(const void *parent, const struct webhook_keys *keys, const struct webhook_request *r,
		      struct webhook_events *out, const char **error)
{
	const struct json *json;
	const char *type;
	size_t i;

	*out = (struct webhook_events){0};
	if (!verify(parent, keys, r, error) ||
	    (json = webhook_json(parent, r->body, r->length, error)) == NULL)
		return false;
	type = json_get_text(json, "RecordType", "");
	for (i = 0; i < sizeof(records) / sizeof(records[0]); i++)
		if (strcmp(records[i].type, type) == 0)
			read_record(parent, json, i, r->now, out);
	if (out->count == 0 && out->ignored == 0)
		out->ignored = 1;
	return true;
}
