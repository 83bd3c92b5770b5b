/*
 * lanes.c - deficit round robin among priorities (see lanes.h)
 */
#include "services/notification/lanes.h"

static void turn_on(struct lanes *l)
{
	l->at = l->at + 1 < PRIORITY_COUNT ? l->at + 1 : PRIORITY_CRITICAL + 1;
	l->visited = false;
}

void lanes_init(struct lanes *l, const int weight[PRIORITY_COUNT])
{
	int i;

	*l = (struct lanes){.at = PRIORITY_CRITICAL + 1};
	for (i = 0; i < PRIORITY_COUNT; i++)
		l->weight[i] = weight[i] > 1 ? weight[i] : 1;
}

/* An empty lane saves nothing: a burst after a quiet hour has no claim on the hour. */
static bool serve(struct lanes *l, int cost)
{
	if (cost <= 0) {
		l->deficit[l->at] = 0;
		return false;
	}
	if (!l->visited)
		l->deficit[l->at] += l->weight[l->at];
	l->visited = true;
	if (l->deficit[l->at] < cost)
		return false;
	l->deficit[l->at] -= cost;
	return true;
}

enum priority lanes_next(struct lanes *l, const int cost[PRIORITY_COUNT])
{
	bool empty = true;
	int i;

	if (cost[PRIORITY_CRITICAL] > 0)
		return PRIORITY_CRITICAL;
	for (i = PRIORITY_CRITICAL + 1; i < PRIORITY_COUNT; i++)
		empty = empty && cost[i] <= 0;
	/* Ends: each round adds at least 1 to a lane that waits, and no cost counts above LANE_COST_MAX. */
	while (!empty) {
		if (serve(l, cost[l->at] < LANE_COST_MAX ? cost[l->at] : LANE_COST_MAX))
			return (enum priority)l->at;
		turn_on(l);
	}
	return PRIORITY_COUNT;
}
