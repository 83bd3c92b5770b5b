/*
 * look.c - one look at one member, in its order (see look.h)
 */
#include "services/engagement/look.h"

#define REST               \
	(7 * DAY_SECONDS * \
	 SECOND) /* without a scheduled rule a member is looked at now and then: what is open may be over */

/* The next slot of any scheduled rule. */
static instant next_slot(const struct look *l)
{
	instant next = l->m->now + REST, slot;
	const struct rule *r;
	size_t i;

	for (i = 0; i < l->catalogue->rule_count; i++) {
		r = l->catalogue->rules[i];
		slot = r->schedule.set ? schedule_next(&r->schedule, l->m->zone, l->spread, l->m->now) : next;
		next = slot < next ? slot : next;
	}
	return next;
}

void look_at(struct look *l)
{
	l->next = next_slot(l);
	review_past(l);
	find_candidates(l);
	arbitrate(l);
}
