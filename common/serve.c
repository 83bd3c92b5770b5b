/*
 * serve.c - a frame of requests in, a frame of replies out
 *
 * The REP socket takes one frame at a time and the whole answer goes back as one message: no
 * reply can be lost on a full pipe (see docs/architecture.md, "The wire").
 */
#include <nanomsg/nn.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "common/decode.h"
#include "common/log.h"
#include "common/loop.h"

enum {
	FRAME_MAX = 256,
	FRAME_POOL = 4 << 20, /* touched only as far as used, and kept by malloc between frames */
};

/* --- reading ----------------------------------------------------------------------------------- */

static unsigned roles_parse(const char *text)
{
	static const struct {
		const char *name;
		unsigned role;
	} names[] = {{"member", ROLE_MEMBER},
		     {"service", ROLE_SERVICE},
		     {"analyst", ROLE_ANALYST},
		     {"admin", ROLE_ADMIN}};
	unsigned roles = 0;
	size_t i, length;

	for (; *text; text += length + (text[length] == ' ')) {
		length = strcspn(text, " ");
		for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			if (strlen(names[i].name) == length && strncmp(names[i].name, text, length) == 0)
				roles |= names[i].role;
		if (length == 0 && *text != ' ')
			break;
	}
	return roles;
}

static void add_value(struct request *req, const struct frame_attribute *a, size_t *size)
{
	if (req->value_count == *size) {
		*size = *size ? *size * 2 : 8;
		req->values = talloc_realloc(req, req->values, struct named_value, *size);
	}
	req->values[req->value_count].name = talloc_strndup(req, a->name, a->name_length);
	req->values[req->value_count++].value = talloc_strndup(req, a->value, a->length);
}

static void take_attribute(struct request *req, const struct frame_attribute *a, const char **operation,
			   size_t *size)
{
	if (frame_is(a, "id"))
		req->id = frame_integer(a, -1);
	else if (frame_is(a, "operation"))
		*operation = talloc_strndup(req, a->value, a->length);
	else if (frame_is(a, "request_id"))
		req->request_id = talloc_strndup(req, a->value, a->length);
	else if (frame_is(a, "traceparent"))
		req->traceparent = talloc_strndup(req, a->value, a->length);
	else if (frame_is(a, "deadline"))
		req->deadline = frame_integer(a, 0);
	else if (frame_is(a, "subject"))
		req->subject = talloc_strndup(req, a->value, a->length);
	else if (frame_is(a, "method"))
		req->head = a->length == 4 && memcmp(a->value, "HEAD", 4) == 0;
	else if (frame_is(a, "roles"))
		req->roles = roles_parse(talloc_strndup(req, a->value, a->length));
	else if (frame_is(a, "body")) {
		req->body = a->value; /* the message outlives the request */
		req->body_length = a->length;
	} else if (memchr(a->name, '.', a->name_length))
		add_value(req, a, size);
}

static struct request *request_new(struct daemon *d, const void *parent)
{
	struct request *req = talloc_zero(parent, struct request);

	req->daemon = d;
	req->db = d->db;
	req->cache = d->cache;
	req->id = -1;
	req->request_id = req->subject = "";
	return req;
}

/* --- built-in operations ------------------------------------------------------------------------ */

static const struct operation builtin = {.name = "builtin"};

static reply answer_metrics(struct request *req)
{
	size_t length;
	char *text = metrics_text(req, req->daemon->metrics, &length);

	return reply_body(req, 200, "text/plain; version=0.0.4", text, length);
}

static reply answer_ready(struct request *req)
{
	struct json_writer *w = json_writer_new(req);
	const char *reason = NULL, *text;
	bool ready = daemon_ready(req->daemon, req, &reason);
	size_t length;

	json_open_object(w, NULL);
	json_put_boolean(w, "ready", ready);
	if (!ready)
		json_put_text(w, "reason", reason);
	json_close(w);
	text = json_text(w, &length);
	req->db = NULL; /* being without it is the answer, not a failure of this request */
	return reply_body(req, ready ? 200 : 503, "application/json", text, length);
}

