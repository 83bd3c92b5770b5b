/*
 * ready.c - decided deliveries wait here, by lane, until a connection is free for them
 *
 * Lanes take turns by their weights; within a lane the first that finds a free connection goes first, so that
 * a slow provider holds nobody else up. What waits too long for its lease goes back into the queue.
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/notifier.h"

enum {
	TURN = SECOND /
	       250 /* signing a mail takes a third of a millisecond, and requests wait behind a turn */
};

void ready_init(struct notifier *n)
{
	int p;

	for (p = 0; p < PRIORITY_COUNT; p++)
		n->ready[p].end = &n->ready[p].first;
}

void ready_put(struct notifier *n, struct delivery *d)
{
	struct ready_lane *l = &n->ready[d->intent->priority];

	d->next = NULL;
	*l->end = d;
	l->end = &d->next;
	l->count++;
}

size_t ready_room(const struct notifier *n, enum priority lane)
{
	return n->ready[lane].count < READY_MAX ? READY_MAX - n->ready[lane].count : 0;
}

size_t ready_count(const struct notifier *n)
{
	size_t count = 0;
	int p;

	for (p = 0; p < PRIORITY_COUNT; p++)
		count += n->ready[p].count;
	return count;
}

static struct delivery *take_out(struct ready_lane *l, struct delivery **at)
{
	struct delivery *d = *at;

	*at = d->next;
	if (*at == NULL)
		l->end = at;
	l->count--;
	return d;
}

static instant a_little_later(instant now)
{
	return now + SECOND / 4 + (int64_t)(random_share() * SECOND);
}

/* Starts the lane's first delivery that can go, and gives back those that cannot go soon. False: none went.
 */
static bool launch_one(struct notifier *n, struct ready_lane *l, instant now)
{
	struct delivery **at = &l->first, *d;
	bool wait;

	while ((d = *at) != NULL) {
		wait = false;
		if (now < d->stale)
			d->provider = provider_enter(n, d->targets[0], d->intent->priority,
						     d->intent->tries > 0 ? d->intent->provider : NULL, now,
						     &d->pass, &wait);
		if (d->provider) {
			delivery_start(take_out(l, at));
			return true;
		}
		if (wait)
			at = &d->next;
		else
			delivery_put_back(take_out(l, at), a_little_later(now));
	}
	return false;
}

bool ready_launch(struct notifier *n)
{
	int64_t end = clock_monotonic() + TURN;
	int cost[PRIORITY_COUNT];
	enum priority p;

	for (p = 0; p < PRIORITY_COUNT; p++)
		cost[p] = n->ready[p].count > 0;
	while (n->flying < (size_t)sending.flights && (p = lanes_next(&n->lanes, cost)) != PRIORITY_COUNT) {
		if (!launch_one(n, &n->ready[p], clock_now()) || n->ready[p].count == 0)
			cost[p] = 0;
		if (clock_monotonic() >= end)
			return true;
	}
	return false;
}

void ready_retract(struct notifier *n, const char *member_id)
{
	struct delivery **at;
	instant now = clock_now();
	int p;

	for (p = 0; p < PRIORITY_COUNT; p++)
		for (at = &n->ready[p].first; *at != NULL;)
			if (member_id == NULL || strcmp((*at)->intent->member_id, member_id) == 0)
				delivery_put_back(take_out(&n->ready[p], at), now);
			else
				at = &(*at)->next;
}
