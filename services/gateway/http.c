/*
 * http.c - evhttp: the listener, requests that are complete, and answers to them
 */
#include <errno.h>
#include <event2/http.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <event2/listener.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <talloc.h>
#include <unistd.h>

#include "common/clock.h"
#include "common/log.h"
#include "services/gateway/connection.h"

enum {
	SWEEP_MICROSECONDS = 200000,
	EVHTTP_TIMEOUT_SECONDS = 900,
	BACKLOG = 4096
};

/* A request is complete, body and all. */
static void request_came(struct evhttp_request *req, void *arg)
{
	struct http *h = arg;
	struct connection *c = connection_of(h, req);
	struct evbuffer *body = evhttp_request_get_input_buffer(req);

	if (c == NULL || c->call == NULL) {
		evhttp_send_error(req, HTTP_INTERNAL, NULL);
		return;
	}
	connection_phase(c, PHASE_HANDLING);
	c->call->http = req;
	c->call->body_length = evbuffer_get_length(body);
	c->call->body = (const char *)evbuffer_pullup(body, -1);
	call_take(c->call);
}

static void body_forget(const void *data, size_t length, void *message)
{
	(void)data;
	(void)length;
	message_release(message);
}

/* Small bodies are copied, large ones stay where nanomsg put them. */
static void body_put(struct evbuffer *out, struct answer *a)
{
	enum {
		COPIED_MAX = 4096
	};

	if (a->length == 0)
		return;
	if (a->message && a->length > COPIED_MAX) {
		a->message->references++;
		evbuffer_add_reference(out, a->body, a->length, body_forget, a->message);
	} else {
		evbuffer_add(out, a->body, a->length);
	}
}

void http_answer(struct call *call, struct answer *a)
{
	struct evhttp_request *req = call->http;
	struct connection *c = call->connection;
	struct evkeyvalq *headers;
	char digits[24];
	size_t i;

	if (req == NULL) /* the client's connection is gone */
		return;
	headers = evhttp_request_get_output_headers(req);
	for (i = 0; i < a->header_count; i++)
		evhttp_add_header(headers, a->headers[i].name, a->headers[i].value);
	if (call->gateway->draining)
		evhttp_add_header(headers, "Connection", "close");
	if (c) {
		c->call = NULL;
		c->writing = a->length;
		connection_phase(c, PHASE_WRITING);
		evhttp_request_set_on_complete_cb(req, connection_answered, c);
	}
	if (req->type == EVHTTP_REQ_HEAD) {
		evutil_snprintf(digits, sizeof(digits), "%zu", a->length);
		evhttp_add_header(headers, "Content-Length", digits);
	} else if (a->status != HTTP_NOTMODIFIED && a->status != HTTP_NOCONTENT) {
		body_put(evhttp_request_get_output_buffer(req), a);
	}
	evhttp_send_reply(req, a->status, NULL, NULL);
	/*
	 * evhttp goes on reading while it writes, only to learn of a close: a client that has shut its side
	 * would lose the rest, and one that keeps sending would fill the memory.
	 */
	if (c)
		bufferevent_disable(c->stream, EV_READ);
}

/* --- listening --------------------------------------------------------------------------- */

/* A socket from systemd (or whoever speaks its protocol); -1 if there is none. */
static int socket_inherited(void)
{
	int n = sd_listen_fds(1);

	return n >= 1 ? SD_LISTEN_FDS_START : -1;
}

static int socket_unix(struct http *h, const char *path, const char **error)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd, probe;

	*error = "listen: the path is longer than 107 bytes";
	if (strlen(path) >= sizeof(address.sun_path))
		return -1;
	memcpy(address.sun_path, path, strlen(path) + 1);
	probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	*error = "listen: another process answers on this path";
	if (connect(probe, (struct sockaddr *)&address, sizeof(address)) == 0) {
		close(probe);
		return -1;
	}
	close(probe);
	unlink(path);
	*error = talloc_asprintf(h, "listen: cannot bind unix:%s", path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)) != 0 || listen(fd, BACKLOG) != 0) {
		close(fd);
		return -1;
	}
	h->socket_path = path;
	return fd;
}

static int socket_internet(const char *text, const char **error)
{
	struct sockaddr_storage address;
	int length = sizeof(address), fd, on = 1;

	*error = "listen: not an ADDRESS:PORT or unix:PATH";
	if (evutil_parse_sockaddr_port(text, (struct sockaddr *)&address, &length) != 0 ||
	    strrchr(text, ':') == NULL)
		return -1;
	*error = "listen: cannot bind the address (is another program using it?)";
	fd = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)&address, (socklen_t)length) != 0 || listen(fd, BACKLOG) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static int socket_listening(struct http *h, const char **error)
{
	int fd = socket_inherited(), on = 1;

	if (fd >= 0)
		evutil_make_socket_nonblocking(fd);
	else if (strncmp(gateway_settings.listen, "unix:", 5) == 0)
		fd = socket_unix(h, gateway_settings.listen + 5, error);
	else
		fd = socket_internet(gateway_settings.listen, error);
	/* Without it each answer of 16 KiB and more waits 40 ms for the client's delayed ack. */
	if (fd >= 0)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static void sweep(evutil_socket_t fd, short what, void *arg)
{
	struct http *h = arg;
	struct connection *c, *next;
	int64_t now = clock_monotonic();

	(void)fd;
	(void)what;
	for (c = LIST_FIRST(&h->connections); c; c = next) {
		next = LIST_NEXT(c, entry);
		connection_judge(c, now);
	}
	metric_set(h->gateway->metrics.connections, NULL, (double)h->count);
}

bool http_open(struct gateway *g, const char **error)
{
	struct http *h = talloc_zero(g, struct http);
	const struct timeval interval = {0, SWEEP_MICROSECONDS};
	int fd;

	h->gateway = g;
	LIST_INIT(&h->connections);
	if ((fd = socket_listening(h, error)) < 0)
		return false;
	h->evhttp = evhttp_new(g->base);
	evhttp_set_bevcb(h->evhttp, connection_new, h);
	evhttp_set_gencb(h->evhttp, request_came, h);
	evhttp_set_timeout(h->evhttp, EVHTTP_TIMEOUT_SECONDS);
	evhttp_set_max_headers_size(h->evhttp, HEAD_SIZE_MAX);
	evhttp_set_max_body_size(h->evhttp, (ev_ssize_t)route_body_max() + HEAD_SIZE_MAX);
	evhttp_set_allowed_methods(h->evhttp, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD | EVHTTP_REQ_POST |
						      EVHTTP_REQ_PUT | EVHTTP_REQ_PATCH | EVHTTP_REQ_DELETE |
						      EVHTTP_REQ_OPTIONS);
	h->listener = evhttp_accept_socket_with_handle(h->evhttp, fd);
	if (h->listener == NULL) {
		*error = "listen: evhttp does not take the socket";
		return false;
	}
	h->sweep = event_new(g->base, -1, EV_PERSIST, sweep, h);
	event_add(h->sweep, &interval);
	g->http = h;
	return true;
}

void http_stop(struct gateway *g)
{
	evhttp_del_accept_socket(g->http->evhttp, g->http->listener);
	if (g->http->socket_path)
		unlink(g->http->socket_path);
}

void http_close(struct gateway *g)
{
	struct connection *c, *next;

	if (g->http == NULL)
		return;
	for (c = LIST_FIRST(&g->http->connections); c; c = next) {
		next = LIST_NEXT(c, entry);
		connection_close(c);
	}
	evhttp_free(g->http->evhttp);
	event_free(g->http->sweep);
}
