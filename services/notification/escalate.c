/*
 * escalate.c - urgent messages that came back go on over the member's other channels
 *
 * The message that came back stays "sent", as it was: its one final state is history. What goes on is an
 * intent of its own that names the first one as its cause, and whose dedup_key lets it be made once. It is
 * decided like any other, so wishes, quiet hours and suppressions hold for it too.
 */
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/engagement.h"
#include "services/notification/escalate.h"
#include "services/notification/notifier.h"

/* Bits of the channels that were asked for or are the category's, but for those that failed; 0 if the member
 * has the message after all. */
static unsigned channels_left(const struct rows *r, size_t row)
{
	const struct category *c = category_find(row_text(r, row, 3));
	struct engagement known = {.seen = (unsigned)row_integer(r, row, 11)};
	unsigned asked = (unsigned)row_integer(r, row, 7);
	unsigned failed = (unsigned)row_integer(r, row, 8) | CHANNEL_BIT(row_integer(r, row, 9));

	if (engagement_reached(&known))
		return 0;
	/* An offer is never urgent, whatever priority somebody gave it. */
	if (c == NULL || c->class == CLASS_MARKETING)
		return 0;
	return (asked ? asked : c->channels) & ~failed;
}

static struct intent *onward(const void *parent, const struct rows *r, size_t row, unsigned channels,
			     instant now)
{
	struct intent *i = talloc_zero(parent, struct intent);
	const char *before = row_text(r, row, 0);

	i->notification_id = notification_id_new(i, now);
	i->member_id = row_text(r, row, 1);
	i->priority = (enum priority)row_integer(r, row, 2);
	i->category = row_text(r, row, 3);
	i->template = row_text(r, row, 4);
	i->template_version = (int)row_integer(r, row, 5);
	i->variables = row_text(r, row, 6);
	i->channels = channels;
	i->cause = talloc_asprintf(i, "{\"notification_id\":\"%s\"}", before);
	i->client = "escalation";
	i->created = i->due = now;
	i->expires = row_null(r, row, 10) ? INSTANT_MAX : row_instant(r, row, 10);
	i->dedup_key = talloc_asprintf(i, "escalation\n%s", before);
	i->locale = row_null(r, row, 12) ? NULL : row_text(r, row, 12);
	i->metadata = row_null(r, row, 13) ? NULL : row_text(r, row, 13);
	return i;
}

/* The first message's log tells which one took over. Those that were made before are taken out; how many are
 * left. */
static size_t note(struct db *db, const void *scratch, struct intent **made, const char *const *before,
		   size_t count)
{
	struct log_line *lines = talloc_zero_array(scratch, struct log_line, count);
	struct intent *first;
	size_t i, n = 0;

	for (i = 0; i < count; i++) {
		if (made[i]->status == INTENT_STATUS_COUNT)
			continue;
		first = talloc_zero(scratch, struct intent);
		first->notification_id = before[i];
		first->member_id = made[i]->member_id;
		lines[n] = (struct log_line){.intent = first,
					     .what = "escalated",
					     .channel = -1,
					     .code = made[i]->notification_id,
					     .at = made[i]->created};
		made[n++] = made[i];
	}
	logs_put(db, scratch, lines, n);
	return n;
}

size_t escalate(struct db *db, const void *scratch, const struct db_array *notification_ids,
		struct intent ***made)
{
	instant now = clock_now();
	const char **before;
	size_t i, count = 0;
	struct rows *r;
	unsigned left;

	if (db_array_count(notification_ids) == 0)
		return 0;
	r = db_query(db, scratch, SQL_NOTIFICATION_GET_RETURNED, "az", notification_ids,
		     now - sending.give_up);
	*made = talloc_array(scratch, struct intent *, rows_count(r) + 1);
	before = talloc_array(scratch, const char *, rows_count(r) + 1);
	for (i = 0; i < rows_count(r); i++)
		if ((left = channels_left(r, i)) != 0) {
			before[count] = row_text(r, i, 0);
			(*made)[count++] = onward(scratch, r, i, left, now);
		}
	if (count == 0 || !intents_create(db, scratch, *made, count))
		return 0;
	return note(db, scratch, *made, before, count);
}
