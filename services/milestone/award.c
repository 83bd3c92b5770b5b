/*
 * award.c - an occurrence of a milestone is reached, or lost again
 *
 * A row per occurrence, with a state that counts up: 1 awarded, 2 reverted, 3 awarded again. Each state is
 * one event in the log, whose id says member, milestone, occurrence and state, so that it cannot be there
 * twice.
 */
#include <string.h>
#include <talloc.h>

#include "services/milestone/award.h"

static struct award *open_award(struct working_set *ws, struct member *m, const struct milestone *of,
				const char *occurrence)
{
	struct award *a = talloc_zero(ws, struct award);

	m->awards = talloc_realloc(ws, m->awards, struct award *, m->award_count + 1);
	m->awards[m->award_count++] = a;
	a->milestone_id = of->id;
	a->occurrence = occurrence;
	return a;
}

/* What the member has from this milestone already: points, or rewards. */
static int64_t granted(const struct working_set *ws, const struct member *m, const struct milestone *of)
{
	const struct json *bonus;
	const char *error;
	int64_t sum = 0;
	size_t i;

	for (i = 0; i < m->award_count; i++) {
		if (!m->awards[i]->live || m->awards[i]->bonus == NULL ||
		    strcmp(m->awards[i]->milestone_id, of->id) != 0)
			continue;
		bonus = json_parse(ws, m->awards[i]->bonus, strlen(m->awards[i]->bonus), &error);
		sum += json_get_integer(bonus, "points", 1);
	}
	return sum;
}

/* What this award brings, as JSON; NULL: nothing, or no more. */
static const char *bonus_text(const struct working_set *ws, const struct member *m,
			      const struct milestone *of, const struct award *a)
{
	const struct bonus *b = &of->bonus;
	int64_t left = b->cap > 0 ? b->cap - granted(ws, m, of) : INT64_MAX;
	struct json_writer *w;

	if ((b->points == 0 && b->reward_id == NULL) || left <= 0)
		return NULL;
	w = json_writer_new(ws);
	json_open_object(w, NULL);
	if (b->points > 0)
		json_put_integer(w, "points", b->points < left ? b->points : left);
	if (b->reward_id)
		json_put_text(w, "reward_id", b->reward_id);
	if (b->reward_name)
		json_put_text(w, "reward_name", b->reward_name);
	json_put_text(w, "idempotency_key",
		      talloc_asprintf(ws, "%s/%s/%s/%d", m->member_id, of->id, a->occurrence, a->state));
	json_close(w);
	return json_text(w, NULL);
}

bool award_reach(struct working_set *ws, struct member *m, const struct milestone *of, const char *occurrence,
		 const struct cause *why)
{
	struct milestones *s = ws->daemon->state;
	struct award *a = member_award(m, of->id, occurrence);

	if (a && (a->live || a->skipped || a->position >= why->position))
		return false;
	if (a == NULL)
		a = open_award(ws, m, of, occurrence);
	a->version = of->version;
	a->state++;
	a->skipped = why->skipped;
	a->derived = why->derived;
	a->position = why->position;
	a->achieved = why->time;
	a->reverted = INSTANT_NONE;
	a->value = why->value;
	a->target = why->target;
	a->late_days = why->late_days;
	a->bonus = why->skipped ? NULL : bonus_text(ws, m, of, a);
	a->live = true;
	a->changed = true;
	if (!why->skipped) {
		award_publish(ws, m, of, a, why);
		metric_add(s->awards, kind_name(of->kind), 1);
	}
	return true;
}

static bool revokes(const struct milestone *of, const struct award *a, const struct cause *why)
{
	if (why->recounted)
		return true;
	switch (of->rollback) {
	case ROLLBACK_KEEP:
		return false;
	case ROLLBACK_WITHIN:
		return why->time - a->achieved <= of->rollback_days * DAY_SECONDS * SECOND;
	case ROLLBACK_REVOKE:
		break;
	}
	return true;
}

void award_lose(struct working_set *ws, struct member *m, const struct milestone *of, const char *occurrence,
		const struct cause *why)
{
	struct milestones *s = ws->daemon->state;
	struct award *a = member_award(m, of->id, occurrence);

	if (a == NULL || !a->live || a->position >= why->position || !revokes(of, a, why))
		return;
	a->state++;
	a->live = false;
	a->position = why->position;
	a->reverted = why->time;
	a->changed = true;
	if (a->skipped) {
		a->skipped = false; /* from now on it is reached like any other */
		return;
	}
	award_publish(ws, m, of, a, why);
	metric_add(s->reverts, kind_name(of->kind), 1);
}
