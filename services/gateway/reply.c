/*
 * reply.c - from a reply frame to the calls that wait for it
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "services/gateway/backend.h"

void call_detach(struct call *call)
{
	struct lane *l = call->lane;

	if (l == NULL)
		return;
	l->calls[call->place] = NULL;
	l->live--;
	l->instance->in_flight--;
	call->lane = NULL;
}

/* Headers that describe the connection are the gateway's own business. */
static bool passes(const char *name)
{
	static const char *const kept[] = {"content-length", "transfer-encoding", "connection", "date",
					   "x-request-id",   "keep-alive",        "server"};
	size_t i;

	for (i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
		if (strcasecmp(kept[i], name) == 0)
			return false;
	return true;
}

static void header_take(const void *parent, struct answer *a, const struct frame_attribute *attribute)
{
	const size_t prefix = strlen("header.");
	const char *name = talloc_strndup(parent, attribute->name + prefix, attribute->name_length - prefix);

	if (passes(name))
		answer_put(a, name, talloc_strndup(parent, attribute->value, attribute->length));
}

static void entry_answer(struct call *call, struct frame_reader entry, struct message *m)
{
	struct answer a = {.message = m};
	struct frame_attribute at;

	while (frame_next(&entry, &at)) {
		if (frame_is(&at, "status"))
			a.status = (int)frame_integer(&at, 0);
		else if (at.name_length > 7 && memcmp(at.name, "header.", 7) == 0)
			header_take(call, &a, &at);
		else if (frame_is(&at, "body")) {
			a.body = at.value;
			a.length = at.length;
		}
	}
	if (a.status < 200 || a.status > 599)
		call_fail(call, ERR_INTERNAL, "the service's answer has no status");
	else if (a.status == error_status(ERR_TIMEOUT) && call->attempts == 1)
		backend_again(call, ERR_TIMEOUT, "the service gave no answer in time");
	else
		call_answer(call, &a);
}

static int64_t entry_id(struct frame_reader entry)
{
	struct frame_attribute at;

	while (frame_next(&entry, &at))
		if (frame_is(&at, "id"))
			return frame_integer(&at, -1);
	return -1;
}

/* A question's answer: its status and body. */
static void question_answer(struct lane *l, struct frame_reader entry)
{
	struct question *q = l->question;
	struct frame_attribute at;
	const char *body = "";
	size_t length = 0;
	int status = 0;

	while (frame_next(&entry, &at)) {
		if (frame_is(&at, "status"))
			status = (int)frame_integer(&at, 0);
		else if (frame_is(&at, "body")) {
			body = at.value;
			length = at.length;
		}
	}
	l->question = NULL;
	if (q) {
		q->answered(q->arg, l->instance, status, body, length);
		free(q);
	}
}

void lane_drop(struct lane *l, enum error e, const char *detail)
{
	struct question *q = l->question;
	struct call *call;
	unsigned i;

	l->out = false;
	for (i = 0; i < l->places; i++) {
		if ((call = l->calls[i]) == NULL)
			continue;
		call_detach(call);
		backend_again(call, e, detail);
	}
	l->places = l->live = 0;
	l->question = NULL;
	if (q) {
		q->answered(q->arg, l->instance, 0, "", 0);
		free(q);
	}
}

void reply_frame(struct lane *l, struct message *m, size_t length)
{
	struct frame_reader frame, entry;
	int64_t place;
	struct call *call;

	l->out = false;
	if (frame_read(&frame, m->data, length)) {
		while (frame_next_entry(&frame, &entry)) {
			place = entry_id(entry) - (int64_t)l->frame * LANE_PLACES;
			if (place < 0 || place >= (int64_t)l->places)
				continue;
			if (l->question) {
				question_answer(l, entry);
			} else if ((call = l->calls[place]) != NULL) {
				call_detach(call);
				entry_answer(call, entry, m);
			}
		}
	}
	/* What the frame left out would wait for ever. */
	lane_drop(l, ERR_INTERNAL, "the service gave no answer");
	backend_flush_soon(l->instance->service->backend);
}
