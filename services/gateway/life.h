/*
 * life.h - what surrounds the gateway: its options, its settings, its signals
 */
#ifndef AE_GATEWAY_LIFE_H
#define AE_GATEWAY_LIFE_H

#include "services/gateway/gateway.h"

enum {
	LIFE_SIGNALS = 3
};

struct life {
	struct gateway gateway; /* first: what hangs under it hangs under the life */
	const char *file;
	const struct setting *const *tables;
	int64_t drain_until;
	struct event *signals[LIFE_SIGNALS], *second;
};

/* gateway.c */
int gateway_run(struct life *life);

/* options.c */
struct life *life_new(const struct setting *const tables[], int argc, char **argv); /* may end the process */
void life_reload(struct life *life);

#endif
