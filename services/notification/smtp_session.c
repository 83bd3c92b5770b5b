/*
 * smtp_session.c - one connection to a relay: opened by libcurl, then mail after mail
 *
 * The easy handle stays in the loop as long as the session lives: its connection goes with it.
 */
#include <event2/event.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/smtp_session.h"

enum {
	CONNECT_MILLISECONDS = 10000,
	OPEN_MILLISECONDS = 30000, /* with TLS and AUTH */
	LINES_MAX = 32 * 1024,
	MAILS_MAX = 500 /* of one session; relays like to see new ones now and then */
};

#define IDLE_MAX        (30 * SECOND)
#define TIMEOUT_DEFAULT (60 * SECOND)

static void on_readable(evutil_socket_t fd, short what, void *session);

/* --- its end ----------------------------------------------------------------------------------------- */

static int session_free(struct smtp_session *s)
{
	if (s->readable)
		event_free(s->readable);
	if (s->writable)
		event_free(s->writable);
	event_free(s->timer);
	curl_loop_remove(s->loop, s->curl);
	curl_easy_cleanup(s->curl);
	return 0;
}

static void session_end(struct smtp_session *s, bool politely)
{
	size_t n;

	if (politely) /* nobody waits for the answer */
		curl_easy_send(s->curl, "QUIT\r\n", 6, &n);
	relay_session_ended(s->relay, s);
}

/* The mail's end; whoever waited for it is told when the session is free for the next. */
static void answer(struct smtp_session *s, bool reuse, const struct answer *a)
{
	struct submission *now = s->now;
	struct relay *r = s->relay;

	s->now = NULL;
	s->mails++;
	event_del(s->timer);
	if (reuse && s->mails < MAILS_MAX) {
		struct timeval longest = {IDLE_MAX / SECOND, 0};

		event_add(s->timer, &longest);
		relay_session_free(r, s);
	} else {
		session_end(s, reuse);
	}
	relay_answered(r, now, a);
}

static void mail_ended(struct smtp_session *s)
{
	const struct talk_result *result = smtp_talk_result(s->now->talk);
	struct answer a = {.transported = true,
			   .status = result->status,
			   .headers = result->lines,
			   .error = "",
			   .body = "",
			   .now = clock_now()};

	s->reset = result->open;
	answer(s, !result->closing, &a);
}

/* The session is of no use any more. */
static void session_lost(struct smtp_session *s, const char *why)
{
	const struct talk_result *result = smtp_talk_result(s->now->talk);
	struct answer a = {.unknown = result->whole,
			   .status = result->status,
			   .headers = result->lines,
			   .error = why,
			   .body = "",
			   .now = clock_now()};

	answer(s, false, &a);
}

/*
 * A kept session may have been closed by the relay before the mail came, or not be good for another one: then
 * the mail, of which nothing was taken, goes over another one, once. Not so if the relay was silent: the mail
 * has had its time.
 */
static void session_broken(struct smtp_session *s, const char *why)
{
	if (smtp_talk_result(s->now->talk)->whole || s->mails == 0 || s->now->again) {
		session_lost(s, why);
		return;
	}
	s->now->again = true;
	TALLOC_FREE(s->now->talk);
	relay_again(s->relay, s->now);
	session_end(s, false);
}

/* --- bytes --------------------------------------------------------------------------------------------- */

static bool push(struct smtp_session *s)
{
	const char *bytes;
	size_t length, n;
	CURLcode code;

	while ((bytes = smtp_talk_out(s->now->talk, &length)) && length > 0) {
		code = curl_easy_send(s->curl, bytes, length, &n);
		if (code == CURLE_AGAIN) {
			event_add(s->writable, NULL);
			return true;
		}
		if (code != CURLE_OK) {
			session_broken(s, "the relay closed the connection");
			return false;
		}
		smtp_talk_sent(s->now->talk, n);
	}
	return true;
}

/* False: the session is not to be touched any more. */
static bool take(struct smtp_session *s, const char *bytes, size_t length)
{
	switch (smtp_talk_in(s->now->talk, bytes, length)) {
	case TALK_GOES_ON:
		return push(s);
	case TALK_ENDED:
		mail_ended(s);
		return false;
	case TALK_SENSELESS:
		session_broken(s, "the relay's answer is no SMTP");
		return false;
	}
	return false;
}

static void on_readable(evutil_socket_t fd, short what, void *session)
{
	struct smtp_session *s = session;
	char bytes[4096];
	CURLcode code;
	size_t n;

	(void)fd;
	(void)what;
	/* TLS may have read more than it gave: until there is nothing left. */
	while ((code = curl_easy_recv(s->curl, bytes, sizeof(bytes), &n)) == CURLE_OK && n > 0) {
		if (s->now == NULL) { /* a farewell */
			session_end(s, false);
			return;
		}
		if (!take(s, bytes, n))
			return;
	}
	if (code == CURLE_AGAIN)
		return;
	if (s->now)
		session_broken(s, "the relay closed the connection");
	else
		session_end(s, false);
}

