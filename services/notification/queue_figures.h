/*
 * queue_figures.h - how much waits, where, and since when; for administrators and for the metrics
 */
#ifndef AE_NOTIFICATION_QUEUE_FIGURES_H
#define AE_NOTIFICATION_QUEUE_FIGURES_H

#include "services/notification/notifier.h"

enum {
	QUEUE_COUNTED = 2000 /* at most so many are counted; the statements say the same */
};

struct lane_figures {
	bool exact; /* else the numbers are estimates: more than QUEUE_COUNTED are open */
	int64_t open, due, held, sending;
	instant oldest; /* due since then; 0 = none */
};

struct retry_figures {
	int64_t waiting;
	instant oldest; /* asked for then; 0 = none */
};

struct queue_figures {
	struct lane_figures lanes[PRIORITY_COUNT];
	struct retry_figures *retries; /* by provider, in their order */
	int64_t digest, dead;          /* at most QUEUE_COUNTED + 1 */
};

/* False: the database failed. */
bool queue_figures_load(struct db *db, const void *parent, const struct notifier *n, struct queue_figures *f);

/* The job that puts them into the metrics. */
bool run_queue_figures(struct daemon *d);

#endif
