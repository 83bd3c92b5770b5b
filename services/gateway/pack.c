/*
 * pack.c - from a service's queue into the frame for one lane
 */
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "common/clock.h"
#include "services/gateway/backend.h"

const struct kind_rule kind_rules[KIND_COUNT] = {
	[KIND_NORMAL] = {2, 16, 512 * 1024},
	[KIND_BATCHED] = {1, 64, 8 * 1024 * 1024},
	[KIND_SLOW] = {1, 1, 8 * 1024 * 1024},
	[KIND_CONTROL] = {1, 1, 1024},
};

/* What a daemon may want to know; the last ones sign what providers and browsers send to a public path. */
static const char *const forwarded[] = {
	"accept",
	"accept-language",
	"content-type",
	"if-match",
	"if-modified-since",
	"if-none-match",
	"idempotency-key",
	"prefer",
	"purpose",
	"sec-purpose",
	"user-agent",
	"x-twilio-email-event-webhook-signature",
	"x-twilio-email-event-webhook-timestamp",
	"x-slack-signature",
	"x-slack-request-timestamp",
	"x-amz-sns-message-type",
};

/* Of credentials only Basic ones, which some providers sign their calls with; a bearer's stay here. */
static bool is_forwarded(const char *name, const char *value)
{
	size_t i;

	if (strncmp(name, "ce-", 3) == 0)
		return true;
	if (strcmp(name, "authorization") == 0)
		return strncasecmp(value, "basic ", 6) == 0;
	for (i = 0; i < sizeof(forwarded) / sizeof(forwarded[0]); i++)
		if (strcmp(forwarded[i], name) == 0)
			return true;
	return false;
}

/*
 * An answer that was compressed here got a weak tag, which If-Match must not accept; the
 * daemons' own tags are strong, so the W/ is ours and comes off again.
 */
static const char *tag_given_back(const char *name, const char *value)
{
	return strcmp(name, "if-match") == 0 && strncmp(value, "W/\"", 3) == 0 ? value + 2 : value;
}

static void put_headers(struct frame_writer *w, const struct head *head)
{
	const char *value;
	size_t i;

	for (i = 0; i < head->count; i++) {
		if (!is_forwarded(head->headers[i].name, head->headers[i].value))
			continue;
		value = tag_given_back(head->headers[i].name, head->headers[i].value);
		frame_put_prefixed(w, "header", head->headers[i].name, value, strlen(value));
	}
}

static void put_roles(struct frame_writer *w, unsigned roles)
{
	static const struct {
		unsigned role;
		const char *name;
	} names[] = {{ROLE_MEMBER, " member"},
		     {ROLE_SERVICE, " service"},
		     {ROLE_ANALYST, " analyst"},
		     {ROLE_ADMIN, " admin"}};
	char text[40] = "";
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (roles & names[i].role)
			strncat(text, names[i].name, sizeof(text) - strlen(text) - 1);
	frame_put_text(w, "roles", text[0] ? text + 1 : text);
}

/* An entry's id says frame and place, so that an answer finds its call without a search. */
static int64_t entry_id(const struct lane *l, unsigned place)
{
	return (int64_t)l->frame * LANE_PLACES + place;
}

static void put_call(struct frame_writer *w, const struct lane *l, const struct call *call)
{
	size_t i;

	frame_entry(w);
	frame_put_integer(w, "id", entry_id(l, call->place));
	frame_put_text(w, "operation", call->operation->name);
	frame_put_text(w, "request_id", call->request_id);
	frame_put_integer(w, "deadline", call->attempt_deadline);
	frame_put_text(w, "traceparent", call->traceparent);
	frame_put_text(w, "subject", call->subject);
	put_roles(w, call->roles);
	if (strcmp(call->head->method, "HEAD") == 0) /* an operation has one method, and this beside GET */
		frame_put_text(w, "method", call->head->method);
	for (i = 0; i < call->value_count; i++)
		frame_put_text(w, call->values[i].name, call->values[i].value);
	put_headers(w, call->head);
	frame_put(w, "body", call->body, call->body_length);
}

/* The first try of what may be tried twice gets half of the time, if there is somebody else to try. */
static int64_t attempt_deadline(const struct service *s, const struct lane *l, const struct call *call,
				int64_t now)
{
	const struct instance *other;

	if (!(call->operation->flags & OPERATION_IDEMPOTENT) || call->attempts > 1)
		return call->deadline;
	TAILQ_FOREACH(other, &s->instances, entry)
	if (other != l->instance && instance_up(other))
		return now + (call->deadline - now) / 2;
	return call->deadline;
}

/* About what a call takes in a frame. */
static size_t call_size(const struct call *call)
{
	return 1024 + call->body_length;
}

static uint32_t frame_next_id(void)
{
	static uint32_t last;

	last = (last + 1) & 0x7fffffffu;
	return last;
}

static void lane_take(struct service *s, struct lane *l, struct call *call, int64_t now)
{
	TAILQ_REMOVE(&s->queues[l->kind], call, waiting);
	s->queued--;
	call->attempts++;
	call->lane = l;
	call->place = l->places;
	call->attempt_deadline = attempt_deadline(s, l, call, now);
	memcpy(call->instance, l->instance->name, sizeof(call->instance));
	l->calls[l->places++] = call;
	l->live++;
	l->instance->in_flight++;
}

/* A frame that nanomsg does not take goes back to the head of the queue, in order. */
static void lane_give_back(struct service *s, struct lane *l)
{
	struct call *call;

	while (l->places > 0) {
		call = l->calls[--l->places];
		l->live--;
		l->instance->in_flight--;
		call->attempts--;
		call->lane = NULL;
		TAILQ_INSERT_HEAD(&s->queues[l->kind], call, waiting);
		s->queued++;
	}
}

/* A frame of megabytes is rare: its memory is not kept. */
static void writer_trim(struct frame_writer *w)
{
	enum {
		KEPT_MAX = 1024 * 1024
	};

	if (w->size <= KEPT_MAX)
		return;
	TALLOC_FREE(w->data);
	w->size = 0;
}

bool pack_calls(struct backend *b, struct service *s, struct lane *l, int64_t now)
{
	const struct kind_rule *rule = &kind_rules[l->kind];
	struct call *call;
	size_t bytes = 0;
	bool sent;

	frame_begin(b, &b->writer);
	l->frame = frame_next_id();
	l->places = l->live = 0;
	while (l->places < rule->entries && (call = TAILQ_FIRST(&s->queues[l->kind])) != NULL &&
	       (l->places == 0 || bytes + call_size(call) <= rule->bytes)) {
		bytes += call_size(call);
		lane_take(s, l, call, now);
		put_call(&b->writer, l, call);
	}
	frame_end(&b->writer);
	sent = l->places > 0 && lane_send(l, &b->writer);
	if (!sent)
		lane_give_back(s, l);
	writer_trim(&b->writer);
	return sent;
}

void pack_question(struct backend *b, struct lane *l, struct question *q)
{
	frame_begin(b, &b->writer);
	l->frame = frame_next_id();
	l->places = l->live = 1;
	frame_entry(&b->writer);
	frame_put_integer(&b->writer, "id", entry_id(l, 0));
	frame_put_text(&b->writer, "operation", q->operation);
	frame_put_text(&b->writer, "request_id", "gateway");
	frame_end(&b->writer);
	if (lane_send(l, &b->writer)) {
		TAILQ_REMOVE(&l->instance->questions, q, waiting);
		l->question = q;
	}
}
