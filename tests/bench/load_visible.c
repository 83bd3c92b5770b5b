/*
 * load_visible.c - from an event to the dashboard that shows it, while others are taken in
 *
 * A probe has a member of its own, to whom nothing happens but the probe's events: it posts one
 * and asks for the dashboard with If-None-Match until the answer is a new one. It counts from the
 * moment the event is sent, which is before its commit, so the figure is an upper bound.
 */
#include "tests/bench/load.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

enum {
	POLL = 2000,   /* microseconds between two looks at a dashboard */
	REST = 100000, /* after a probe's event was seen */
	GIVE_UP = 5 * SECOND,
};

enum phase {
	RESTING,
	POSTING,
	LOOKING
};

struct probe {
	const struct load_options *options;
	enum phase phase;
	char *member, *etag, *request;
	int64_t next, sent; /* next: when there is something to do; far away while an answer is awaited */
	int serial;
};

static struct tally background, seen, answers;

static void background_posted(struct connection *c)
{
	if (c->status == 202)
		tally_add(&background, clock_monotonic() - c->due);
	else
		tally_failed(&background, c->status);
	talloc_free(c->state);
}

static void probe_seen(struct probe *p, struct connection *c, int64_t now)
{
	tally_add(&seen, now - p->sent);
	talloc_free(p->etag);
	p->etag = talloc_strdup(p, answer_header(p, c, "etag"));
	p->phase = RESTING;
	p->next = now + REST;
}

static void probe_answered(struct connection *c)
{
	struct probe *p = c->state;
	int64_t now = clock_monotonic();

	p->next = now + POLL;
	if (p->phase == POSTING) {
		tally_add(&answers, now - p->sent);
		p->phase = LOOKING;
		p->next = now;
		if (c->status != 202) {
			tally_failed(&seen, c->status);
			p->phase = RESTING;
			p->next = now + REST;
		}
	} else if (c->status == 200) {
		probe_seen(p, c, now);
	} else if (now > p->sent + GIVE_UP) {
		tally_failed(&seen, c->status);
		p->phase = RESTING;
	}
}

static void any_answered(struct connection *c)
{
	if (talloc_get_type(c->state, struct probe))
		probe_answered(c);
	else
		background_posted(c);
}

static char *probe_event(struct probe *p)
{
	char at[INSTANT_TEXT];
	char *event = talloc_asprintf(
		p,
		"{\"specversion\":\"1.0\",\"source\":\"urn:bench:probe\",\"type\":"
		"\"TransactionProcessedEvent\","
		"\"id\":\"%s-%d\",\"subject\":\"%s\",\"time\":\"%s\",\"data\":{\"transaction_id\":\"%s-%d\","
		"\"member_id\":\"%s\",\"amount_minor\":1250,\"currency\":\"GBP\",\"category\":\"groceries\","
		"\"occurred_at\":\"%s\",\"status\":\"completed\"}}",
		p->member, p->serial, p->member, instant_format(clock_now(), at), p->member, p->serial,
		p->member, at);
	char *request = request_text(p, p->options, "POST", "/events",
				     "Content-Type: application/cloudevents+json\r\n", event, strlen(event));

	p->serial++;
	talloc_free(event);
	return request;
}

static char *probe_look(struct probe *p)
{
	const char *match = p->etag ? talloc_asprintf(p, "If-None-Match: %s\r\n", p->etag) : "";

	return request_text(p, p->options, "GET", talloc_asprintf(p, "/analytics/%s/dashboard", p->member),
			    match, NULL, 0);
}

static void probe_step(struct probe *p, struct client *k, int64_t now)
{
	struct connection *c = now < p->next ? NULL : client_idle(k);

	if (!c)
		return;
	talloc_free(p->request);
	if (p->phase == RESTING) {
		p->phase = POSTING;
		p->sent = now;
		p->request = probe_event(p);
	} else {
		p->request = probe_look(p);
	}
	p->next = INT64_MAX;
	c->state = p;
	client_send(c, p->request, talloc_get_size(p->request) - 1);
}

static struct probe **probes_new(const void *parent, const struct load_options *o)
{
	struct probe **probes = talloc_array(parent, struct probe *, o->probes);
	int64_t i;

	for (i = 0; i < o->probes; i++) {
		probes[i] = talloc_zero(probes, struct probe);
		probes[i]->options = o;
		probes[i]->member = talloc_asprintf(probes[i], "probe-%" PRId64 "-%" PRId64, clock_now(), i);
		probes[i]->next = clock_monotonic() + i * REST / o->probes;
	}
	return probes;
}

static int64_t due_of(const struct load_options *o, int64_t start, size_t n)
{
	return start + (int64_t)n * SECOND / o->rate;
}

/* Sends what is due of the file's events. */
static void send_due(struct client *k, const struct load_options *o, const struct lines *lines, int64_t start,
		     size_t *sent)
{
	const char *type = "Content-Type: application/cloudevents+json\r\n";
	struct connection *c;
	char *request;

	while (*sent < lines->count && due_of(o, start, *sent) <= clock_monotonic() && (c = client_idle(k))) {
		request = request_text(k, o, "POST", "/events", type, lines->at[*sent],
				       (size_t)(lines->at[*sent + 1] - lines->at[*sent]));
		c->due = due_of(o, start, *sent);
		c->state = request;
		client_send(c, request, talloc_get_size(request) - 1);
		++*sent;
	}
}

static void report(double seconds)
{
	printf("{\"probes\": %zu, \"failed\": %" PRId64
	       ", \"failure\": %d, \"p50_ms\": %.3f, \"p99_ms\": %.3f, "
	       "\"most_ms\": %.3f, \"answer_p50_ms\": %.3f, \"per_second\": %.0f, \"background_failed\": "
	       "%" PRId64 "}\n",
	       seen.count, seen.failed, seen.first_failure, tally_ms(&seen, 0.5), tally_ms(&seen, 0.99),
	       tally_ms(&seen, 1), tally_ms(&answers, 0.5), (double)background.count / seconds,
	       background.failed);
}

int load_visible(const struct load_options *o)
{
	void *top = talloc_new(NULL);
	struct client *k = client_new(top, (int)o->port, (size_t)(o->connections + o->probes), any_answered);
	struct probe **probes;
	struct lines lines;
	int64_t start, now, next, i;
	size_t sent = 0;

	if (!k || o->rate == 0 || !lines_read(top, o, &lines))
		return 1;
	probes = probes_new(top, o);
	start = now = clock_monotonic();
	while (now < start + o->seconds * SECOND) {
		send_due(k, o, &lines, start, &sent);
		next = due_of(o, start, sent);
		for (i = 0; i < o->probes; i++) {
			probe_step(probes[i], k, clock_monotonic());
			next = probes[i]->next < next ? probes[i]->next : next;
		}
		client_work(k, next, true);
		now = clock_monotonic();
	}
	report((double)(now - start) / 1e6);
	talloc_free(top);
	return 0;
}
