/*
 * wire.h - transfers through libcurl multi, driven by the daemon's event loop
 *
 * The one place that waits for the outside. Connections are pooled and kept; how many may go to one host
 * at a time is set once. Everything else about a transfer stands in struct transfer.
 */
#ifndef AE_NOTIFICATION_WIRE_H
#define AE_NOTIFICATION_WIRE_H

#include "services/notification/channel.h"

struct event_base;
struct wire;

struct wire_settings {
	int64_t connections; /* to one host at a time */
	const char *proxy;   /* egress proxy for guarded transfers; "" = none */
};

typedef void (*wire_done)(void *context, const struct answer *answer);

/* NULL: libcurl gave out no handle. */
struct wire *wire_new(const void *parent, struct event_base *base, const struct wire_settings *settings);

/*
 * Starts a transfer, whose texts must live until done is called, once, from the loop or, when it could
 * not even be started, from here. The answer and what it points to live until done returns.
 */
void wire_start(struct wire *w, const struct transfer *t, wire_done done, void *context);

/* Transfers under way. */
size_t wire_busy(const struct wire *w);

#endif
