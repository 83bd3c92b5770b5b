/*
 * load_get.c - dashboards, or whatever else, of random members, at a steady rate
 */
#include "tests/bench/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

static struct tally tally;

static void got(struct connection *c)
{
	if (c->status == 200)
		tally_add(&tally, clock_monotonic() - c->due);
	else
		tally_failed(&tally, c->status);
	talloc_free(c->state);
}

int load_get(const struct load_options *o)
{
	void *top = talloc_new(NULL);
	struct client *k = client_new(top, (int)o->port, (size_t)o->connections, got);
	int64_t start = clock_monotonic(), now = start, sent = 0, due = start;
	struct connection *c;
	char *request;

	srand48(start);
	while (k && (now = clock_monotonic()) < start + o->seconds * SECOND) {
		due = o->rate ? start + sent * SECOND / o->rate : now;
		if (due > now || !(c = client_idle(k))) {
			client_work(k, due > now ? due : now + SECOND / 10, due <= now);
			continue;
		}
		request = request_text(
			top, o, "GET",
			talloc_asprintf(top, "%s/m%09ld/%s", o->under, lrand48() % o->members, o->leaf), "",
			NULL, 0);
		c->due = due;
		c->state = request;
		client_send(c, request, talloc_get_size(request) - 1);
		sent++;
	}
	while (k && client_busy(k) > 0 && now < start + (o->seconds + 5) * SECOND) {
		client_work(k, now + SECOND / 10, true);
		now = clock_monotonic();
	}
	printf("{\"requests\": %zu, \"failed\": %lld, \"failure\": %d, \"per_second\": %.0f, \"p50_ms\": "
	       "%.3f, "
	       "\"p99_ms\": %.3f, \"most_ms\": %.3f}\n",
	       tally.count, (long long)tally.failed, tally.first_failure,
	       (double)tally.count / ((double)(now - start) / 1e6), tally_ms(&tally, 0.5),
	       tally_ms(&tally, 0.99), tally_ms(&tally, 1));
	talloc_free(top);
	return k ? 0 : 1;
}
