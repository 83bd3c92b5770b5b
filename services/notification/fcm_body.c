/*
 * fcm_body.c - one message for Android, Apple's devices behind FCM, and browsers behind FCM
 *
 * Fields: firebase.google.com/docs/reference/fcm/rest/v1/projects.messages.
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/fcm_body.h"
#include "services/notification/push_payload.h"

/* Names that FCM keeps for itself, and ours. */
static bool reserved(const char *name)
{
	static const char *const names[] = {"from", "message_type", "collapse_key", "notification_id",
					    "link", "category"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return strncmp(name, "google", 6) == 0 || strncmp(name, "gcm", 3) == 0;
}

/* All values are texts; others of the template's fields are left out. */
static void put_data(struct json_writer *w, const struct message *m)
{
	const struct json *data = json_get(m->extra, "data"), *field;

	json_open_object(w, "data");
	json_put_text(w, "notification_id", m->notification_id);
	json_put_text(w, "link", m->link);
	json_put_text(w, "category", m->category);
	for (field = data && data->kind == JSON_OBJECT ? data->first : NULL; field; field = field->next)
		if (field->kind == JSON_TEXT && !reserved(field->name))
			json_put_text_n(w, field->name, field->text, field->length);
	json_close(w);
}

/* The tag makes a repetition that arrives twice replace itself on the device. */
static void put_android(struct json_writer *w, const struct message *m)
{
	json_open_object(w, "android");
	json_put_text(w, "priority", push_urgent(m) ? "HIGH" : "NORMAL");
	json_put_text(w, "ttl", talloc_asprintf(w, "%llds", (long long)push_lifetime(m)));
	if (*m->collapse_key)
		json_put_text(w, "collapse_key", m->collapse_key);
	json_open_object(w, "notification");
	json_put_text(w, "tag", *m->collapse_key ? m->collapse_key : m->notification_id);
	json_close(w);
	json_close(w);
}

static void put_apns(struct json_writer *w, const struct message *m)
{
	int64_t until = m->now / SECOND + push_lifetime(m);

	json_open_object(w, "apns");
	json_open_object(w, "headers");
	json_put_text(w, "apns-collapse-id", push_collapse_id(w, m));
	json_put_text(w, "apns-priority", push_urgent(m) ? "10" : "5");
	json_put_text(w, "apns-expiration", talloc_asprintf(w, "%lld", (long long)until));
	json_close(w);
	json_close(w);
}

static void put_webpush(struct json_writer *w, const struct message *m)
{
	json_open_object(w, "webpush");
	json_open_object(w, "headers");
	json_put_text(w, "TTL", talloc_asprintf(w, "%lld", (long long)push_lifetime(m)));
	json_put_text(w, "Urgency", push_urgency(m));
	json_close(w);
	json_close(w);
}

static void write_body(struct json_writer *w, const struct message *m, const char *text)
{
	json_open_object(w, NULL);
	json_open_object(w, "message");
	json_put_text(w, "token", m->address);
	json_open_object(w, "notification");
	json_put_text(w, "title", m->title);
	json_put_text(w, "body", text);
	json_close(w);
	put_data(w, m);
	put_android(w, m);
	put_apns(w, m);
	put_webpush(w, m);
	json_close(w);
	json_close(w);
}

const char *fcm_body(const void *parent, const struct message *m, size_t *length, const char **fault)
{
	const char *body = push_fit(parent, m, FCM_BODY_MAX, write_body, length);

	*fault = body ? NULL : push_fit_fault(m);
	return body;
}
