/*
 * lmtp_session.c - one client's conversation with the LMTP server
 *
 * Lines end in CRLF and nothing else: who takes a bare line feed for an end lets one mail be smuggled
 * inside another. A phase has its own clock, which a byte now and then does not set back.
 */
#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <stdlib.h>
#include <sys/time.h>
#include <talloc.h>

#include "common/clock.h"
#include "services/notification/bytes.h"
#include "services/notification/lmtp_session.h"

static int session_free(struct lmtp_session *s)
{
	event_free(s->clock);
	bufferevent_free(s->stream);
	s->host->connections--;
	return 0;
}

static void wind_clock(struct lmtp_session *s)
{
	struct timeval wait = {(time_t)(s->host->settings.timeout / SECOND),
			       (suseconds_t)(s->host->settings.timeout % SECOND)};

	evtimer_add(s->clock, &wait);
}

/* One reply for each recipient, in the order of RCPT (RFC 2033 4.2). */
static void mail_complete(struct lmtp_session *s)
{
	size_t i;

	for (i = 0; i < s->recipient_count; i++) {
		if (s->too_large)
			lmtp_reply(s, "552 5.3.4 The mail is too large");
		else if (s->host->deliver(s->host->context, s->sender, s->recipients[i], s->mail->data,
					  s->mail->length))
			lmtp_reply(s, "250 2.0.0 OK");
		else
			lmtp_reply(s, "451 4.3.0 Not now, try again");
	}
	lmtp_reset(s);
}

static void put_mail(struct lmtp_session *s, const char *bytes, size_t length)
{
	if (s->mail->length + length > s->host->settings.size_max)
		s->too_large = true;
	if (!s->too_large)
		bytes_put(s->mail, bytes, length);
}

/* A byte of a mail, the dot that stuffs a line taken away. True: it was the last of the end mark. */
static bool take_byte(struct lmtp_session *s, char c)
{
	switch (s->state) {
	case DATA_LINE:
		if (c == '.') {
			s->state = DATA_DOT;
			return false;
		}
		break;
	case DATA_DOT:
		if (c == '\r') {
			s->state = DATA_DOT_CR;
			return false;
		}
		break;
	case DATA_DOT_CR:
		if (c == '\n')
			return true;
		put_mail(s, "\r", 1);
		break;
	case DATA_TEXT:
	case DATA_TEXT_CR:
		break;
	}
	put_mail(s, &c, 1);
	if (c == '\n' && s->state == DATA_TEXT_CR)
		s->state = DATA_LINE;
	else
		s->state = c == '\r' ? DATA_TEXT_CR : DATA_TEXT;
	return false;
}

/* Takes what there is of a mail. */
static void read_data(struct lmtp_session *s, struct evbuffer *in)
{
	struct evbuffer_iovec piece;
	const char *bytes;
	size_t i;

	while (s->in_data && evbuffer_peek(in, -1, NULL, &piece, 1) > 0) {
		bytes = piece.iov_base;
		for (i = 0; i < piece.iov_len && !take_byte(s, bytes[i]); i++)
			;
		if (i == piece.iov_len) {
			evbuffer_drain(in, i);
			continue;
		}
		evbuffer_drain(in, i + 1);
		mail_complete(s);
		wind_clock(s);
	}
}

/* Takes a command. False: there is no whole one. */
static bool read_command(struct lmtp_session *s, struct evbuffer *in)
{
	size_t length;
	char *line = evbuffer_readln(in, &length, EVBUFFER_EOL_CRLF_STRICT);

	if (line == NULL && evbuffer_get_length(in) <= LMTP_LINE_MAX)
		return false;
	if (line == NULL || length > LMTP_LINE_MAX) {
		lmtp_reply(s, "500 5.5.2 The line is too long");
		s->closing = true;
	} else {
		lmtp_command(s, line, length);
		wind_clock(s);
	}
	free(line);
	return true;
}

/* What is left to be written is written first; the clock ends a client that does not read. */
static void close_gently(struct lmtp_session *s)
{
	if (evbuffer_get_length(bufferevent_get_output(s->stream)) == 0) {
		talloc_free(s);
		return;
	}
	bufferevent_disable(s->stream, EV_READ);
}

static void readable(struct bufferevent *stream, void *arg)
{
	struct lmtp_session *s = arg;
	struct evbuffer *in = bufferevent_get_input(stream);

	while (!s->closing && evbuffer_get_length(in) > 0) {
		if (s->in_data)
			read_data(s, in);
		else if (!read_command(s, in))
			break;
	}
	if (s->closing)
		close_gently(s);
}

static void written(struct bufferevent *stream, void *arg)
{
	struct lmtp_session *s = arg;

	(void)stream;
	if (s->closing)
		talloc_free(s);
}

static void ended(struct bufferevent *stream, short what, void *arg)
{
	(void)stream;
	(void)what;
	talloc_free(arg);
}

static void rung(evutil_socket_t fd, short what, void *arg)
{
	struct lmtp_session *s = arg;

	(void)fd;
	(void)what;
	if (s->closing) {
		talloc_free(s);
		return;
	}
	lmtp_reply(s, "421 4.4.2 Too slow");
	s->closing = true;
	bufferevent_disable(s->stream, EV_READ);
	wind_clock(s);
}

void lmtp_session_new(const void *parent, struct lmtp_host *host, evutil_socket_t fd)
{
	struct lmtp_session *s = talloc_zero(parent, struct lmtp_session);

	s->host = host;
	s->stream = bufferevent_socket_new(host->base, fd, BEV_OPT_CLOSE_ON_FREE);
	s->clock = evtimer_new(host->base, rung, s);
	if (s->stream == NULL || s->clock == NULL)
		abort();
	host->connections++;
	talloc_set_destructor(s, session_free);
	lmtp_reset(s);
	bufferevent_setcb(s->stream, readable, written, ended, s);
	bufferevent_setwatermark(s->stream, EV_READ, 0, 64 * 1024);
	bufferevent_enable(s->stream, EV_READ | EV_WRITE);
	wind_clock(s);
	evbuffer_add_printf(bufferevent_get_output(s->stream), "220 %s LMTP\r\n", host->settings.host);
}
