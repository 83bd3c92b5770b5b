/*
 * refuse.c - an answer that ends the connection, written without evhttp
 *
 * The stream's callbacks are taken from evhttp, the answer is written, then the connection is
 * shut on our side and drained: closing it with bytes unread would make the kernel send a
 * reset, and the client would lose the answer.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <talloc.h>

#include "common/log.h"
#include "services/gateway/connection.h"

/* Whatever still comes is read and forgotten. */
static void forget(struct bufferevent *stream, void *arg)
{
	struct evbuffer *input = bufferevent_get_input(stream);

	(void)arg;
	evbuffer_drain(input, evbuffer_get_length(input));
}

static void written(struct bufferevent *stream, void *arg)
{
	(void)arg;
	if (evbuffer_get_length(bufferevent_get_output(stream)) == 0)
		shutdown(bufferevent_getfd(stream), SHUT_WR);
}

static void ended(struct bufferevent *stream, short what, void *arg)
{
	(void)stream;
	(void)what;
	connection_close(arg);
}

void connection_refuse(struct connection *c, struct answer *a)
{
	struct evbuffer *output = bufferevent_get_output(c->stream);
	size_t i;

	bufferevent_setcb(c->stream, forget, written, ended, c);
	evbuffer_add_printf(output, "HTTP/1.1 %d %s\r\n", a->status,
			    error_title(error_from_status(a->status)));
	for (i = 0; i < a->header_count; i++)
		evbuffer_add_printf(output, "%s: %s\r\n", a->headers[i].name, a->headers[i].value);
	evbuffer_add_printf(output, "Content-Length: %zu\r\nConnection: close\r\n\r\n", a->length);
	evbuffer_add(output, a->body, a->length);
	connection_phase(c, PHASE_REFUSED);
	if (c->call) /* the answer may hang under it */
		call_free(c->call);
	c->call = NULL;
	forget(c->stream, c);
	bufferevent_enable(c->stream, EV_READ | EV_WRITE);
}

void connection_refuse_fault(struct connection *c, enum error e, const char *detail)
{
	struct gateway *g = c->http->gateway;
	struct answer a = {0};
	char id[REQUEST_ID_SIZE];
	void *scratch = talloc_new(NULL);

	trace_request_id(NULL, id);
	answer_problem(scratch, &a, e, detail, NULL, id);
	answer_harden(&a, id);
	metric_add(g->metrics.refused, error_name(e), 1);
	if (gateway_settings.access_log)
		log_info("request refused status=%d reason=\"%s\" request_id=%s", a.status, detail, id);
	connection_refuse(c, &a);
	talloc_free(scratch);
}
