/*
 * load_post.c - the events of a file into the intake, singly or in batches
 */
#include "tests/bench/load.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

static struct tally tally;
static int64_t accepted;

static void posted(struct connection *c)
{
	const char *count = c->status == 202 ? strstr(c->body, "\"accepted\":") : NULL;

	if (count) {
		tally_add(&tally, clock_monotonic() - c->due);
		accepted += strtoll(count + 11, NULL, 10);
	} else {
		tally_failed(&tally, c->status);
	}
}

/* All requests beforehand: making them is no part of what is measured. */
static char **requests_make(const void *parent, const struct load_options *o, const struct lines *lines,
			    size_t *count)
{
	const char *type = o->batch == 1 ? "Content-Type: application/cloudevents+json\r\n"
					 : "Content-Type: application/x-ndjson\r\n";
	size_t i, batch = (size_t)o->batch, last;
	char **requests;

	*count = (lines->count + batch - 1) / batch;
	requests = talloc_array(parent, char *, *count);
	for (i = 0; i < *count; i++) {
		last = (i + 1) * batch < lines->count ? (i + 1) * batch : lines->count;
		requests[i] = request_text(requests, o, "POST", "/events", type, lines->at[i * batch],
					   (size_t)(lines->at[last] - lines->at[i * batch]));
	}
	return requests;
}

int load_post(const struct load_options *o)
{
	void *top = talloc_new(NULL);
	struct client *k = client_new(top, (int)o->port, (size_t)o->connections, posted);
	struct lines lines;
	char **requests;
	int64_t start, now, due;
	struct connection *c;
	size_t count, sent = 0;

	if (!k || !lines_read(top, o, &lines))
		return 1;
	requests = requests_make(top, o, &lines, &count);
	start = now = clock_monotonic();
	while ((sent < count || client_busy(k) > 0) && now < start + o->seconds * SECOND) {
		due = o->rate ? start + (int64_t)sent * o->batch * SECOND / o->rate : now;
		if (sent == count || due > now || !(c = client_idle(k))) {
			client_work(k, sent < count && due > now ? due : now + SECOND / 10,
				    sent == count || due <= now);
		} else {
			c->due = due;
			client_send(c, requests[sent], talloc_get_size(requests[sent]) - 1);
			sent++;
		}
		now = clock_monotonic();
	}
	printf("{\"events\": %lld, \"requests\": %zu, \"failed\": %lld, \"failure\": %d, \"seconds\": %.3f, "
	       "\"p50_ms\": %.3f, \"p99_ms\": %.3f}\n",
	       (long long)accepted, tally.count, (long long)tally.failed, tally.first_failure,
	       (double)(now - start) / 1e6, tally_ms(&tally, 0.5), tally_ms(&tally, 0.99));
	talloc_free(top);
	return 0;
}
