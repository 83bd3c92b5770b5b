/*
 * exchange.c - the programs that drive one channel make their transfers as the sender does
 */
#include <event2/event.h>
#include <stdlib.h>
#include <talloc.h>

#include "services/notification/wire.h"
#include "tests/lib/exchange.h"

static struct event_base *base;
static struct wire *wire;

struct waiting {
	const void *parent;
	struct answer answer;
	bool done;
};

static void arrived(void *context, const struct answer *a)
{
	struct waiting *w = context;

	w->answer = *a;
	w->answer.error = talloc_strdup(w->parent, a->error);
	w->answer.headers = talloc_strdup(w->parent, a->headers);
	w->answer.body = talloc_strndup(w->parent, a->body, a->length);
	w->done = true;
}

struct answer exchange(const void *parent, const struct transfer *t)
{
	struct waiting w = {.parent = parent};

	if (wire == NULL) {
		base = event_base_new();
		wire = wire_new(NULL, base, &(struct wire_settings){.connections = 4, .proxy = ""});
	}
	if (wire == NULL)
		abort();
	wire_start(wire, t, arrived, &w);
	while (!w.done)
		event_base_loop(base, EVLOOP_ONCE);
	return w.answer;
}

void exchange_end(void)
{
	talloc_free(wire);
	wire = NULL;
	if (base)
		event_base_free(base);
	base = NULL;
}
