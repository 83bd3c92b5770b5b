/*
 * backend.c - queues in front of the services, and who gets what
 *
 * What comes in during a loop turn is queued; at the turn's end the queues are packed into
 * frames for the least loaded instances. A tick runs only while something is queued or out.
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/clock.h"
#include "common/log.h"
#include "services/gateway/backend.h"

enum {
	TICK_MICROSECONDS = 10000
};

/* Nobody gets a useful answer without it. */
#define NEEDED_SERVICE "analytics"

struct service *backend_service(const struct backend *b, const char *name, size_t length)
{
	size_t i;

	for (i = 0; i < b->service_count; i++)
		if (strlen(b->services[i].name) == length && memcmp(b->services[i].name, name, length) == 0)
			return &b->services[i];
	return NULL;
}

static enum kind kind_of(const struct operation *op)
{
	if (op->flags & OPERATION_SLOW)
		return KIND_SLOW;
	return op->flags & OPERATION_BATCHED ? KIND_BATCHED : KIND_NORMAL;
}

void backend_flush_soon(struct backend *b)
{
	if (b->flushing)
		return;
	b->flushing = true;
	event_active(b->flush, 0, 0);
}

void backend_tick_start(struct backend *b)
{
	const struct timeval interval = {0, TICK_MICROSECONDS};

	if (!b->ticking)
		event_add(b->tick, &interval);
	b->ticking = true;
}

/* --- in ---------------------------------------------------------------------------------- */

static void shed(struct call *call, const char *why)
{
	metric_add(call->gateway->metrics.shed, call->operation->service, 1);
	call_fail(call, ERR_UNAVAILABLE, "%s", why);
}

void backend_submit(struct call *call)
{
	struct backend *b = call->gateway->backend;
	const char *name = call->operation->service;
	struct service *s = backend_service(b, name, strlen(name));

	if (TAILQ_EMPTY(&s->instances)) {
		shed(call, "no instance of the service is running");
		return;
	}
	if (s->queued >= (size_t)gateway_settings.queue_length) {
		shed(call, "too many requests are waiting for the service");
		return;
	}
	call->queued_at = clock_monotonic();
	TAILQ_INSERT_TAIL(&s->queues[kind_of(call->operation)], call, waiting);
	s->queued++;
	backend_flush_soon(b);
	backend_tick_start(b);
}

/* The call did not get its answer there: once more if that is safe, else it fails. */
void backend_again(struct call *call, enum error e, const char *detail)
{
	struct backend *b = call->gateway->backend;
	struct service *s = backend_service(b, call->operation->service, strlen(call->operation->service));
	int64_t now = clock_monotonic();

	if (e == ERR_TIMEOUT)
		metric_add(call->gateway->metrics.timed_out, s->name, 1);
	if (!(call->operation->flags & OPERATION_IDEMPOTENT) || call->attempts > 1 || now >= call->deadline) {
		call_fail(call, e, "%s", detail);
		return;
	}
	metric_add(call->gateway->metrics.retried, s->name, 1);
	call->queued_at = now;
	TAILQ_INSERT_HEAD(&s->queues[kind_of(call->operation)], call, waiting);
	s->queued++;
	backend_flush_soon(b);
	backend_tick_start(b);
}

/* --- out --------------------------------------------------------------------------------- */

/* The instance with the least in flight that has a lane free; ties go to the one served longest ago. */
static struct lane *lane_choose(struct service *s, enum kind kind)
{
	struct instance *i = NULL, *best = NULL;
	struct lane *l, *found = NULL;

	TAILQ_FOREACH(i, &s->instances, entry)
	{
		if ((best && i->in_flight >= best->in_flight) || !i->present || i->suspect)
			continue;
		if ((l = instance_free_lane(i, kind)) != NULL) {
			best = i;
			found = l;
		}
	}
	if (best) {
		TAILQ_REMOVE(&s->instances, best, entry);
		TAILQ_INSERT_TAIL(&s->instances, best, entry);
	}
	return found;
}

static void service_flush(struct backend *b, struct service *s, int64_t now)
{
	struct instance *i;
	struct lane *l;
	enum kind kind;

	for (kind = 0; s->queued > 0 && kind < KIND_CONTROL; kind++)
		while (!TAILQ_EMPTY(&s->queues[kind]) && (l = lane_choose(s, kind)) != NULL)
			if (!pack_calls(b, s, l, now))
				break;
	TAILQ_FOREACH(i, &s->instances, entry)
	if (!TAILQ_EMPTY(&i->questions) && (l = instance_free_lane(i, KIND_CONTROL)) != NULL)
		pack_question(b, l, TAILQ_FIRST(&i->questions));
}

