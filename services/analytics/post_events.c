/*
 * post_events.c - POST /events: durable first, then the answer
 *
 * What several callers sent meanwhile arrives together, and one commit serves them all. A bad
 * event is refused by itself; the others of its request go on.
 */
#include <string.h>
#include <talloc.h>

#include "common/log.h"
#include "services/analytics/analytics.h"
#include "services/analytics/intake.h"

static void put_rejected(struct json_writer *w, const struct intake *in)
{
	const struct rejection *r;
	size_t i;

	json_open_array(w, "rejected");
	for (i = 0; i < in->rejected_count; i++) {
		r = &in->rejected[i];
		json_open_object(w, NULL);
		json_put_integer(w, "index", (int64_t)r->index);
		json_put_text(w, "id", r->id);
		json_put_text(w, "pointer", r->fault.pointer);
		json_put_text(w, "code", r->fault.code);
		json_put_text(w, "detail", r->fault.detail);
		json_close(w);
	}
	json_close(w);
}

/* A lone event whose envelope is wrong is a 400; the counts are in the problem too. */
static bool envelope_refused(const struct intake *in)
{
	return in->single && in->rejected_count == 1 &&
	       strncmp(in->rejected[0].fault.pointer, "/data/", 6) != 0;
}

static void put_problem(struct json_writer *w, const struct request *req, const struct intake *in)
{
	const struct schema_fault *fault = &in->rejected[0].fault;

	json_put_text(w, "type", "urn:ae:problem:malformed");
	json_put_text(w, "title", error_title(ERR_MALFORMED));
	json_put_integer(w, "status", 400);
	json_put_text(w, "detail", talloc_asprintf(w, "%s %s", fault->pointer, fault->detail));
	json_put_text(w, "code", error_name(ERR_MALFORMED));
	json_put_text(w, "request_id", req->request_id);
	json_open_array(w, "errors");
	json_open_object(w, NULL);
	json_put_text(w, "pointer", fault->pointer);
	json_put_text(w, "detail", fault->detail);
	json_close(w);
	json_close(w);
}

static reply answer(struct request *req, const struct intake *in)
{
	struct json_writer *w = json_writer_new(req);
	bool refused = envelope_refused(in);
	int64_t accepted = 0;
	const char *text;
	size_t i, length;

	for (i = 0; i < in->count; i++)
		accepted += in->events[i].position > 0;
	json_open_object(w, NULL);
	if (refused)
		put_problem(w, req, in);
	json_put_integer(w, "accepted", accepted);
	json_put_integer(w, "duplicate", (int64_t)in->count - accepted);
	put_rejected(w, in);
	json_close(w);
	text = json_text(w, &length);
	return reply_body(req, refused ? 400 : 202, refused ? "application/problem+json" : "application/json",
			  text, length);
}

/* All events of all requests in one transaction. */
static bool append_all(struct daemon *d, const void *scratch, struct log_event *events, size_t count)
{
	db_begin(d->db, NULL);
	if (!eventlog_append(d->db, scratch, events, count))
		return false;
	return db_run(d->db, "COMMIT");
}

/* Two writers can only meet on one key through different shards; the second try sees the first's. */
static bool append_retried(struct daemon *d, const void *scratch, struct log_event *events, size_t count)
{
	bool done = append_all(d, scratch, events, count);

	if (!done && strcmp(db_sqlstate(d->db), "23505") == 0) {
		db_clear(d->db);
		done = append_all(d, scratch, events, count);
	}
	return done;
}

static void count_events(struct daemon *d, const struct intake *in)
{
	struct analytics *a = d->state;
	size_t i, accepted = 0;

	for (i = 0; i < in->count; i++)
		accepted += in->events[i].position > 0;
	metric_add(a->intake, "accepted", (double)accepted);
	metric_add(a->intake, "duplicate", (double)(in->count - accepted));
	metric_add(a->intake, "rejected", (double)in->rejected_count);
}

void post_events(struct daemon *d, struct request **requests, size_t count)
{
	void *scratch = talloc_new(d);
	struct intake *in = talloc_zero_array(scratch, struct intake, count);
	struct log_event *all;
	enum error error;
	const char *detail;
	size_t i, n = 0, at = 0;
	bool durable = true;
	reply answered;

	for (i = 0; i < count; i++) {
		detail = "";
		if (!intake_read(requests[i], &in[i], &error, &detail)) {
			answered = reply_error(requests[i], error, "%s", detail);
			in[i] = (struct intake){0}; /* nothing of a request that is refused as a whole */
		}
		n += in[i].count;
	}
	all = talloc_array(scratch, struct log_event, n + 1);
	for (i = 0; i < count; at += in[i++].count)
		if (in[i].count > 0)
			memcpy(all + at, in[i].events, in[i].count * sizeof(*all));
	if (n > 0 && (durable = append_retried(d, scratch, all, n)))
		daemon_announce(d, all, n);
	for (i = 0, at = 0; i < count; at += in[i++].count) {
		if (in[i].count > 0)
			memcpy(in[i].events, all + at, in[i].count * sizeof(*all));
		if (requests[i]->status == 0)
			answered = answer(requests[i], &in[i]);
		if (durable)
			count_events(d, &in[i]);
	}
	(void)answered;
	talloc_free(scratch);
}
