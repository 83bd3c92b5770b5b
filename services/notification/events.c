/*
 * events.c - enrolments bring contact points, locale, zone and consents; routes make events into messages
 *
 * They are where a member can be reached until the member says otherwise. The newest enrolment holds,
 * whatever came first, so the outcome does not depend on the order of arrival.
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/schema.h"
#include "gen/sql/notification.h"
#include "services/notification/dead_token.h"
#include "services/notification/notification.h"
#include "services/notification/notifier.h"
#include "services/notification/route.h"

static const char *const kept[] = {"name",   "email",     "push_tokens", "slack_user_id",
				   "locale", "time_zone", "consents",    "birth_date"};

static const char *profile_text(const void *scratch, const struct json *data, size_t *length)
{
	struct json_writer *w = json_writer_new(scratch);
	const struct json *v;
	size_t i;

	json_open_object(w, NULL);
	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if ((v = json_get(data, kept[i])) != NULL && v->kind != JSON_NULL)
			json_put_value(w, kept[i], v);
	json_close(w);
	return json_text(w, length);
}

/* By member, then time, then the log. */
static int enrolment_order(const void *a, const void *b)
{
	const struct log_event *x = *(const struct log_event *const *)a,
			       *y = *(const struct log_event *const *)b;
	int order = strcmp(x->subject, y->subject);

	if (order != 0)
		return order;
	if (x->time != y->time)
		return x->time < y->time ? -1 : 1;
	return (x->position > y->position) - (x->position < y->position);
}

/* The enrolments of a batch that can be read; the others become dead letters. */
static size_t take_enrolments(struct batch *b, const struct log_event **out)
{
	const struct schema *schema = event_schema("MemberEnrolledEvent");
	struct schema_fault fault;
	const struct log_event *e;
	size_t i, n = 0;

	for (i = 0; i < b->count; i++) {
		e = &b->events[i];
		if (strcmp(e->type, "MemberEnrolledEvent") != 0)
			continue;
		fault = (struct schema_fault){"/data", "missing", "is required"};
		if (e->data && schema_check(b->events, schema, e->data, &fault))
			out[n++] = e;
		else
			batch_reject(b, e, fault.pointer, "%s", fault.detail);
	}
	return n;
}

static bool profiles_apply(struct batch *b)
{
	const struct log_event **found = talloc_array(b->events, const struct log_event *, b->count + 1);
	struct registration *devices = talloc_array(found, struct registration, b->count + 1);
	struct db_array *members, *profiles, *times;
	size_t device_count = 0, i, n = take_enrolments(b, found), length;
	const char *text;

	if (n == 0)
		return !db_failed(b->db);
	qsort(found, n, sizeof(*found), enrolment_order);
	members = db_array_new(found, DB_TEXT, n);
	profiles = db_array_new(found, DB_JSON, n);
	times = db_array_new(found, DB_TIMESTAMPTZ, n);
	for (i = 0; i < n; i++) {
		if (i + 1 < n && strcmp(found[i]->subject, found[i + 1]->subject) == 0)
			continue; /* a newer one follows */
		text = profile_text(found, found[i]->data, &length);
		devices[device_count++] = (struct registration){json_get(found[i]->data, "push_tokens"),
								found[i]->time};
		db_array_text(members, found[i]->subject);
		db_array_bytes(profiles, text, length);
		db_array_instant(times, found[i]->time);
	}
	dead_tokens_revive(b->db, found, devices, device_count);
	db_query(b->db, found, SQL_NOTIFICATION_PUT_PROFILES, "aaa", members, profiles, times);
	return !db_failed(b->db);
}

bool events_apply(struct batch *b)
{
	return profiles_apply(b) && routes_apply(b);
}

void events_committed(struct batch *b)
{
	struct notifier *n = b->daemon->state;

	if (n->routed && n->routed->count > 0)
		queue_added(n, n->routed->intents, n->routed->count);
}