static void flush(evutil_socket_t fd, short what, void *arg)
{
	struct backend *b = arg;
	int64_t now = clock_monotonic();
	size_t i;

	(void)fd;
	(void)what;
	b->flushing = false;
	for (i = 0; i < b->service_count; i++)
		service_flush(b, &b->services[i], now);
}

/* --- the tick ---------------------------------------------------------------------------- */

static void queue_expire(struct service *s, struct call_list *queue, int64_t now)
{
	struct call *call, *next;

	for (call = TAILQ_FIRST(queue); call; call = next) {
		next = TAILQ_NEXT(call, waiting);
		if (now < call->deadline && now - call->queued_at < gateway_settings.queue_age)
			continue;
		TAILQ_REMOVE(queue, call, waiting);
		s->queued--;
		if (now >= call->deadline)
			call_fail(call, ERR_TIMEOUT, "the service gave no answer in time");
		else
			shed(call, "no instance of the service was free in time");
	}
}

/* True while there is a reason to tick. */
static bool service_tick(struct service *s, int64_t now)
{
	struct instance *i, *next;
	enum kind kind;
	bool busy = false;

	for (kind = 0; kind < KIND_CONTROL; kind++)
		queue_expire(s, &s->queues[kind], now);
	for (i = TAILQ_FIRST(&s->instances); i; i = next) {
		next = TAILQ_NEXT(i, entry);
		instance_tick(i, now);
		if (!i->present && instance_idle(i)) {
			log_info("instance gone service=%s instance=%s", s->name, i->name);
			instance_free(i);
		} else {
			busy |= i->suspect || !i->present || !instance_idle(i);
		}
	}
	return busy || s->queued > 0;
}

static void tick(evutil_socket_t fd, short what, void *arg)
{
	struct backend *b = arg;
	int64_t now = clock_monotonic();
	bool busy = false;
	size_t i;

	(void)fd;
	(void)what;
	for (i = 0; i < b->service_count; i++)
		busy |= service_tick(&b->services[i], now);
	backend_flush_soon(b);
	if (busy)
		return;
	event_del(b->tick);
	b->ticking = false;
}

/* --- life -------------------------------------------------------------------------------- */

static void service_add(struct backend *b, const struct operation *op)
{
	struct service *s = backend_service(b, op->service, strlen(op->service));
	enum kind kind;

	if (s == NULL) {
		s = &b->services[b->service_count++];
		s->backend = b;
		s->name = op->service;
		s->needed = strcmp(op->service, NEEDED_SERVICE) == 0;
		s->has[KIND_CONTROL] = true;
		TAILQ_INIT(&s->instances);
		for (kind = 0; kind < KIND_COUNT; kind++)
			TAILQ_INIT(&s->queues[kind]);
	}
	s->has[kind_of(op)] = true;
}

bool backend_open(struct gateway *g, const char **error)
{
	struct backend *b = talloc_zero(g, struct backend);
	size_t i;

	b->gateway = g;
	g->backend = b;
	b->services = talloc_zero_array(b, struct service, operation_count);
	for (i = 0; i < operation_count; i++)
		if (strcmp(operations[i]->service, "gateway") != 0)
			service_add(b, operations[i]);
	b->flush = event_new(g->base, -1, 0, flush, b);
	b->tick = event_new(g->base, -1, EV_PERSIST, tick, b);
	return folder_open(b, error);
}

static void service_close(struct service *s)
{
	struct call *call;
	enum kind kind;

	while (!TAILQ_EMPTY(&s->instances))
		instance_free(TAILQ_FIRST(&s->instances));
	for (kind = 0; kind < KIND_COUNT; kind++)
		while ((call = TAILQ_FIRST(&s->queues[kind])) != NULL) {
			TAILQ_REMOVE(&s->queues[kind], call, waiting);
			s->queued--;
			call_fail(call, ERR_UNAVAILABLE, "the gateway is shutting down");
		}
}

void backend_close(struct gateway *g)
{
	struct backend *b = g->backend;
	size_t i;

	folder_close(b);
	for (i = 0; i < b->service_count; i++)
		service_close(&b->services[i]);
	event_free(b->flush);
	event_free(b->tick);
}

void backend_figures(struct gateway *g)
{
	struct instance *i;
	struct service *s;
	unsigned up;

	for (s = g->backend->services; s < g->backend->services + g->backend->service_count; s++) {
		up = 0;
		TAILQ_FOREACH(i, &s->instances, entry)
		up += instance_up(i);
		metric_set(g->metrics.instances, s->name, up);
		metric_set(g->metrics.queued, s->name, (double)s->queued);
	}
}

void backend_look(struct gateway *g)
{
	folder_look(g->backend);
}
