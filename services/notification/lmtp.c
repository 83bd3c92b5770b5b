/*
 * lmtp.c - the LMTP server's sockets and clocks
 *
 * Everything is bounded: connections, what waits to be looked at, replies that nobody reads. A command and a
 * mail each have a time in which to arrive whole, which a byte now and then does not set back.
 */
#include <errno.h>
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/listener.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <talloc.h>
#include <unistd.h>

#include "common/clock.h"
#include "services/notification/lmtp_address.h"
#include "services/notification/lmtp_session.h"

enum {
	PIECE = 4096
};

struct lmtp {
	struct event_base *base;
	struct lmtp_settings settings;
	struct lmtp_hooks hooks;
	struct evconnlistener *listener;
	const char *path; /* of a unix socket, else NULL */
	size_t connections;
};

/* One client. */
struct stream {
	struct lmtp *lmtp;
	struct lmtp_session *session;
	struct bufferevent *wire;
	struct event *clock;
	unsigned phase; /* that the clock is of */
	bool pumping;
};

static int stream_free(struct stream *t)
{
	event_free(t->clock);
	bufferevent_free(t->wire);
	t->lmtp->connections--;
	return 0;
}

static void wind_clock(struct stream *t)
{
	const struct lmtp_settings *s = &t->lmtp->settings;
	bool mail = !t->session->closing && (t->session->in_data || t->session->waiting);
	int64_t time = mail ? s->mail_time : s->command_time;
	struct timeval wait = {(time_t)(time / SECOND), (suseconds_t)(time % SECOND)};

	t->phase = t->session->phase;
	evtimer_add(t->clock, &wait);
}

static void write_replies(struct stream *t)
{
	struct bytes *replies = t->session->replies;

	evbuffer_add(bufferevent_get_output(t->wire), replies->data, replies->length);
	replies->length = 0;
}

/* What is left to be written is written first; the clock ends a client that does not read. */
static void close_gently(struct stream *t)
{
	bufferevent_disable(t->wire, EV_READ);
	if (evbuffer_get_length(bufferevent_get_output(t->wire)) == 0)
		talloc_free(t);
}

/* Hands a piece of what has come to the session. False: there is nothing more that it may take now. */
static bool pump_piece(struct stream *t)
{
	struct evbuffer *in = bufferevent_get_input(t->wire), *out = bufferevent_get_output(t->wire);
	struct evbuffer_iovec piece;
	size_t taken;

	if (t->session->closing || evbuffer_get_length(out) > LMTP_OUTPUT_MAX ||
	    evbuffer_peek(in, PIECE, NULL, &piece, 1) < 1)
		return false;
	taken = lmtp_session_take(t->session, piece.iov_base, piece.iov_len < PIECE ? piece.iov_len : PIECE);
	evbuffer_drain(in, taken);
	write_replies(t);
	return taken > 0;
}

static void pump(struct stream *t)
{
	t->pumping = true;
	while (pump_piece(t))
		;
	t->pumping = false;
	if (t->phase != t->session->phase)
		wind_clock(t);
	if (t->session->closing)
		close_gently(t);
}

static void readable(struct bufferevent *wire, void *stream)
{
	(void)wire;
	pump(stream);
}

static void written(struct bufferevent *wire, void *stream)
{
	(void)wire;
	pump(stream);
}

/* An answer that comes while the mail is still being handed over is written by pump_piece. */
static void resumed(void *stream)
{
	struct stream *t = stream;

	if (t->pumping)
		return;
	write_replies(t);
	pump(t);
}

static void ended(struct bufferevent *wire, short what, void *stream)
{
	(void)wire;
	(void)what;
	talloc_free(stream);
}

static void rung(evutil_socket_t fd, short what, void *stream)
{
	struct stream *t = stream;

	(void)fd;
	(void)what;
	if (t->session->closing || t->session->waiting) {
		talloc_free(t);
		return;
	}
	lmtp_reply(t->session, "421 4.4.2 Too slow");
	t->session->closing = true;
	write_replies(t);
	wind_clock(t);
	close_gently(t);
}

static void stream_new(struct lmtp *l, evutil_socket_t fd)
{
	struct stream *t = talloc_zero(l, struct stream);

	t->lmtp = l;
	t->session = lmtp_session_new(t, &l->settings, &l->hooks);
	t->session->resume = resumed;
	t->session->stream = t;
	t->wire = bufferevent_socket_new(l->base, fd, BEV_OPT_CLOSE_ON_FREE);
	t->clock = evtimer_new(l->base, rung, t);
	if (t->wire == NULL || t->clock == NULL)
		abort();
	l->connections++;
	talloc_set_destructor(t, stream_free);
	bufferevent_setcb(t->wire, readable, written, ended, t);
	bufferevent_setwatermark(t->wire, EV_READ, 0, LMTP_INPUT_MAX);
	bufferevent_enable(t->wire, EV_READ | EV_WRITE);
	write_replies(t);
	wind_clock(t);
}

/* A client too many is told so; the few bytes fit into a new socket's buffer. */
static void refuse(evutil_socket_t fd)
{
	static const char text[] = "421 4.3.2 Too many connections\r\n";

	(void)!send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	evutil_closesocket(fd);
}

static void accepted(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from, int size,
		     void *lmtp)
{
	struct lmtp *l = lmtp;

	(void)listener;
	(void)from;
	(void)size;
	if (l->connections >= l->settings.connections_max)
		refuse(fd);
	else
		stream_new(l, fd);
}

static int lmtp_free(struct lmtp *l)
{
	evconnlistener_free(l->listener);
	if (l->path)
		unlink(l->path);
	return 0;
}

struct lmtp *lmtp_new(const void *parent, struct event_base *base, const struct lmtp_settings *settings,
		      const struct lmtp_hooks *hooks, bool *taken, const char **error)
{
	struct lmtp *l = talloc_zero(parent, struct lmtp);
	int fd = -1;

	*taken = false;
	*error = "the address is not unix:/path, 127.0.0.1:port or [::1]:port";
	l->base = base;
	l->settings = *settings;
	l->hooks = *hooks;
	if (lmtp_address_valid(settings->address)) {
		fd = lmtp_address_listen(l, settings->address, &l->path);
		*taken = fd < 0 && errno == EADDRINUSE;
		*error = talloc_asprintf(parent, "cannot listen: %s", strerror(errno));
	}
	if (fd < 0) {
		talloc_free(l);
		return NULL;
	}
	/* Backlog 0: it listens already. */
	l->listener = evconnlistener_new(base, accepted, l, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 0,
					 fd);
	if (l->listener == NULL)
		abort();
	talloc_set_destructor(l, lmtp_free);
	return l;
}

int lmtp_port(const struct lmtp *l)
{
	return lmtp_address_port(evconnlistener_get_fd(l->listener));
}

size_t lmtp_connections(const struct lmtp *l)
{
	return l->connections;
}
