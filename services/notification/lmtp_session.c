/*
 * lmtp_session.c - one client's conversation with the LMTP server: lines, mails and their answers
 *
 * Lines end in CRLF and nothing else: who takes a bare line feed for an end lets one mail be smuggled
 * inside another.
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/lmtp_session.h"

/* The session forgets a mail that goes, and a mail its session: either may go first. */
static int mail_free(struct lmtp_mail *m)
{
	if (m->session)
		m->session->waiting = NULL;
	return 0;
}

static int session_free(struct lmtp_session *s)
{
	if (s->waiting)
		s->waiting->session = NULL;
	return 0;
}

void lmtp_reply(struct lmtp_session *s, const char *text)
{
	bytes_text(s->replies, text);
	bytes_text(s->replies, "\r\n");
}

void lmtp_reset(struct lmtp_session *s)
{
	talloc_free(s->mail);
	s->mail = talloc_zero(s, struct lmtp_mail);
	s->in_data = s->too_large = false;
	s->state = DATA_LINE;
}

/* One reply for each recipient, in the order of RCPT (RFC 2033 4.2). */
void lmtp_answer(struct lmtp_mail *m, const enum lmtp_verdict *verdicts)
{
	static const char *const texts[LMTP_VERDICT_COUNT] = {
		"250 2.0.0 OK", "451 4.3.0 Not now, try again",
		"550 5.7.1 It proves to be about no mail of ours"};
	struct lmtp_session *s = m->session;
	size_t i;

	for (i = 0; s && i < m->recipient_count; i++)
		lmtp_reply(s, texts[verdicts[i]]);
	talloc_free(m);
	if (s == NULL)
		return;
	lmtp_reset(s);
	s->phase++;
	s->commands = 0;
	if (s->resume)
		s->resume(s->stream);
}

static void mail_complete(struct lmtp_session *s)
{
	struct lmtp_mail *m = s->mail;
	size_t i;

	s->phase++;
	if (s->too_large) {
		for (i = 0; i < m->recipient_count; i++)
			lmtp_reply(s, "552 5.3.4 The mail is too large");
		lmtp_reset(s);
		return;
	}
	s->mail = NULL;
	s->in_data = false;
	s->waiting = m;
	m->session = s;
	talloc_set_destructor(m, mail_free);
	s->hooks->mail(s->hooks->context, m);
}

static void put_mail(struct lmtp_session *s, const char *bytes, size_t length)
{
	if (s->mail->body->length + length > s->settings->size_max)
		s->too_large = true;
	if (!s->too_large)
		bytes_put(s->mail->body, bytes, length);
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

/* Takes what there is of a mail; a line's text in one go. */
static size_t take_data(struct lmtp_session *s, const char *bytes, size_t length)
{
	const char *cr;
	size_t at = 0, n;

	while (at < length) {
		if (s->state == DATA_TEXT && bytes[at] != '\r') {
			cr = memchr(bytes + at, '\r', length - at);
			n = cr ? (size_t)(cr - bytes) - at : length - at;
			put_mail(s, bytes + at, n);
			at += n;
		} else if (take_byte(s, bytes[at++])) {
			mail_complete(s);
			break;
		}
	}
	return at;
}

static void take_command_byte(struct lmtp_session *s, char c)
{
	struct bytes *line = s->line;

	bytes_put(line, &c, 1);
	if (line->length >= 2 && memcmp(line->data + line->length - 2, "\r\n", 2) == 0) {
		line->length -= 2;
		line->data[line->length] = '\0';
		lmtp_command(s, line->data, line->length);
		line->length = 0;
		s->phase++;
	} else if (line->length > LMTP_LINE_MAX) {
		lmtp_reply(s, "500 5.5.2 The line is too long");
		s->closing = true;
	}
}

size_t lmtp_session_take(struct lmtp_session *s, const char *bytes, size_t length)
{
	size_t at = 0;

	while (at < length && !s->closing && s->waiting == NULL) {
		if (s->in_data)
			at += take_data(s, bytes + at, length - at);
		else
			take_command_byte(s, bytes[at++]);
	}
	return at;
}

struct lmtp_session *lmtp_session_new(const void *parent, const struct lmtp_settings *settings,
				      const struct lmtp_hooks *hooks)
{
	struct lmtp_session *s = talloc_zero(parent, struct lmtp_session);

	s->settings = settings;
	s->hooks = hooks;
	s->line = bytes_new(s);
	s->replies = bytes_new(s);
	talloc_set_destructor(s, session_free);
	lmtp_reset(s);
	bytes_print(s->replies, "220 %s LMTP\r\n", settings->host);
	return s;
}
