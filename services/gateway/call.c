/*
 * call.c - one request from the door to its answer
 *
 * Every call is answered exactly once, by call_answer; that is also the one place that logs
 * and counts it.
 */
#include <event2/http.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/clock.h"
#include "common/log.h"
#include "services/gateway/gateway.h"

/* Route, then who, then what: a stranger learns nothing about parameters. */
static void call_judge(struct call *call)
{
	if (!route_call(call) || !auth_call(call->gateway->auth, call))
		return;
	if (call->head->query)
		query_parse(call, talloc_strdup(call, call->head->query));
}

struct call *call_new(struct gateway *g, struct connection *c, const struct head *head)
{
	struct call *call = talloc_pooled_object(NULL, struct call, 8, 1024);

	memset(call, 0, sizeof(*call));
	call->gateway = g;
	call->connection = c;
	call->head = head;
	call->started = clock_monotonic();
	trace_request_id(head, call->request_id);
	call_judge(call);
	g->calls++;
	return call;
}

void call_free(struct call *call)
{
	call->gateway->calls--;
	talloc_free(call);
}

static const char *challenge(const struct call *call)
{
	if (!call->token_given)
		return "Bearer realm=\"ae\"";
	return talloc_asprintf(call, "Bearer realm=\"ae\", error=\"invalid_token\", error_description=\"%s\"",
			       call->detail);
}

/* The answer to a call that was refused at the door. */
void call_fault_answer(struct call *call, struct answer *a)
{
	answer_problem(call, a, call->error, call->detail, call->head->path, call->request_id);
	if (call->allow)
		answer_put(a, "Allow", call->allow);
	if (call->error == ERR_UNAUTHENTICATED)
		answer_put(a, "WWW-Authenticate", challenge(call));
	answer_harden(a, call->request_id);
	metric_add(call->gateway->metrics.refused, error_name(call->error), 1);
}

static void call_record(const struct call *call, const struct answer *a)
{
	static const char *const classes[] = {"1xx", "2xx", "3xx", "4xx", "5xx"};
	const char *name = call->operation ? call->operation->name : "none";
	const int64_t took = clock_monotonic() - call->started;
	char mark[16] = "none";

	metric_observe(call->gateway->metrics.requests, name, (double)took / 1e6);
	metric_add(call->gateway->metrics.responses, classes[a->status / 100 - 1], 1);
	if (!gateway_settings.access_log || (call->route && call->route->local))
		return;
	if (call->roles)
		snprintf(mark, sizeof(mark), "%08x", call->subject_mark);
	log_info("request method=%s operation=%s status=%d bytes=%zu latency_ms=%.2f service=%s instance=%s "
		 "request_id=%s subject=%s",
		 call->head->method, name, a->status, a->length, (double)took / 1e3,
		 call->operation ? call->operation->service : "none",
		 call->instance[0] ? call->instance : "none", call->request_id, mark);
}

void call_answer(struct call *call, struct answer *a)
{
	gzip_answer(call, head_get(call->head, "accept-encoding"), a);
	answer_harden(a, call->request_id);
	call_record(call, a);
	http_answer(call, a);
	call_free(call);
}

void call_fail(struct call *call, enum error e, const char *format, ...)
{
	struct answer a = {0};
	char *detail;
	va_list values;

	va_start(values, format);
	detail = talloc_vasprintf(call, format, values);
	va_end(values);
	answer_problem(call, &a, e, detail, call->head->path, call->request_id);
	call_answer(call, &a);
}

/* Refused at the door, with its body read: the connection goes on. */
static void call_refused(struct call *call)
{
	struct answer a = {0};

	if (call->error == ERR_METHOD_NOT_ALLOWED && strcmp(call->head->method, "OPTIONS") == 0) {
		a.status = HTTP_NOCONTENT;
		answer_put(&a, "Allow", call->allow);
		answer_harden(&a, call->request_id);
	} else {
		call_fault_answer(call, &a);
	}
	call_record(call, &a);
	http_answer(call, &a);
	call_free(call);
}

void call_take(struct call *call)
{
	if (call->error != ERR_OK) {
		call_refused(call);
	} else if (call->route->local) {
		call->route->local(call);
	} else if (strcmp(call->operation->service, "gateway") == 0) {
		call_fail(call, ERR_NOT_IMPLEMENTED, "this operation is not offered by this release");
	} else {
		trace_parent(call->head, call->traceparent);
		call->deadline = call->started + call->operation->timeout;
		backend_submit(call);
	}
}
