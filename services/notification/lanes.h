/*
 * lanes.h - whose turn it is: critical first, the other lanes by their weights
 *
 * Deficit round robin (Shreedhar and Varghese, "Efficient Fair Queueing Using Deficit Round Robin", 1995):
 * each lane saves up its weight per round and spends it on what it sends. Over time every lane that has
 * something gets its share, the bulk lane too; what one leaves unused goes to the others. Critical has no
 * share: it goes before all of them.
 */
#ifndef AE_NOTIFICATION_LANES_H
#define AE_NOTIFICATION_LANES_H

#include "services/notification/channel.h"

enum {
	LANE_COST_MAX = 1000
};

struct lanes {
	int weight[PRIORITY_COUNT]; /* at least 1; critical's is not used */
	int64_t deficit[PRIORITY_COUNT];
	int at;       /* the lane whose turn it is */
	bool visited; /* it has got its weight for this turn */
};

/* Weights below 1 are taken as 1, so that no lane starves. */
void lanes_init(struct lanes *l, const int weight[PRIORITY_COUNT]);

/*
 * The lane to serve next, and its message is taken as sent; PRIORITY_COUNT if all are empty. cost is that of
 * each lane's first message, in units of weight (1 for a message, or its number of addresses; taken as at
 * most LANE_COST_MAX); 0 = the lane is empty.
 */
enum priority lanes_next(struct lanes *l, const int cost[PRIORITY_COUNT]);

#endif
