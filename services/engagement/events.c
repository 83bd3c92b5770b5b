/*
 * events.c - an event makes its member due; what it means is judged when the facts count it
 *
 * Triggers of rules are asked here, by the event's data, so that what they were true of is kept with the
 * member until then. What analytics does not book makes nobody due unless a rule asks for it.
 */
#include <string.h>
#include <talloc.h>

#include "common/schema.h"
#include "gen/sql/engagement.h"
#include "services/engagement/engager.h"
#include "services/engagement/mark.h"
#include "services/engagement/triggers.h"

/* Whether analytics moves the member's position by it. */
static bool moves_facts(const struct log_event *e)
{
	return event_schema(e->type) != NULL && strcmp(e->type, "CategoryUpdatedEvent") != 0;
}

/* Also if it cannot be told: the look reports the limit that the trigger ran into. */
static bool fires(const void *scratch, const struct rule *r, const struct log_event *e, const char **fault)
{
	bool truth;

	*fault = NULL;
	if (r->event_type == NULL || strcmp(r->event_type, e->type) != 0 || e->data == NULL)
		return false;
	return r->event_when == NULL || !logic_judge(scratch, r->event_when, e->data, NULL, &truth, fault) ||
	       truth;
}

static void mark_event(struct marks *m, const struct catalogue *c, const struct log_event *e)
{
	bool facts = moves_facts(e), any = facts;
	instant now = clock_now();
	const char *fault;
	size_t i;

	for (i = 0; c && i < c->rule_count; i++)
		if (fires(m, c->rules[i], e, &fault)) {
			mark_cause(m, e->subject, c->rules[i]->rule_id, e, fault);
			any = true;
		}
	if (facts && e->time > now)
		mark_ahead(m, e->subject, e->time);
	if (any)
		mark_member(m, e->subject, now, facts ? e->position : 0);
}

/* Members are the subjects of all events but those of categories. */
bool events_apply(struct batch *b)
{
	struct catalogue *c = catalogue_current(b->daemon);
	struct marks *m = marks_new(b->events);
	size_t i;

	if (c == NULL)
		return false;
	for (i = 0; i < b->count; i++)
		if (strcmp(b->events[i].type, "CategoryUpdatedEvent") != 0)
			mark_event(m, c, &b->events[i]);
		else if (!mark_offer(b->db, b->events, &b->events[i]))
			return false;
	return marks_put(m, b->db);
}

/* Also of batches that another process died over, of which only the subjects are known; who is no member is
 * not found when asked for. */
void events_committed(struct batch *b)
{
	const char **members = talloc_array(b->events, const char *, b->count + 1);
	size_t i, n = 0;

	for (i = 0; i < b->count; i++)
		if (b->events[i].type == NULL || moves_facts(&b->events[i]))
			members[n++] = b->events[i].subject;
	triggers_add(b->daemon->cache, members, n, clock_now());
}
