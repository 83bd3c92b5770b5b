/*
 * engagement_store.c - provider's and members' news about messages, as rows and events
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/engagement_store.h"
#include "services/notification/escalate.h"
#include "services/notification/intent.h"
#include "services/notification/notifier.h"

struct recording {
	struct daemon *daemon;
	const void *scratch;
	const char *provider;
	struct rows *known; /* notifications */
	struct log_line *lines;
	struct log_event *events;
	const struct engagement_event **evented; /* what the events tell */
	size_t count, event_count;
	struct db_array *bits[2], *marks[4], *soft[2], *returned;
};

/* -1: it was sent over none yet. */
static int sent_over(const struct recording *r, size_t row)
{
	return row_null(r->known, row, 3) ? -1 : (int)row_integer(r->known, row, 3);
}

static int channel_of(const struct recording *r, size_t row, const struct engagement_event *e)
{
	return e->mailed ? CHANNEL_EMAIL : sent_over(r, row);
}

/* The address that it went to over that channel, unless the provider named another one. "" = not known. */
static const char *address_of(const struct recording *r, size_t row, const struct engagement_event *e)
{
	if (e->recipient[0])
		return e->recipient;
	return row_null(r->known, row, 4) || channel_of(r, row, e) != sent_over(r, row)
		       ? ""
		       : row_text(r->known, row, 4);
}

/* Nobody will bring the message to the member over the channel it was sent over. */
static bool came_back(const struct recording *r, size_t row, const struct engagement_event *e)
{
	return channel_of(r, row, e) == sent_over(r, row) &&
	       (e->kind == ENGAGEMENT_BOUNCED_HARD || e->kind == ENGAGEMENT_REJECTED ||
		(e->kind == ENGAGEMENT_BOUNCED_SOFT && e->given_up));
}

static void suppress(struct recording *r, size_t row, const struct engagement_event *e)
{
	const char *reason = e->kind == ENGAGEMENT_COMPLAINED ? "complaint" : "hard_bounce",
		   *address = address_of(r, row, e);
	int over = channel_of(r, row, e);
	enum channel c = over < 0 ? CHANNEL_EMAIL : (enum channel)over;
	unsigned char hash[ADDRESS_HASH];

	if (address[0] == '\0')
		return;
	address_hash(c, address, hash);
	if (e->kind == ENGAGEMENT_BOUNCED_SOFT) {
		db_array_integer(r->soft[0], c);
		db_array_bytes(r->soft[1], hash, ADDRESS_HASH);
		return;
	}
	db_array_integer(r->marks[0], c);
	db_array_bytes(r->marks[1], hash, ADDRESS_HASH);
	db_array_text(r->marks[2], reason);
	db_array_text(r->marks[3], e->detail);
}

static void make_event(struct recording *r, size_t row, const struct engagement_event *e)
{
	struct json_writer *w = json_writer_new(r->scratch);
	struct log_event *out = &r->events[r->event_count];
	char time[INSTANT_TEXT];

	r->evented[r->event_count++] = e;
	*out = (struct log_event){
		.type = "NotificationEngagementEvent",
		.source = talloc_asprintf(r->scratch, "urn:ae:notification:%s", r->provider),
		.id = e->provider_event_id,
		.subject = row_text(r->known, row, 1),
		.time = e->occurred_at};
	instant_format(e->occurred_at, time);
	eventlog_open(w, out);
	json_put_text(w, "member_id", out->subject);
	json_put_text(w, "notification_id", e->notification_id);
	json_put_text(w, "category", row_text(r->known, row, 2));
	if (channel_of(r, row, e) >= 0)
		json_put_text(w, "channel", channel_name((enum channel)channel_of(r, row, e)));
	json_put_text(w, "kind", engagement_name(e->kind));
	json_put_boolean(w, "machine", e->machine);
	json_put_text(w, "occurred_at", time);
	eventlog_close(w, out);
}

/* A test says nothing about members; what it says about an address still holds. */
static bool counts(const struct recording *r, size_t row)
{
	return !row_boolean(r->known, row, 5);
}

static void book(struct recording *r, size_t row, const struct engagement_event *e)
{
	struct intent *i = talloc_zero(r->scratch, struct intent);

	i->notification_id = row_text(r->known, row, 0);
	i->member_id = row_text(r->known, row, 1);
	r->lines[r->count] = (struct log_line){.intent = i,
					       .what = engagement_name(e->kind),
					       .channel = channel_of(r, row, e),
					       .provider = r->provider,
					       .code = e->machine ? "machine" : NULL,
					       .detail = e->detail,
					       .at = e->occurred_at};
	db_array_text(r->bits[0], i->notification_id);
	db_array_integer(r->bits[1], e->machine || !counts(r, row) ? 0 : 1 << (int)e->kind);
	if (e->kind == ENGAGEMENT_BOUNCED_HARD || e->kind == ENGAGEMENT_COMPLAINED ||
	    e->kind == ENGAGEMENT_BOUNCED_SOFT)
		suppress(r, row, e);
	if (counts(r, row) && came_back(r, row, e))
		db_array_text(r->returned, i->notification_id);
	if (counts(r, row))
		make_event(r, row, e);
	r->count++;
}