static const struct {
	const char *name;
	reply (*answer)(struct request *req);
} builtins[] = {{"ready", answer_ready}, {"metrics", answer_metrics}};

/* --- dispatch ----------------------------------------------------------------------------------- */

static const struct handler *handler_find(const struct daemon *d, const struct operation *op)
{
	size_t i;

	for (i = 0; i < d->description->handler_count; i++)
		if (d->description->handlers[i].operation == op)
			return &d->description->handlers[i];
	return NULL;
}

/* A body that does not say what it is may be it. */
static bool content_taken(const struct request *req)
{
	const char *const *taken = req->operation->content, *given = request_header(req, "content-type");
	size_t length = given ? strcspn(given, "; \t") : 0;

	if (taken == NULL || length == 0)
		return true;
	for (; *taken; taken++)
		if (strlen(*taken) == length && strncasecmp(*taken, given, length) == 0)
			return true;
	return false;
}

static reply refuse_content(struct request *req)
{
	const char *const *taken = req->operation->content;
	char *text = talloc_strdup(req, *taken);

	while (*++taken)
		text = talloc_asprintf_append(text, "%s %s", taken[1] ? "," : " or", *taken);
	return reply_error(req, ERR_UNSUPPORTED_MEDIA, "the body must be %s", text);
}

static reply answer_one(struct request *req, const struct handler *handler)
{
	struct fault *faults;
	enum error e;
	size_t count;

	if (req->deadline && clock_monotonic() > req->deadline)
		return reply_error(req, ERR_TIMEOUT, "the request was past its deadline");
	if (!request_decode(req, &e, &faults, &count))
		return reply_faults(req, e, faults, count);
	if (!content_taken(req))
		return refuse_content(req);
	if (handler == NULL)
		return reply_error(req, ERR_NOT_IMPLEMENTED, "%s %s is not offered by this release",
				   req->operation->method, req->operation->path);
	db_set_deadline(req->db, req->deadline);
	return handler->handle(req, req->in);
}

/* What a request asks for: a built-in's answer at once, else its operation. False: answered. */
static bool resolve(struct request *req, const char *name)
{
	size_t i;
	reply answered;

	req->operation = &builtin;
	if (name && strcmp(name, "ping") == 0) {
		answered = reply_body(req, 200, "text/plain", "", 0);
		return answered == NULL;
	}
	for (i = 0; name && i < sizeof(builtins) / sizeof(builtins[0]); i++)
		if (strcmp(name, builtins[i].name) == 0) {
			answered = builtins[i].answer(req);
			return answered == NULL;
		}
	req->operation = name ? operation_find(name) : NULL;
	if (req->operation && strcmp(req->operation->service, req->daemon->description->service) == 0)
		return true;
	req->operation = &builtin;
	answered = reply_error(req, ERR_NOT_IMPLEMENTED, "this service does not know the operation %s",
			       name ? name : "(missing)");
	return answered == NULL;
}

/* Handlers of one frame, in order; batched operations are answered together at the end. */
static void answer_all(struct daemon *d, struct request **requests, size_t count)
{
	struct request **batched = talloc_array(d, struct request *, count);
	const struct handler *handler, *together = NULL;
	reply answered;
	size_t i, n = 0;

	if (d->description->prefetch && count > 0)
		d->description->prefetch(d, requests, count);
	for (i = 0; i < count; i++) {
		handler = handler_find(d, requests[i]->operation);
		if (handler && handler->handle_batch) {
			together = handler;
			batched[n++] = requests[i];
			continue;
		}
		log_set_request(requests[i]->request_id);
		db_ensure(d->db);
		answered = answer_one(requests[i], handler);
		if (answered == NULL)
			abort(); /* cannot happen: only finishers give tokens out */
		db_clear(d->db);
	}
	if (together) {
		db_ensure(d->db);
		together->handle_batch(d, batched, n);
		db_clear(d->db);
	}
	log_set_request(NULL);
	talloc_free(batched);
}

