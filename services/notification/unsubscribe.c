/*
 * unsubscribe.c - a member's "no more of this", by mail
 */
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/engagement_store.h"
#include "services/notification/notification.h"
#include "services/notification/notifier.h"
#include "services/notification/unsubscribe.h"

/* The preferences with the refusal in them; NULL if it is there already. */
static const char *refused(const void *scratch, const struct json *document, const char *category)
{
	const struct json *patch = preferences_wish(scratch, category, CHANNEL_EMAIL, false);
	const struct json *chosen = json_get(json_get(document, "categories"), category);
	struct json_writer *w = json_writer_new(scratch);

	if (!json_get_boolean(chosen, channel_name(CHANNEL_EMAIL), true))
		return NULL;
	preferences_merge(w, document, patch);
	return json_text(w, NULL);
}

/* Booked once, however often it is said. */
static bool note(struct daemon *d, const void *scratch, const char *notification_id)
{
	struct engagement_event event = {
		.notification_id = notification_id,
		.provider_event_id = talloc_asprintf(scratch, "u:%s", notification_id),
		.kind = ENGAGEMENT_UNSUBSCRIBED,
		.occurred_at = clock_now(),
		.detail = "mail",
		.recipient = "",
		.mailed = true};

	return engagement_record(d, scratch, "link", NULL, &event, 1);
}

enum bounce_booked unsubscribe_by_mail(struct daemon *d, const void *scratch, const char *notification_id)
{
	struct author by = {"", "unsubscribe_mail", ""};
	struct stored_preferences *p;
	struct rows *r;
	const char *document, *member;

	db_begin(d->db, NULL);
	r = db_query(d->db, scratch, SQL_NOTIFICATION_GET_LINKED, "t", notification_id);
	if (rows_count(r) == 0)
		return db_run(d->db, "ROLLBACK") ? BOUNCE_BOOKED : BOUNCE_LOST;
	member = row_text(r, 0, 0);
	p = store_preferences(d->db, scratch, member, true);
	document = p ? refused(scratch, p->document, row_text(r, 0, 1)) : NULL;
	if (document)
		store_put_preferences(d->db, scratch, member, p, &by, document);
	else
		db_run(d->db, "ROLLBACK");
	if (db_failed(d->db) || !note(d, scratch, notification_id))
		return BOUNCE_LOST;
	return queue_take_back(d, scratch, member) ? BOUNCE_BOOKED
	       : db_failed(d->db)                  ? BOUNCE_LOST
						   : BOUNCE_EARLY;
}
