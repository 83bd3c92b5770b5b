/*
 * events.c - a batch of the log into the members' facts
 *
 * Profiles first, because a member's zone decides on which day everything else is booked. When
 * a zone becomes known, or another, only after days were booked, that member is booked anew from
 * the log, so that an enrolment may come late.
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "common/schema.h"
#include "services/analytics/booking.h"
#include "services/analytics/working_set.h"

/* Categories concern nobody in particular and are few. */
static void apply_categories(struct batch *b, const void *scratch)
{
	size_t i;

	for (i = 0; i < b->count; i++)
		if (strcmp(b->events[i].type, "CategoryUpdatedEvent") == 0)
			store_put_category(b->db, scratch, &b->events[i]);
}

/* Whether it is what its schema says. The intake took care of that; the log may be older than the schema. */
static bool fits(const void *scratch, const struct log_event *e, struct schema_fault *fault)
{
	const struct schema *schema = event_schema(e->type);

	*fault = (struct schema_fault){"/data", "missing", "is required"};
	return schema == NULL || (e->data && schema_check(scratch, schema, e->data, fault));
}

/* What cannot be applied becomes a dead letter; the rest stays. */
static void put_aside_misfits(struct batch *b, const void *scratch)
{
	struct schema_fault fault;
	size_t i, kept = 0;

	for (i = 0; i < b->count; i++)
		if (fits(scratch, &b->events[i], &fault))
			b->events[kept++] = b->events[i];
		else
			batch_reject(b, &b->events[i], fault.pointer, "%s", fault.detail);
	b->count = kept;
}

/* Settles each member's zone before anything is booked; marks the ones that must be booked anew. */
static void settle_zones(struct working_set *ws, const struct batch *b, const struct tz *programme)
{
	const struct tz *before;
	struct member *m;
	size_t i;

	for (i = 0; i < b->count; i++) {
		if (strcmp(b->events[i].type, "MemberEnrolledEvent") != 0)
			continue;
		m = working_set_member(ws, b->events[i].subject)->member;
		before = member_zone(m, programme);
		if (book_zone(m, &b->events[i]))
			m->rebook |= m->stored && member_zone(m, programme) != before;
	}
}

/* The batch's events, with those of members that are booked anew replaced by all they ever had. */
static struct log_event *events_to_book(struct working_set *ws, const struct batch *b, const void *scratch,
					size_t *count)
{
	struct log_event *out = talloc_array(scratch, struct log_event, b->count + 1), *all;
	struct schema_fault fault;
	struct member *m;
	int64_t last;
	size_t i, k, n = 0, more;

	for (i = 0; i < b->count; i++)
		if (event_of_member(&b->events[i]) &&
		    !working_set_member(ws, b->events[i].subject)->member->rebook)
			out[n++] = b->events[i];
	for (k = 0; k < ws->member_count; k++) {
		m = ws->members[k].member;
		if (!m->rebook)
			continue;
		for (last = m->position, i = 0; i < b->count; i++)
			if (strcmp(b->events[i].subject, m->member_id) == 0 && b->events[i].position > last)
				last = b->events[i].position;
		all = store_member_events(b->db, scratch, m->shard, m->first_position, last, m->member_id,
					  &more);
		out = talloc_realloc(scratch, out, struct log_event, n + more + b->count + 1);
		for (i = 0; i < more; i++)
			if (event_of_member(&all[i]) && fits(scratch, &all[i], &fault))
				out[n++] = all[i];
		member_reset(m);
	}
	*count = n;
	return out;
}

static void replay_points(struct working_set *ws, const struct tz *programme)
{
	struct member_slot *slot;
	size_t i;

	for (i = 0; i < ws->member_count; i++) {
		slot = &ws->members[i];
		if (slot->ledger == NULL)
			continue;
		ledger_replay(slot->member, slot->ledger, member_zone(slot->member, programme),
			      &slot->member->points);
	}
}

bool events_apply(struct batch *b)
{
	struct analytics *a = b->daemon->state;
	void *scratch = talloc_new(b->events);
	struct working_set ws = {0};
	struct log_event *events;
	size_t i, count;

	refresh_catalogue(b->daemon);
	put_aside_misfits(b, scratch);
	apply_categories(b, scratch);
	if (db_failed(b->db) || !working_set_members(&ws, b->db, scratch, b->events, b->count))
		return false;
	settle_zones(&ws, b, a->catalogue->zone);
	events = events_to_book(&ws, b, scratch, &count);
	if (db_failed(b->db) || !working_set_months(&ws, b->db, scratch, events, count, a->catalogue->zone))
		return false;
	for (i = 0; i < count; i++)
		book_event(&ws, &events[i], a->catalogue->zone);
	replay_points(&ws, a->catalogue->zone);
	return working_set_put(&ws, b->db, scratch);
}

void events_committed(struct batch *b)
{
	const char **keys = talloc_array(b->events, const char *, b->count + 1);
	size_t i, n = 0;

	for (i = 0; i < b->count; i++) {
		if (i > 0 && strcmp(b->events[i].subject, b->events[i - 1].subject) == 0)
			continue;
		keys[n++] = talloc_asprintf(b->events, "insights_cache:{%s}", b->events[i].subject);
	}
	cache_drop(b->daemon->cache, keys, n);
}
