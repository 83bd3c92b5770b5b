/*
 * ready.c - decided deliveries wait here, by lane, until a connection is free for them
 *
 * Lanes take turns by their weights; within a lane the first that finds a free connection goes first, so that
 * a slow provider holds nobody else up. What waits too long for its lease goes back into the queue; and where
 * a whole lane waits for one provider, most of it makes way for what is due behind it.
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/notifier.h"

enum {
	TURN = SECOND / 250,    /* signing a mail takes half a millisecond, and requests wait behind a turn */
	TURN_MAX = SECOND / 10, /* beside requests that take long themselves */
	GO_MAX = 12,            /* that ask for their limits together */
	STAYING = READY_MAX / 3, /* of a lane and a channel, when they make way */
	PATIENCE = 3 * SECOND    /* of a full lane with its first one */
};

/* When what made way is due again. */
#define ASIDE          (20 * SECOND)
#define ASIDE_CRITICAL (SECOND)

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

/* Takes out the lane's first delivery that can go, and gives back those that cannot go soon. NULL: none can.
 */
static struct delivery *next_to_go(struct notifier *n, struct ready_lane *l, instant now)
{
	struct delivery **at = &l->first, *d;

	while ((d = *at) != NULL) {
		if (now >= d->stale)
			delivery_put_back(take_out(l, at), now);
		else if (delivery_enter(d, now))
			return take_out(l, at);
		else if (d->pass.wait)
			at = &d->next;
		else
			delivery_put_back(take_out(l, at), provider_turn(n, d->targets[0]->channel,
									 d->intent->priority, d->pass.again));
	}
	return NULL;
}

static size_t gather(struct notifier *n, int cost[PRIORITY_COUNT], struct delivery *going[GO_MAX])
{
	size_t count = 0;
	enum priority p;

	while (count < GO_MAX && n->flying + count < (size_t)sending.flights &&
	       (p = lanes_next(&n->lanes, cost)) != PRIORITY_COUNT) {
		going[count] = next_to_go(n, &n->ready[p], clock_now());
		if (going[count] == NULL || n->ready[p].count == 0)
			cost[p] = 0;
		count += going[count] != NULL;
	}
	return count;
}

/* As long as the requests before it, so that a campaign that is being posted cannot hold up what is urgent.
 */
static int64_t turn(const struct notifier *n)
{
	int64_t took = n->daemon->requests_took;

	return took < TURN ? TURN : took < TURN_MAX ? took : TURN_MAX;
}

bool ready_launch(struct notifier *n)
{
	int64_t end = clock_monotonic() + turn(n);
	struct delivery *going[GO_MAX];
	int cost[PRIORITY_COUNT];
	size_t count, i;
	int p;

	for (p = 0; p < PRIORITY_COUNT; p++)
		cost[p] = n->ready[p].count > 0;
	while ((count = gather(n, cost, going)) > 0) {
		limits_ask(n, going, count, clock_now());
		for (i = 0; i < count; i++)
			if (going[i]->held_until)
				delivery_put_back(going[i], going[i]->held_until);
			else
				delivery_start(going[i]);
		if (clock_monotonic() >= end)
			return true;
	}
	return false;
}

static void lane_make_way(struct ready_lane *l, instant now)
{
	size_t staying[CHANNEL_COUNT] = {0};
	struct delivery **at = &l->first, *d;

	if (l->count < READY_MAX || now < l->first->message.now + PATIENCE)
		return;
	while ((d = *at) != NULL)
		if (staying[d->targets[0]->channel]++ < STAYING)
			at = &d->next;
		else
			delivery_put_back(
				take_out(l, at),
				now + (d->intent->priority == PRIORITY_CRITICAL ? ASIDE_CRITICAL : ASIDE));
}

void ready_make_way(struct notifier *n)
{
	instant now = clock_now();
	int p;

	for (p = 0; p < PRIORITY_COUNT; p++)
		lane_make_way(&n->ready[p], now);
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
