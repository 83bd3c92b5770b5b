/*
 * gateway.h - the gateway's nouns: connection, call, answer, service, instance, lane
 *
 * A connection carries one call at a time. A call that an instance must answer waits in its
 * service's queue, travels in a frame on a lane of an instance, and is answered exactly once.
 * Only connection.c, http.c and refuse.c know evhttp; only lane.c knows nanomsg.
 */
#ifndef AE_GATEWAY_H
#define AE_GATEWAY_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "common/error.h"
#include "common/metrics.h"
#include "common/operation.h"
#include "common/settings.h"
#include "common/token.h"
#include "services/gateway/head.h"

struct evbuffer;
struct event_base;
struct evhttp_request;

struct gateway_settings {
	const char *listen, *sockets, *keys, *issuer, *audience, *log_level, *instance;
	int64_t connections, header_timeout, idle_timeout, queue_length, queue_age, drain_timeout;
	bool access_log;
};

extern struct gateway_settings gateway_settings;

/* Figures of the gateway itself. */
struct gateway_metrics {
	struct metrics *all;
	struct metric *requests, *responses, *refused, *connections, *queued, *instances, *shed, *retried,
		*lost, *timed_out;
};

struct gateway {
	struct event_base *base;
	struct gateway_metrics metrics;
	struct auth *auth;
	struct backend *backend;
	struct http *http;
	bool draining;
	size_t calls; /* not yet answered */
};

/* --- the call ---------------------------------------------------------------------------- */

struct named_text {
	const char *name, *value;
};

enum {
	CALL_VALUES_MAX = 32,
	REQUEST_ID_SIZE = 65,
	TRACEPARENT_SIZE = 56
};

struct call {
	struct gateway *gateway;
	struct evhttp_request *http;
	struct connection *connection;
	const struct head *head;
	const struct route *route; /* NULL: no such path or method */
	const struct operation *operation;
	char subject[65]; /* "": anyone */
	unsigned roles;
	unsigned subject_mark;                     /* stands for the subject in log lines */
	struct named_text values[CALL_VALUES_MAX]; /* "path.NAME", "query.NAME" */
	size_t value_count;
	char request_id[REQUEST_ID_SIZE], traceparent[TRACEPARENT_SIZE];
	const char *body;
	size_t body_length;
	int64_t started, deadline; /* monotonic microseconds */

	/* why it was refused at the door; ERR_OK if it was not */
	enum error error;
	const char *detail, *allow;
	bool token_given;

	/* on its way to an instance */
	TAILQ_ENTRY(call) waiting;
	int64_t queued_at, attempt_deadline;
	unsigned attempts;
	struct lane *lane;
	unsigned place;    /* in the lane's frame */
	char instance[33]; /* who has it, or answered */
};

TAILQ_HEAD(call_list, call);

/* Bytes that several answers point into. */
struct message {
	unsigned references;
	void *data;
	void (*release)(void *data);
};

enum {
	ANSWER_HEADERS_MAX = 24
};

struct answer {
	int status;
	struct named_text headers[ANSWER_HEADERS_MAX];
	size_t header_count;
	const char *body;
	size_t length;
	struct message *message; /* holds the body; NULL: the body is copied */
};

/* call.c */
struct call *call_new(struct gateway *g, struct connection *c, const struct head *head);
void call_take(struct call *call); /* the body is complete: on to whoever answers */
void call_answer(struct call *call, struct answer *a);
void call_fail(struct call *call, enum error e, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void call_fault_answer(struct call *call, struct answer *a); /* the answer to a call refused at the door */
void call_free(struct call *call);

/* answer.c */
void answer_put(struct answer *a, const char *name, const char *value);
const char *answer_header(const struct answer *a, const char *name);
void answer_problem(const void *parent, struct answer *a, enum error e, const char *detail,
		    const char *instance, const char *request_id);
void answer_harden(struct answer *a, const char *request_id); /* the headers that every reply carries */
void message_release(struct message *m);

/* local.c: the operations that the gateway answers itself */
typedef void (*local_function)(struct call *call);
local_function local_find(const char *operation);

/* gather.c */
void gather_ready(struct call *call);
void gather_metrics(struct call *call);

/* exposition.c: metrics of several processes as one document */
char *exposition_merge(const void *parent, const char *const *texts, size_t count, size_t *length);

/* openapi.c */
extern const char openapi_text[];
extern const size_t openapi_length;

/* gzip.c */
void gzip_answer(const void *parent, const char *accept_encoding, struct answer *a); /* if it pays */

/* trace.c */
void trace_request_id(const struct head *head, char out[REQUEST_ID_SIZE]);
void trace_parent(const struct head *head, char out[TRACEPARENT_SIZE]);

/* --- routes ------------------------------------------------------------------------------ */

enum {
	ROUTE_SEGMENTS_MAX = 8
};

struct route {
	const struct operation *operation;
	size_t segment_count;
	const char *segments[ROUTE_SEGMENTS_MAX]; /* "{" at the start: a parameter "path.NAME" behind it */
	local_function local;
};

/* route.c */
void routes_open(const void *parent);
/* Finds the route and fills the call's path values. False: call->error, detail and allow are set. */
bool route_call(struct call *call);
size_t route_body_max(void); /* the largest body_limit of all operations */

/* query.c */
bool query_parse(struct call *call, char *query);
bool percent_decode(char *text, bool plus_is_space); /* in place; false: broken, NUL or not UTF-8 */

/* --- who may ----------------------------------------------------------------------------- */

/* auth.c */
struct auth *auth_open(const void *parent, const char **error);
void auth_reload(struct auth *a); /* on SIGHUP */
void auth_watch(struct auth *a);  /* once a second: has the key file changed? */
bool auth_call(struct auth *a, struct call *call);

/* --- HTTP -------------------------------------------------------------------------------- */

/* http.c */
bool http_open(struct gateway *g, const char **error);
void http_stop(struct gateway *g);
void http_close(struct gateway *g);
void http_answer(struct call *call, struct answer *a);

/* --- instances --------------------------------------------------------------------------- */

/* backend.c */
bool backend_open(struct gateway *g, const char **error);
void backend_close(struct gateway *g);
void backend_submit(struct call *call);
void backend_figures(struct gateway *g);
void backend_look(struct gateway *g); /* are there new instances? */

#endif
