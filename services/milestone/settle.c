/*
 * settle.c - a member's progress where it does not exist yet, or is of another definition or another zone, or
 * lacks what is asked for
 *
 * It is made of all that the member ever did. What comes out does not depend on the order of the log, so
 * the entries are taken key by key.
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/milestone/milestone.h"

void settle_policy(const struct milestone *of, struct cause *why)
{
	why->silent = of->backfill == BACKFILL_SILENT;
	why->skipped = of->backfill == BACKFILL_NONE;
}

static int by_key(const void *a, const void *b)
{
	const struct entry *x = *(const struct entry *const *)a, *y = *(const struct entry *const *)b;
	int order = strcmp(x->key, y->key);

	if (order == 0)
		order = (x->position > y->position) - (x->position < y->position);
	return order;
}

/* All that is known of the member and happened until then, key by key. */
static struct entry **entries_until(const void *parent, const struct member *m, instant until, size_t *count)
{
	struct entry **all = talloc_array(parent, struct entry *, m->history_count + m->seen_count + 1);
	size_t i;

	*count = 0;
	for (i = 0; i < m->history_count; i++)
		if (m->history[i]->time <= until)
			all[(*count)++] = m->history[i];
	for (i = 0; i < m->seen_count; i++)
		if (m->seen[i]->time <= until)
			all[(*count)++] = m->seen[i];
	qsort(all, *count, sizeof(*all), by_key);
	return all;
}

/* What all of it comes to by the days of a zone. */
static struct tally *fold(const void *parent, const struct member *m, const struct milestone *of,
			  const struct tz *zone, instant until)
{
	struct tally *t = tally_new(parent);
	size_t count, i, first = 0;
	struct entry **all = entries_until(t, m, until, &count);
	struct change c;
	int64_t before;

	for (i = 0; i < count; i++) {
		if (strcmp(all[first]->key, all[i]->key) != 0)
			first = i;
		if (entry_change((const struct entry *const *)all + first, i - first, all[i], &c))
			tally_apply(t, of, zone, &c, &before);
	}
	talloc_free(all);
	return t;
}

struct tally *settle_look(struct working_set *ws, struct member *m, const struct milestone *of, instant until)
{
	const struct progress *p = member_progress(m, of->id);

	if (until == INSTANT_MAX && p && p->version == of->version && strcmp(p->zone, tz_name(m->zone)) == 0)
		return p->tally;
	return member_load_history(ws, m) ? fold(ws, m, of, m->zone, until) : tally_new(ws);
}

static struct progress *open_progress(struct working_set *ws, struct member *m, const char *milestone_id)
{
	m->progress = talloc_realloc(ws, m->progress, struct progress, m->progress_count + 1);
	m->progress[m->progress_count] = (struct progress){.milestone_id = milestone_id,
							   .forgotten = DAY_NONE};
	return &m->progress[m->progress_count++];
}

/* In the order of the log nothing of the member is later than that. */
static instant newest(const struct member *m, instant t)
{
	size_t i;

	for (i = 0; i < m->history_count; i++)
		t = m->history[i]->time > t ? m->history[i]->time : t;
	for (i = 0; i < m->seen_count; i++)
		t = m->seen[i]->time > t ? m->seen[i]->time : t;
	return t;
}

/* What the days of the former zone came to: whole, even if a part was forgotten. */
static const struct tally *former_tally(struct working_set *ws, const struct member *m,
					const struct milestone *of, const struct progress *p)
{
	const struct tz *zone = tz_find(p->zone);

	return p->forgotten == DAY_NONE || zone == NULL ? p->tally : fold(ws, m, of, zone, INSTANT_MAX);
}

struct progress *settle_count(struct working_set *ws, struct member *m, const struct milestone *of,
			      instant when)
{
	struct progress *p = member_progress(m, of->id);
	bool same = p && p->version == of->version, here = same && strcmp(p->zone, tz_name(m->zone)) == 0;

	if (here && !tally_forgot(of, p->forgotten, tz_day(m->zone, when)))
		return p;
	if (!member_load_history(ws, m))
		return NULL;
	p = p ? p : open_progress(ws, m, of->id);
	p->former = same && !here ? former_tally(ws, m, of, p) : NULL;
	p->anew = !here;
	p->version = of->version;
	p->zone = tz_name(m->zone);
	p->tally = fold(ws, m, of, m->zone, INSTANT_MAX);
	p->forgotten = DAY_NONE;
	p->changed = true;
	return p;
}

void settle_reached(struct working_set *ws, struct member *m, const struct milestone *of,
		    const struct progress *p, const struct counted *last, const struct cause *why)
{
	struct cause each = *why;
	const struct bucket *b;
	int64_t k, reached;
	size_t i;

	for (i = 0; i < p->tally->count; i++) {
		b = &p->tally->buckets[i];
		reached = bucket_reached(of, b);
		if (last && last->bucket == b && last->before < reached)
			reached = last->before;
		for (k = 1; k <= reached; k++) {
			each.value = bucket_value(of, b);
			each.target = occurrence_target(of, k);
			award_reach(ws, m, of, occurrence_name(ws, of, b, k), &each);
		}
	}
}

/* What was reached by days that were not the member's, and is not by those that are. */
static void lose_former(struct working_set *ws, struct member *m, const struct milestone *of,
			const struct progress *p, const struct cause *why)
{
	const struct bucket *b, *now;
	int64_t k, reached;
	size_t i;

	for (i = 0; i < p->former->count; i++) {
		b = &p->former->buckets[i];
		now = tally_find(p->tally, b->name);
		reached = now ? bucket_reached(of, now) : 0;
		for (k = bucket_reached(of, b); k > reached; k--)
			award_lose(ws, m, of, occurrence_name(ws, of, b, k), why);
	}
}

void settle_award(struct working_set *ws, struct member *m, const struct milestone *of, struct progress *p,
		  const struct counted *last, const struct cause *event)
{
	struct cause why = {.time = clock_now(), .position = event->position};

	if (!p->anew)
		return;
	p->anew = false;
	if (p->former) {
		/* Only the days are others: what comes of that is news like any other. */
		why = *event;
		why.time = newest(m, event->time);
		why.recounted = true;
		lose_former(ws, m, of, p, &why);
	} else {
		settle_policy(of, &why);
	}
	if (of->segment == NULL || why.skipped)
		settle_reached(ws, m, of, p, last, &why);
}

struct progress *settle(struct working_set *ws, struct member *m, const struct milestone *of,
			const struct cause *why)
{
	struct progress *p = settle_count(ws, m, of, INSTANT_MAX);

	if (p)
		settle_award(ws, m, of, p, NULL, why);
	return p;
}