static void put_reply(struct daemon *d, struct frame_writer *w, const struct request *req)
{
	char status[8];
	size_t i;

	snprintf(status, sizeof(status), "%d", req->status);
	metric_add(d->loop->replies, status, 1);
	frame_entry(w);
	frame_put_integer(w, "id", req->id);
	frame_put_text(w, "status", status);
	for (i = 0; i < req->header_count; i++)
		frame_put_prefixed(w, "header", req->headers[i].name, req->headers[i].value,
				   strlen(req->headers[i].value));
	frame_put(w, "body", req->reply_body, req->reply_length);
}

/* Reads the entries; fills asked with the ones that a handler must answer, all with every one. */
static size_t read_entries(struct daemon *d, const void *context, struct frame_reader *frame,
			   struct request **all, struct request **asked, size_t *asked_count)
{
	struct frame_reader entry;
	struct frame_attribute a;
	const char *name;
	size_t n = 0, size;

	while (n < FRAME_MAX && frame_next_entry(frame, &entry)) {
		all[n] = request_new(d, context);
		name = NULL;
		size = 0;
		while (frame_next(&entry, &a))
			take_attribute(all[n], &a, &name, &size);
		if (resolve(all[n], name))
			asked[(*asked_count)++] = all[n];
		n++;
	}
	return n;
}

static void answer_frame(struct daemon *d, const void *context, const char *data, size_t length)
{
	struct request *all[FRAME_MAX], *asked[FRAME_MAX];
	struct frame_reader frame;
	struct frame_writer *w = &d->loop->answer;
	size_t i, count = 0, asked_count = 0;
	int64_t began = clock_monotonic();

	if (frame_read(&frame, data, length))
		count = read_entries(d, context, &frame, all, asked, &asked_count);
	else
		log_error("what came over the request socket is no frame bytes=%zu", length);
	answer_all(d, asked, asked_count);
	frame_begin(d, w);
	for (i = 0; i < count; i++)
		put_reply(d, w, all[i]);
	frame_end(w);
	for (i = 0; i < asked_count; i++)
		metric_observe(d->loop->request_seconds, asked[i]->operation->name,
			       (double)(clock_monotonic() - began) / 1e6 / (double)asked_count);
}

bool serve_frame(struct daemon *d)
{
	void *data = NULL;
	void *context;
	int length = nn_recv(d->loop->requests, &data, NN_MSG, NN_DONTWAIT);

	if (length < 0)
		return false;
	context = talloc_pool(d, FRAME_POOL);
	d->loop->last_request = clock_monotonic();
	answer_frame(d, context, data, (size_t)length);
	if (nn_send(d->loop->requests, d->loop->answer.data, d->loop->answer.length, NN_DONTWAIT) < 0)
		log_warning("the reply could not be sent reason=\"%s\"", nn_strerror(nn_errno()));
	talloc_free(context);
	nn_freemsg(data);
	return true;
}

/* A neighbour on this host: the message is the body, the reply's body goes back. */
bool serve_neighbour(struct daemon *d)
{
	void *data = NULL, *context;
	struct request *req;
	int length = nn_recv(d->loop->neighbours, &data, NN_MSG, NN_DONTWAIT);

	if (length < 0)
		return false;
	context = talloc_pool(d, FRAME_POOL);
	req = request_new(d, context);
	req->operation = d->description->neighbours;
	req->roles = ROLE_SERVICE;
	req->subject = "neighbour";
	req->body = data;
	req->body_length = (size_t)length;
	answer_all(d, &req, 1);
	if (nn_send(d->loop->neighbours, req->reply_body, req->reply_length, NN_DONTWAIT) < 0)
		log_warning("the neighbour's reply could not be sent reason=\"%s\"", nn_strerror(nn_errno()));
	talloc_free(context);
	nn_freemsg(data);
	return true;
}
