/*
 * events.c - a batch of the log into progress and awards
 *
 * Event by event in the order of the log, so that what is awarded does not depend on where a batch ends: a
 * purchase and its reversal in one batch are an award and its end, as they would be in two.
 */
#include <string.h>
#include <talloc.h>

#include "services/milestone/milestone.h"
#include "services/milestone/store.h"

struct applying {
	struct working_set *ws;
	struct entry **entries;
	const char **ids;
	instant *received;
	size_t count;
};

static void read_entries(struct applying *a, const struct batch *b, const void *scratch)
{
	struct entry *e;
	size_t i;

	a->entries = talloc_array(scratch, struct entry *, b->count + 1);
	a->ids = talloc_array(scratch, const char *, b->count + 1);
	a->received = talloc_array(scratch, instant, b->count + 1);
	for (i = 0; i < b->count; i++) {
		if ((e = entry_new(scratch, &b->events[i])) == NULL)
			continue;
		a->entries[a->count] = e;
		a->received[a->count] = b->events[i].received;
		a->ids[a->count++] = b->events[i].subject;
	}
}

/* What the event's purchase had before, in the order of the log. */
static size_t of_same_key(const struct member *m, const struct entry *e, const struct entry **out)
{
	size_t i, count = 0;

	for (i = 0; i < m->related_count; i++)
		if (strcmp(m->related[i]->key, e->key) == 0)
			out[count++] = m->related[i];
	for (i = 0; i < m->seen_count; i++)
		if (strcmp(m->seen[i]->key, e->key) == 0)
			out[count++] = m->seen[i];
	return count;
}

/* What is reached now and was not before, or the other way round. */
static void follow(struct working_set *ws, struct member *m, const struct milestone *of,
		   const struct counted *last, struct cause *why)
{
	const struct bucket *b = last->bucket;
	int64_t before = last->before, after = bucket_reached(of, b), k;

	why->value = bucket_value(of, b);
	for (k = before + 1; k <= after && of->segment == NULL; k++) {
		why->target = occurrence_target(of, k);
		award_reach(ws, m, of, occurrence_name(ws, of, b, k), why);
	}
	for (k = before; k > after; k--)
		award_lose(ws, m, of, occurrence_name(ws, of, b, k), why);
}

static void book(struct working_set *ws, struct member *m, const struct change *c, struct cause *why)
{
	const struct milestone *of;
	struct counted last;
	struct progress *p;
	size_t i;

	for (i = 0; i < ws->catalogue->count; i++) {
		of = ws->catalogue->milestones[i];
		if (of->event == NULL || strcmp(of->event, c->type) != 0)
			continue;
		if ((p = settle_count(ws, m, of, c->time)) == NULL)
			return;
		last.bucket = tally_apply(p->tally, of, m->zone, c, &last.before);
		settle_award(ws, m, of, p, &last, why);
		if (last.bucket == NULL)
			continue;
		p->changed = true;
		follow(ws, m, of, &last, why);
	}
}

/* Another zone: whatever was counted by days is counted again; enrolments are when this one is booked. */
static void move(struct working_set *ws, struct member *m, const struct cause *why)
{
	const struct milestone *of;
	size_t i;

	for (i = 0; i < m->progress_count; i++)
		if ((of = catalogue_find(ws->catalogue, m->progress[i].milestone_id)) != NULL && of->event &&
		    strcmp(of->event, "MemberEnrolledEvent") != 0)
			settle(ws, m, of, why);
}

static void remember(struct working_set *ws, struct member *m, struct entry *e)
{
	m->seen = talloc_realloc(ws, m->seen, struct entry *, m->seen_count + 1);
	m->seen[m->seen_count++] = e;
	if (ws->catalogue->asks_facts)
		m->pending = e->position;
}

static void apply_entry(struct working_set *ws, struct member *m, struct entry *e, instant received)
{
	struct cause why = {.time = e->time, .position = e->position, .derived = true};
	const struct entry **before = talloc_array(ws, const struct entry *,
						   m->related_count + m->seen_count + 1);
	struct change c;

	if (strcmp(e->type, "MemberEnrolledEvent") == 0 && profile_learn(ws, m, e)) {
		move(ws, m, &why);
		calendar_plan(ws, m, NULL, received);
	}
	if (entry_change(before, of_same_key(m, e, before), e, &c))
		book(ws, m, &c, &why);
	remember(ws, m, e);
}

static int forget_announced(struct working_set *ws)
{
	((struct milestones *)ws->daemon->state)->announce_count = 0;
	return 0;
}

bool events_apply(struct batch *b)
{
	struct milestones *s = b->daemon->state;
	struct applying a = {0};
	size_t i;

	/* On a first start events may come before the job that brings the release's definitions. */
	if (!s->base_put)
		base_definitions_put(b->db, b->events);
	if (!catalogue_refresh(b->daemon))
		return false;
	read_entries(&a, b, b->events);
	if (a.count == 0)
		return true;
	a.ws = working_set_open(b->daemon, b->db, b->events, a.ids, a.count);
	if (a.ws == NULL)
		return false;
	talloc_set_destructor(a.ws, forget_announced);
	store_related(a.ws, a.ids, a.entries, a.count);
	for (i = 0; i < a.count && !db_failed(b->db); i++)
		apply_entry(a.ws, working_set_member(a.ws, a.ids[i]), a.entries[i], a.received[i]);
	if (!working_set_put(a.ws, b->events))
		return false;
	s->announce = a.ws->events;
	s->announce_count = a.ws->event_count;
	return true;
}

void events_committed(struct batch *b)
{
	struct milestones *s = b->daemon->state;

	if (s->announce_count > 0)
		daemon_announce(b->daemon, s->announce, s->announce_count);
	s->announce_count = 0;
}