static void on_writable(evutil_socket_t fd, short what, void *session)
{
	struct smtp_session *s = session;

	(void)fd;
	(void)what;
	if (s->now)
		push(s);
}

static void on_timer(evutil_socket_t fd, short what, void *session)
{
	struct smtp_session *s = session;

	(void)fd;
	(void)what;
	if (s->now)
		session_lost(s, "the relay did not answer in time");
	else
		session_end(s, true);
}

/* --- its life ------------------------------------------------------------------------------------------ */

void smtp_session_give(struct smtp_session *s, struct submission *mail)
{
	int64_t timeout = mail->transfer->timeout > 0 ? mail->transfer->timeout : TIMEOUT_DEFAULT;
	struct timeval longest = {timeout / SECOND, timeout % SECOND};

	s->now = mail;
	mail->talk = smtp_talk_new(mail, mail->transfer, &s->listed, s->reset);
	event_add(s->timer, &longest);
	push(s);
}

static size_t on_line(char *data, size_t size, size_t count, void *session)
{
	struct smtp_session *s = session;
	size_t length = size * count;

	if (talloc_get_size(s->lines) + length < LINES_MAX)
		s->lines = talloc_strndup_append_buffer(s->lines, data, length);
	return length;
}

static void prepare(struct smtp_session *s, const struct transfer *t)
{
	CURL *c = s->curl;

	curl_easy_setopt(c, CURLOPT_URL, t->url);
	curl_easy_setopt(c, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_PROXY, "");
	curl_easy_setopt(c, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, (long)CONNECT_MILLISECONDS);
	curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, (long)OPEN_MILLISECONDS);
	curl_easy_setopt(c, CURLOPT_TCP_NODELAY, 1L);
	curl_easy_setopt(c, CURLOPT_ERRORBUFFER, s->error);
	curl_easy_setopt(c, CURLOPT_HEADERFUNCTION, on_line);
	curl_easy_setopt(c, CURLOPT_HEADERDATA, s);
	curl_easy_setopt(c, CURLOPT_USE_SSL, (long)(t->plain ? CURLUSESSL_NONE : CURLUSESSL_ALL));
	if (t->ca_file && t->ca_file[0])
		curl_easy_setopt(c, CURLOPT_CAINFO, t->ca_file);
	if (t->user && t->user[0]) {
		curl_easy_setopt(c, CURLOPT_USERNAME, t->user);
		curl_easy_setopt(c, CURLOPT_PASSWORD, t->password);
	}
}

static void open_failed(struct smtp_session *s, CURLcode code)
{
	struct answer a = {.headers = s->lines,
			   .error = s->error[0] ? s->error : curl_easy_strerror(code),
			   .body = "",
			   .now = clock_now()};
	struct submission *mail = s->now;
	struct relay *r = s->relay;
	long status = 0;

	curl_easy_getinfo(s->curl, CURLINFO_RESPONSE_CODE, &status);
	a.status = (int)status;
	a.transported = status >= 400;
	a.headers = talloc_strdup(mail, s->lines);
	a.error = talloc_strdup(mail, a.error);
	session_end(s, false);
	relay_answered(r, mail, &a);
}

static void on_opened(struct curl_task *task, CURLcode code)
{
	struct smtp_session *s = (struct smtp_session *)task;
	struct event_base *base = curl_loop_base(s->loop);
	struct submission *mail = s->now;
	curl_socket_t fd = CURL_SOCKET_BAD;

	if (code == CURLE_OK)
		code = curl_easy_getinfo(s->curl, CURLINFO_ACTIVESOCKET, &fd);
	if (code != CURLE_OK || fd == CURL_SOCKET_BAD) {
		open_failed(s, code);
		return;
	}
	s->listed = smtp_extensions_read(s->lines);
	s->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, s);
	s->writable = event_new(base, fd, EV_WRITE, on_writable, s);
	event_add(s->readable, NULL);
	smtp_session_give(s, mail);
}

void smtp_session_open(struct relay *r, struct curl_loop *loop, struct submission *mail)
{
	struct smtp_session *s = talloc_zero(r, struct smtp_session);

	s->task.finished = on_opened;
	s->relay = r;
	s->loop = loop;
	s->now = mail;
	s->lines = talloc_strdup(s, "");
	s->curl = curl_easy_init();
	s->timer = evtimer_new(curl_loop_base(loop), on_timer, s);
	talloc_set_destructor(s, session_free);
	prepare(s, mail->transfer);
	if (!curl_loop_add(loop, s->curl, &s->task))
		open_failed(s, CURLE_OUT_OF_MEMORY);
}
