/*
 * gather.c - one question to every instance, and one answer from what they say
 *
 * The question goes out on the instances' control lanes, so that it neither waits behind
 * requests nor takes their place. Whoever does not answer in a second counts as missing.
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/clock.h"
#include "common/json.h"
#include "services/gateway/backend.h"

enum {
	GATHER_MICROSECONDS = 1000000
};

struct said {
	const struct service *service;
	const char *instance;
	int status;
	char *body;
};

struct gather {
	struct call *call;
	size_t waiting, count;
	struct said *said;
	void (*complete)(struct gather *g);
};

static void gather_done(struct gather *g)
{
	if (--g->waiting == 0)
		g->complete(g);
}

static void answered(void *arg, struct instance *i, int status, const char *body, size_t length)
{
	struct gather *g = arg;
	struct said *s;

	g->said = talloc_realloc(g, g->said, struct said, g->count + 1);
	s = &g->said[g->count++];
	s->service = i->service;
	s->instance = talloc_strdup(g, i->name);
	s->status = status;
	s->body = talloc_strndup(g, body, length);
	gather_done(g);
}

static void ask(struct gather *g, struct instance *i, const char *operation)
{
	struct question *q = calloc(1, sizeof(*q));

	if (q == NULL)
		abort();
	q->operation = operation;
	q->deadline = clock_monotonic() + GATHER_MICROSECONDS;
	q->answered = answered;
	q->arg = g;
	g->waiting++;
	instance_ask(i, q);
}

/* Whether the instance is the one that "?instance=analytics-1" names; none named: all are. */
static bool instance_named(const char *wanted, const char *service, const char *name)
{
	size_t length = strlen(service);

	return wanted == NULL || (strncmp(wanted, service, length) == 0 && wanted[length] == '-' &&
				  strcmp(wanted + length + 1, name) == 0);
}

static const char *instance_wanted(const struct call *call)
{
	size_t i;

	for (i = 0; i < call->value_count; i++)
		if (strcmp(call->values[i].name, "query.instance") == 0)
			return call->values[i].value;
	return NULL;
}

/* Holds one place itself while it asks, so that it is complete only after the last question. */
static void gather(struct call *call, const char *operation, void (*complete)(struct gather *g))
{
	struct backend *b = call->gateway->backend;
	struct gather *g = talloc_zero(call, struct gather);
	struct instance *i;
	size_t n;

	g->call = call;
	g->complete = complete;
	g->waiting = 1;
	for (n = 0; n < b->service_count; n++)
		TAILQ_FOREACH(i, &b->services[n].instances, entry)
	if (instance_named(instance_wanted(call), b->services[n].name, i->name))
		ask(g, i, operation);
	gather_done(g);
}

/* --- /readyz ----------------------------------------------------------------------------- */

static void instance_document(struct json_writer *w, const struct gather *g, const struct said *s)
{
	const char *error;
	const struct json *said = json_parse(g, s->body, strlen(s->body), &error);
	const char *reason = said ? json_get_text(said, "reason", NULL) : NULL;

	json_open_object(w, s->instance);
	json_put_boolean(w, "ready", s->status == 200);
	if (s->status == 0)
		json_put_text(w, "reason", "no answer");
	else if (reason)
		json_put_text(w, "reason", reason);
	json_close(w);
}

static bool service_ready(const struct gather *g, const struct service *s)
{
	size_t i;

	for (i = 0; i < g->count; i++)
		if (g->said[i].service == s && g->said[i].status == 200)
			return true;
	return false;
}

static void service_document(struct json_writer *w, const struct gather *g, const struct service *s)
{
	size_t i;

	json_open_object(w, s->name);
	json_put_boolean(w, "ready", service_ready(g, s));
	json_open_object(w, "instances");
	for (i = 0; i < g->count; i++)
		if (g->said[i].service == s)
			instance_document(w, g, &g->said[i]);
	json_close(w);
	json_close(w);
}

static void ready_complete(struct gather *g)
{
	struct backend *b = g->call->gateway->backend;
	struct json_writer *w = json_writer_new(g);
	struct answer a = {0};
	bool ready = !g->call->gateway->draining;
	size_t i;

	for (i = 0; i < b->service_count; i++)
		ready = ready && (!b->services[i].needed || service_ready(g, &b->services[i]));
	json_open_object(w, NULL);
	json_put_boolean(w, "ready", ready);
	json_open_object(w, "services");
	for (i = 0; i < b->service_count; i++)
		service_document(w, g, &b->services[i]);
	json_close(w);
	json_close(w);
	a.status = ready ? 200 : error_status(ERR_UNAVAILABLE);
	a.body = json_text(w, &a.length);
	answer_put(&a, "Content-Type", "application/json");
	if (!ready)
		answer_put(&a, "Retry-After", "1");
	call_answer(g->call, &a);
}

void gather_ready(struct call *call)
{
	gather(call, "ready", ready_complete);
}

/* --- /metrics ---------------------------------------------------------------------------- */

static void metrics_complete(struct gather *g)
{
	const char **texts = talloc_array(g, const char *, g->count + 1);
	const char *wanted = instance_wanted(g->call);
	struct answer a = {.status = 200};
	size_t i, count = 0, length;

	if (wanted == NULL || strcmp(wanted, "gateway") == 0) {
		backend_figures(g->call->gateway);
		texts[count++] = metrics_text(g, g->call->gateway->metrics.all, &length);
	}
	for (i = 0; i < g->count; i++)
		if (g->said[i].status == 200)
			texts[count++] = g->said[i].body;
	a.body = exposition_merge(g, texts, count, &a.length);
	answer_put(&a, "Content-Type", "text/plain; version=0.0.4; charset=utf-8");
	call_answer(g->call, &a);
}

void gather_metrics(struct call *call)
{
	gather(call, "metrics", metrics_complete);
}
