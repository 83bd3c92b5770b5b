/*
 * notification_json.c - stored notifications and their logs as replies tell them
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/categories.h"
#include "services/notification/engagement.h"
#include "services/notification/intent.h"
#include "services/notification/notification_json.h"

void put_as_of(struct json_writer *w)
{
	char time[INSTANT_TEXT];

	json_open_object(w, "as_of");
	json_put_text(w, "instant", instant_format(clock_now(), time));
	json_close(w);
}

static void put_time(struct json_writer *w, const char *name, const struct rows *r, size_t i, int column)
{
	char time[INSTANT_TEXT];

	if (!row_null(r, i, column))
		json_put_text(w, name, instant_format(row_instant(r, i, column), time));
}

static void put_known(struct json_writer *w, const char *name, const struct rows *r, size_t i, int column)
{
	if (!row_null(r, i, column))
		json_put_text(w, name, row_text(r, i, column));
}

void notification_open(struct json_writer *w, const struct rows *r, size_t i)
{
	struct engagement known = {0};
	const char *cause;
	size_t length;

	json_open_object(w, NULL);
	json_put_text(w, "notification_id", row_text(r, i, 0));
	json_put_text(w, "member_id", row_text(r, i, 1));
	json_put_text(w, "status", intent_status_name((enum intent_status)row_integer(r, i, 2)));
	json_put_text(w, "priority", priority_name((enum priority)row_integer(r, i, 3)));
	json_put_text(w, "category", row_text(r, i, 4));
	json_put_text(w, "template",
		      talloc_asprintf(w, "%s@%d", row_text(r, i, 5), (int)row_integer(r, i, 6)));
	put_time(w, "created_at", r, i, 8);
	put_time(w, "due_at", r, i, 9);
	put_time(w, "expires_at", r, i, 10);
	json_put_integer(w, "attempts", row_integer(r, i, 11));
	if (!row_null(r, i, 12))
		json_put_text(w, "channel", channel_name((enum channel)row_integer(r, i, 12)));
	put_known(w, "provider", r, i, 13);
	put_known(w, "provider_ref", r, i, 14);
	put_known(w, "reason", r, i, 15);
	put_time(w, "sent_at", r, i, 16);
	if (!row_null(r, i, 17)) {
		cause = row_bytes(r, i, 17, &length);
		json_put_raw(w, "cause", cause, length);
	}
	json_put_text(w, "asked_by", row_text(r, i, 18));
	put_known(w, "collapse_key", r, i, 19);
	known.seen = (unsigned)row_integer(r, i, 20);
	if (known.seen)
		json_put_text(w, "engagement", engagement_name(engagement_status(&known)));
	put_known(w, "locale", r, i, 21);
	if (!row_null(r, i, 22)) {
		cause = row_bytes(r, i, 22, &length);
		json_put_raw(w, "metadata", cause, length);
	}
	json_put_boolean(w, "test", !row_null(r, i, 23));
}

static void put_line(struct json_writer *w, const struct rows *r, size_t i)
{
	const char *evidence;
	size_t length;

	json_open_object(w, NULL);
	put_time(w, "at", r, i, 0);
	json_put_text(w, "what", row_text(r, i, 1));
	if (!row_null(r, i, 2))
		json_put_text(w, "channel", channel_name((enum channel)row_integer(r, i, 2)));
	put_known(w, "provider", r, i, 3);
	if (!row_null(r, i, 4))
		json_put_integer(w, "attempt", row_integer(r, i, 4));
	put_known(w, "code", r, i, 5);
	put_known(w, "detail", r, i, 6);
	if (!row_null(r, i, 7)) {
		evidence = row_bytes(r, i, 7, &length);
		json_put_raw(w, "evidence", evidence, length);
	}
	json_close(w);
}

void notification_put_log(struct json_writer *w, const struct rows *log, size_t *at, const char *id)
{
	json_open_array(w, "log");
	for (; *at < rows_count(log) && (id == NULL || strcmp(row_text(log, *at, 8), id) == 0); (*at)++)
		put_line(w, log, *at);
	json_close(w);
}