static int telling_order(const void *a, const void *b)
{
	return strcmp((*(const struct engagement_event *const *)a)->provider_event_id,
		      (*(const struct engagement_event *const *)b)->provider_event_id);
}

/* What was not told before, of notifications that we know. */
static void book_new(struct recording *r, const struct engagement_event *events, size_t count)
{
	struct db_array *ids = db_array_new(r->scratch, DB_TEXT, count),
			*told = db_array_new(r->scratch, DB_TEXT, count);
	const struct engagement_event **sorted = talloc_array(r->scratch, const struct engagement_event *,
							      count + 1),
				      **found;
	struct rows *fresh;
	size_t i, row;

	for (i = 0; i < count; i++) {
		db_array_text(ids, events[i].notification_id);
		db_array_text(told, events[i].provider_event_id);
		sorted[i] = &events[i];
	}
	qsort(sorted, count, sizeof(*sorted), telling_order);
	db_send(r->daemon->db, SQL_NOTIFICATION_FIND_NOTIFICATIONS, "a", ids);
	db_send(r->daemon->db, SQL_NOTIFICATION_NOTE_PROVIDER_EVENTS, "ta", r->provider, told);
	r->known = db_next(r->daemon->db, r->scratch);
	fresh = db_next(r->daemon->db, r->scratch);
	for (i = 0; i < rows_count(fresh); i++) {
		struct engagement_event key = {.provider_event_id = row_text(fresh, i, 0)}, *wanted = &key;

		found = bsearch(&wanted, sorted, count, sizeof(*sorted), telling_order);
		if (found == NULL)
			continue;
		row = rows_find(r->known, (*found)->notification_id);
		if (row < rows_count(r->known))
			book(r, row, *found);
	}
}

static void count_them(const struct recording *r)
{
	const struct notifier *n = r->daemon->state;
	const char *name;
	size_t i;

	for (i = 0; i < r->event_count; i++) {
		name = engagement_name(r->evented[i]->kind);
		metric_add(n->engagement,
			   r->evented[i]->machine ? talloc_asprintf(r->scratch, "%s_by_machine", name) : name,
			   1);
	}
}

static bool token_fresh(struct recording *r, const char *once)
{
	struct db_array *token = db_array_new(r->scratch, DB_TEXT, 1);

	if (once == NULL)
		return true;
	db_array_text(token, once);
	return rows_count(db_query(r->daemon->db, r->scratch, SQL_NOTIFICATION_NOTE_PROVIDER_EVENTS, "ta",
				   talloc_asprintf(r->scratch, "%s token", r->provider), token)) == 1;
}

bool engagement_record(struct daemon *d, const void *scratch, const char *provider, const char *once,
		       const struct engagement_event *events, size_t count)
{
	struct recording r = {.daemon = d, .scratch = scratch, .provider = provider};
	struct intent **onward = NULL;
	size_t onward_count = 0;
	bool done;
	int i;

	r.returned = db_array_new(scratch, DB_TEXT, 4);
	r.lines = talloc_array(scratch, struct log_line, count + 1);
	r.events = talloc_zero_array(scratch, struct log_event, count + 1);
	r.evented = talloc_array(scratch, const struct engagement_event *, count + 1);
	for (i = 0; i < 4; i++)
		r.marks[i] = db_array_new(scratch, i == 0 ? DB_INT2 : i == 1 ? DB_BYTEA : DB_TEXT, 4);
	for (i = 0; i < 2; i++) {
		r.bits[i] = db_array_new(scratch, i == 0 ? DB_TEXT : DB_INT2, count);
		r.soft[i] = db_array_new(scratch, i == 0 ? DB_INT2 : DB_BYTEA, 4);
	}
	db_begin(d->db, NULL);
	if (!token_fresh(&r, once))
		return false;
	book_new(&r, events, count);
	if (r.count > 0) {
		logs_put(d->db, scratch, r.lines, r.count);
		db_query(d->db, scratch, SQL_NOTIFICATION_PUT_ENGAGEMENT, "aa", r.bits[0], r.bits[1]);
		db_query(d->db, scratch, SQL_NOTIFICATION_PUT_MARKS, "aaaa", r.marks[0], r.marks[1],
			 r.marks[2], r.marks[3]);
		db_query(d->db, scratch, SQL_NOTIFICATION_PUT_SOFT_BOUNCES, "aa", r.soft[0], r.soft[1]);
		db_query(d->db, scratch, SQL_NOTIFICATION_SUPPRESS_SOFT, "aa", r.soft[0], r.soft[1]);
		onward_count = escalate(d->db, scratch, r.returned, &onward);
		if (r.event_count > 0)
			eventlog_append(d->db, scratch, r.events, r.event_count);
	}
	done = !db_failed(d->db) && db_run(d->db, "COMMIT");
	if (done) {
		count_them(&r);
		daemon_announce(d, r.events, r.event_count);
	}
	if (done && onward_count > 0)
		queue_added(d->state, onward, onward_count);
	return done;
}
