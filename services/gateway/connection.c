/*
 * connection.c - the life of a client connection
 *
 * evhttp's own timeouts start anew with every byte; the phases here do not, so that a client
 * that sends one byte per second is gone when its phase is over.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/clock.h"
#include "services/gateway/connection.h"

enum {
	RATE_MIN = 32 * 1024,
	LINGER_SECONDS = 2,
	WRITE_SECONDS = 30
};

void connection_phase(struct connection *c, enum phase phase)
{
	c->phase = phase;
	c->since = clock_monotonic();
}

/* evhttp is about to close the socket: the connection's memory goes. A call may still be out. */
static void closed(struct evhttp_connection *evcon, void *arg)
{
	struct connection *c = arg;

	evhttp_connection_set_closecb(evcon, NULL, NULL);
	LIST_REMOVE(c, entry);
	c->http->count--;
	if (c->fd >= 0 && (size_t)c->fd < c->http->slots && c->http->by_fd[c->fd] == c)
		c->http->by_fd[c->fd] = NULL;
	if (c->call && c->phase < PHASE_HANDLING) {
		call_free(c->call);
	} else if (c->call) {
		c->call->connection = NULL;
		c->call->http = NULL;
	}
	talloc_free(c);
}

void connection_close(struct connection *c)
{
	if (c->evhttp)
		evhttp_connection_free(c->evhttp);
}

static int connection_free(struct connection *c)
{
	event_free(c->turn);
	return 0;
}

/* Makes the table that finds connections by their socket long enough. */
static void slot_take(struct connection *c)
{
	struct http *h = c->http;
	size_t old = h->slots;

	if ((size_t)c->fd >= old) {
		h->slots = (size_t)c->fd * 2 + 64;
		h->by_fd = talloc_realloc(h, h->by_fd, struct connection *, h->slots);
		memset(h->by_fd + old, 0, (h->slots - old) * sizeof(*h->by_fd));
	}
	h->by_fd[c->fd] = c;
}

/*
 * evhttp asks for the stream before it has made its connection around it; by the end of the
 * loop turn it has, and is found as the argument of the stream's callbacks.
 */
static void adopt(struct connection *c)
{
	bufferevent_data_cb read_callback;

	bufferevent_getcb(c->stream, &read_callback, NULL, NULL, (void **)&c->evhttp);
	c->fd = bufferevent_getfd(c->stream);
	bufferevent_decref(c->stream);
	if (c->evhttp == NULL || c->fd < 0) {
		talloc_free(c);
		return;
	}
	slot_take(c);
	c->http->count++;
	LIST_INSERT_HEAD(&c->http->connections, c, entry);
	evhttp_connection_set_closecb(c->evhttp, closed, c);
	if (c->http->count > (size_t)gateway_settings.connections)
		connection_refuse_fault(c, ERR_UNAVAILABLE, "too many connections");
}

/* The end of a loop turn in which the connection was new, or had bytes of a next request. */
static void turn(evutil_socket_t fd, short what, void *arg)
{
	struct connection *c = arg;

	(void)fd;
	(void)what;
	if (c->evhttp == NULL)
		adopt(c);
	else if (c->phase == PHASE_IDLE)
		connection_scan(c, 0);
}

/* Feeds a run of bytes to the scanner. False: no more of them are wanted. */
static bool feed(struct connection *c, const char *data, size_t length)
{
	enum scan_result r;
	size_t used;

	while (length > 0) {
		r = scan_bytes(&c->scan, data, length, &used);
		data += used;
		length -= used;
		if (r == SCAN_FAULT) {
			connection_refuse_fault(c, c->scan.fault.error, c->scan.fault.detail);
			return false;
		}
		if (r == SCAN_COMPLETE || (r == SCAN_HEAD_READY && !door_head(c)) ||
		    c->scan.state == SCAN_DONE)
			return false;
	}
	return true;
}

void connection_scan(struct connection *c, size_t from)
{
	struct evbuffer *input = bufferevent_get_input(c->stream);
	struct evbuffer_ptr at;
	struct evbuffer_iovec pieces[8];
	int i, n;
	size_t done;

	while (c->phase < PHASE_HANDLING && c->scan.state != SCAN_DONE && from < evbuffer_get_length(input)) {
		if (c->phase == PHASE_IDLE)
			connection_phase(c, PHASE_HEAD);
		evbuffer_ptr_set(input, &at, from, EVBUFFER_PTR_SET);
		n = evbuffer_peek(input, -1, &at, pieces, 8);
		for (i = 0, done = 0; i < n && i < 8; i++) {
			if (!feed(c, pieces[i].iov_base, pieces[i].iov_len))
				return;
			done += pieces[i].iov_len;
		}
		from += done;
	}
}

/* Bytes have come into evhttp's input buffer; evhttp reads them after this. */
static void bytes_came(struct evbuffer *input, const struct evbuffer_cb_info *info, void *arg)
{
	struct connection *c = arg;

	(void)input;
	if (info->n_added > 0 && c->phase < PHASE_HANDLING && c->scan.state != SCAN_DONE)
		connection_scan(c, info->orig_size);
}

struct bufferevent *connection_new(struct event_base *base, void *http)
{
	struct connection *c = talloc_zero(http, struct connection);

	c->http = http;
	c->fd = -1;
	c->stream = bufferevent_socket_new(base, -1, BEV_OPT_CLOSE_ON_FREE);
	c->turn = event_new(base, -1, 0, turn, c);
	if (c->stream == NULL || c->turn == NULL)
		abort();
	talloc_set_destructor(c, connection_free);
	c->scan.head = talloc_array(c, char, HEAD_SIZE_MAX);
	connection_phase(c, PHASE_IDLE);
	evbuffer_add_cb(bufferevent_get_input(c->stream), bytes_came, c);
	bufferevent_incref(c->stream);
	event_active(c->turn, 0, 0);
	return c->stream;
}

struct connection *connection_of(struct http *h, struct evhttp_request *req)
{
	struct bufferevent *stream = evhttp_connection_get_bufferevent(evhttp_request_get_connection(req));
	evutil_socket_t fd = bufferevent_getfd(stream);

	return fd >= 0 && (size_t)fd < h->slots ? h->by_fd[fd] : NULL;
}

/* The answer has been written: what is in the input buffer now belongs to the next request. */
void connection_answered(struct evhttp_request *req, void *arg)
{
	struct connection *c = arg;

	(void)req;
	scan_reset(&c->scan);
	connection_phase(c, PHASE_IDLE);
	if (evbuffer_get_length(bufferevent_get_input(c->stream)) > 0)
		event_active(c->turn, 0, 0);
}

void connection_judge(struct connection *c, int64_t now)
{
	int64_t age = now - c->since, allowed = gateway_settings.header_timeout;

	switch (c->phase) {
	case PHASE_IDLE:
		if (age > gateway_settings.idle_timeout || c->http->gateway->draining)
			connection_close(c);
		break;
	case PHASE_BODY:
		allowed += (int64_t)(c->scan.body * SECOND / RATE_MIN);
		/* fall through */
	case PHASE_HEAD:
		if (age > allowed)
			connection_refuse_fault(c, ERR_REQUEST_TIMEOUT, "the request did not arrive in time");
		break;
	case PHASE_HANDLING:
		break;
	case PHASE_WRITING:
		if (age > WRITE_SECONDS * SECOND + (int64_t)(c->writing * SECOND / RATE_MIN))
			connection_close(c);
		break;
	case PHASE_REFUSED:
		if (age > LINGER_SECONDS * SECOND)
			connection_close(c);
		break;
	}
}
