/*
 * instance.c - one process of a service: its lanes, its health, its questions
 *
 * nanomsg says nothing when a peer dies or stops. Death shows in the pipe's statistics, which a
 * tick looks at while something is out; a stopped process shows only by its silence, and then
 * gets no work until it has answered a ping.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/clock.h"
#include "common/log.h"
#include "services/gateway/backend.h"

/* A frame that was out for less than this when a call's time ended says nothing about the instance. */
enum {
	SILENCE_MICROSECONDS = 250000,
	CONTROL_STUCK_SECONDS = 30
};

static bool lanes_open(struct backend *b, struct instance *i)
{
	enum kind kind;
	unsigned n;

	for (kind = 0; kind < KIND_COUNT; kind++) {
		for (n = 0; i->service->has[kind] && n < kind_rules[kind].window; n++) {
			struct lane *l = &i->lanes[i->lane_count++];

			l->instance = i;
			l->kind = kind;
			if (!lane_open(b, l))
				return false;
		}
	}
	return true;
}

struct instance *instance_new(struct service *s, const char *name, const char *path)
{
	struct instance *i = talloc_zero(s->backend, struct instance);

	i->service = s;
	snprintf(i->name, sizeof(i->name), "%s", name);
	snprintf(i->path, sizeof(i->path), "%s", path);
	TAILQ_INIT(&i->questions);
	TAILQ_INSERT_TAIL(&s->instances, i, entry);
	if (!lanes_open(s->backend, i)) {
		instance_free(i);
		return NULL;
	}
	log_info("instance found service=%s instance=%s", s->name, name);
	return i;
}

static void question_end(struct instance *i, struct question *q)
{
	TAILQ_REMOVE(&i->questions, q, waiting);
	q->answered(q->arg, i, 0, "", 0);
	free(q);
}

void instance_free(struct instance *i)
{
	size_t n;

	TAILQ_REMOVE(&i->service->instances, i, entry);
	i->pinging = true; /* the end of a ping asks for no other */
	for (n = 0; n < i->lane_count; n++) {
		lane_drop(&i->lanes[n], ERR_UNAVAILABLE, "the service's instance went away");
		lane_close(&i->lanes[n]);
	}
	while (!TAILQ_EMPTY(&i->questions))
		question_end(i, TAILQ_FIRST(&i->questions));
	talloc_free(i);
}

bool instance_up(const struct instance *i)
{
	return i->present && !i->suspect && lane_connected(&i->lanes[0]);
}

bool instance_idle(const struct instance *i)
{
	size_t n;

	for (n = 0; n < i->lane_count; n++)
		if (i->lanes[n].out)
			return false;
	return TAILQ_EMPTY(&i->questions);
}

struct lane *instance_free_lane(struct instance *i, enum kind kind)
{
	size_t n;

	for (n = 0; n < i->lane_count; n++)
		if (i->lanes[n].kind == kind && !i->lanes[n].out && lane_connected(&i->lanes[n]))
			return &i->lanes[n];
	return NULL;
}

void instance_ask(struct instance *i, struct question *q)
{
	TAILQ_INSERT_TAIL(&i->questions, q, waiting);
	backend_flush_soon(i->service->backend);
	backend_tick_start(i->service->backend);
}

/* It lives: frames that it never answered are given up together with their pipes. */
static void ping_answered(void *arg, struct instance *i, int status, const char *body, size_t length)
{
	size_t n;

	(void)arg;
	(void)body;
	(void)length;
	i->pinging = false;
	if (status == 0 || !i->suspect)
		return;
	i->suspect = false;
	log_info("instance answers again service=%s instance=%s", i->service->name, i->name);
	for (n = 0; n < i->lane_count; n++) {
		if (i->lanes[n].kind == KIND_CONTROL || !i->lanes[n].out || i->lanes[n].live > 0)
			continue;
		lane_close(&i->lanes[n]);
		lane_open(i->service->backend, &i->lanes[n]);
	}
	backend_flush_soon(i->service->backend);
}

static void instance_ping(struct instance *i)
{
	struct question *q = calloc(1, sizeof(*q));

	if (q == NULL)
		abort();
	q->operation = "ping";
	q->answered = ping_answered;
	i->pinging = true;
	instance_ask(i, q);
}

static void instance_suspect(struct instance *i)
{
	if (i->suspect)
		return;
	i->suspect = true;
	log_warning("instance does not answer in time, no work for it until it does service=%s instance=%s",
		    i->service->name, i->name);
}

/* Calls whose time with this instance is over. */
static void lane_expire(struct lane *l, int64_t now)
{
	struct instance *i = l->instance;
	struct call *call;
	unsigned n;

	for (n = 0; n < l->places && l->live > 0; n++) {
		call = l->calls[n];
		if (call == NULL || call->attempt_deadline > now)
			continue;
		call_detach(call);
		if (now - l->sent >= SILENCE_MICROSECONDS)
			instance_suspect(i);
		backend_again(call, ERR_TIMEOUT, "the service gave no answer in time");
	}
}

/* A question that took too long is answered with nothing; the ping waits for as long as it takes. */
static void questions_expire(struct instance *i, struct lane *control, int64_t now)
{
	struct question *q, *next;

	q = control->question;
	if (q && q->deadline && q->deadline <= now) {
		control->question = NULL;
		q->answered(q->arg, i, 0, "", 0);
		free(q);
	}
	for (q = TAILQ_FIRST(&i->questions); q; q = next) {
		next = TAILQ_NEXT(q, waiting);
		if (q->deadline && q->deadline <= now)
			question_end(i, q);
	}
	if (control->out && control->question == NULL &&
	    now - control->sent > CONTROL_STUCK_SECONDS * SECOND) {
		lane_close(control);
		lane_open(i->service->backend, control);
	}
}

void instance_tick(struct instance *i, int64_t now)
{
	struct lane *l;
	size_t n;

	for (n = 0; n < i->lane_count; n++) {
		l = &i->lanes[n];
		if (l->out && lane_lost(l)) {
			metric_add(i->service->backend->gateway->metrics.lost, i->service->name, l->live);
			lane_drop(l, ERR_UNAVAILABLE,
				  "the service's instance went away while it worked on this");
		} else if (l->out) {
			lane_expire(l, now);
		}
	}
	questions_expire(i, &i->lanes[i->lane_count - 1], now);
	if (i->suspect && !i->pinging)
		instance_ping(i);
}
