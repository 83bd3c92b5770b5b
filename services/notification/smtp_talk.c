/*
 * smtp_talk.c - MAIL, RCPT, DATA, the mail; RSET before them if need be (RFC 5321, RFC 2920, RFC 1870)
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "services/notification/bytes.h"
#include "services/notification/smtp_talk.h"

enum {
	LINE_MAX_BYTES = 4096, /* of a reply; RFC 5321 says 512 */
	REPLY_MAX = 32 * 1024
};

enum talk_step {
	STEP_RSET,
	STEP_MAIL,
	STEP_RCPT,
	STEP_DATA,
	STEP_MAIL_END
};

struct smtp_talk {
	const struct transfer *transfer;
	struct smtp_extensions listed;
	enum talk_step step; /* whose reply comes next */
	struct bytes *out;
	size_t sent;
	struct bytes *line, *reply; /* what has come of a line, of a reply */
	size_t mail_at;             /* where the mail ends in out; 0 = it is not in there */
	bool ended;
	struct talk_result result;
};

/* --- what we say --------------------------------------------------------------------------------- */

static void say(struct smtp_talk *t, enum talk_step step)
{
	switch (step) {
	case STEP_RSET:
		bytes_text(t->out, "RSET\r\n");
		break;
	case STEP_MAIL:
		bytes_print(t->out, "MAIL FROM:<%s>", t->transfer->mail_from);
		if (t->listed.size)
			bytes_print(t->out, " SIZE=%zu", t->transfer->length);
		bytes_text(t->out, "\r\n");
		break;
	case STEP_RCPT:
		bytes_print(t->out, "RCPT TO:<%s>\r\n", t->transfer->recipient);
		break;
	case STEP_DATA:
		bytes_text(t->out, "DATA\r\n");
		break;
	case STEP_MAIL_END:
		break;
	}
}

/* Lines that begin with a dot get another one (RFC 5321 4.5.2). */
static void say_mail(struct smtp_talk *t)
{
	const char *at = t->transfer->body, *end = at + t->transfer->length, *next;

	if (at < end && *at == '.')
		bytes_text(t->out, ".");
	for (; (next = memmem(at, (size_t)(end - at), "\r\n.", 3)) != NULL; at = next + 3) {
		bytes_put(t->out, at, (size_t)(next + 3 - at));
		bytes_text(t->out, ".");
	}
	bytes_put(t->out, at, (size_t)(end - at));
	if (t->transfer->length < 2 || memcmp(end - 2, "\r\n", 2) != 0)
		bytes_text(t->out, "\r\n");
	bytes_text(t->out, ".\r\n");
	t->mail_at = t->out->length;
}

static void go_to(struct smtp_talk *t, enum talk_step step)
{
	t->step = step;
	if (!t->listed.pipelining)
		say(t, step);
}

struct smtp_talk *smtp_talk_new(const void *parent, const struct transfer *transfer,
				const struct smtp_extensions *listed, bool reset)
{
	struct smtp_talk *t = talloc_zero(parent, struct smtp_talk);
	enum talk_step step;

	t->transfer = transfer;
	t->listed = *listed;
	t->out = bytes_new(t);
	t->line = bytes_new(t);
	t->reply = bytes_new(t);
	t->result.lines = "";
	go_to(t, reset ? STEP_RSET : STEP_MAIL);
	for (step = t->step; t->listed.pipelining && step <= STEP_DATA; step++)
		say(t, step);
	return t;
}

const char *smtp_talk_out(const struct smtp_talk *t, size_t *length)
{
	*length = t->out->length - t->sent;
	return t->out->data + t->sent;
}

void smtp_talk_sent(struct smtp_talk *t, size_t length)
{
	t->sent += length;
	t->result.whole |= t->mail_at > 0 && t->sent >= t->mail_at;
}

/* --- what they say -------------------------------------------------------------------------------- */

/* The first reply that refuses decides; without one the last. */
static void decide_by(struct smtp_talk *t, int code)
{
	if (t->result.status)
		return;
	t->result.status = code;
	t->result.lines = talloc_strndup(t, t->reply->data, t->reply->length);
}

/* Of a server that answered before it had heard all, nobody knows what it would take the next mail for. */
static enum talk_state end(struct smtp_talk *t, bool open)
{
	t->ended = true;
	t->result.open = open;
	t->result.closing |= t->sent < t->out->length;
	return TALK_ENDED;
}

/* The reply to DATA: the mail follows, or nothing if there is no recipient for it. */
static enum talk_state data_answered(struct smtp_talk *t, int code)
{
	if (code != 354) {
		decide_by(t, code);
		return end(t, true);
	}
	t->step = STEP_MAIL_END;
	if (t->result.status)
		bytes_text(t->out, ".\r\n");
	else
		say_mail(t);
	return TALK_GOES_ON;
}

static enum talk_state answered(struct smtp_talk *t, int code)
{
	bool good = code / 100 == 2;

	t->result.closing |= code == 421;
	if (t->step == STEP_DATA)
		return data_answered(t, code);
	if (t->step == STEP_MAIL_END) {
		decide_by(t, code);
		return end(t, false);
	}
	if (code < 200 || (t->step == STEP_RSET && !good))
		return TALK_SENSELESS;
	if (!good) {
		decide_by(t, code);
		if (!t->listed.pipelining || code == 421)
			return end(t, true);
	}
	go_to(t, t->step + 1);
	return TALK_GOES_ON;
}

/* "250-more", "250 last", "250" */
static bool reply_line(const struct bytes *line, int *code, bool *last)
{
	const char *s = line->data;

	if (line->length < 3 || !isdigit((unsigned char)s[0]) || !isdigit((unsigned char)s[1]) ||
	    !isdigit((unsigned char)s[2]) || (line->length > 3 && s[3] != ' ' && s[3] != '-'))
		return false;
	*code = (s[0] - '0') * 100 + (s[1] - '0') * 10 + (s[2] - '0');
	*last = line->length == 3 || s[3] == ' ';
	return *code >= 100 && *code < 600;
}

static void clear(struct bytes *b)
{
	b->length = 0;
}

static enum talk_state line_came(struct smtp_talk *t)
{
	enum talk_state state = TALK_GOES_ON;
	bool last;
	int code;

	while (t->line->length > 0 && t->line->data[t->line->length - 1] == '\r')
		t->line->length--;
	if (t->ended || !reply_line(t->line, &code, &last) || t->reply->length > REPLY_MAX)
		return TALK_SENSELESS;
	bytes_put(t->reply, t->line->data, t->line->length);
	bytes_text(t->reply, "\r\n");
	if (last) {
		state = answered(t, code);
		clear(t->reply);
	}
	clear(t->line);
	return state;
}

enum talk_state smtp_talk_in(struct smtp_talk *t, const char *bytes, size_t length)
{
	const char *end = bytes + length, *newline;
	enum talk_state state = TALK_GOES_ON;

	while (bytes < end && state != TALK_SENSELESS) {
		newline = memchr(bytes, '\n', (size_t)(end - bytes));
		bytes_put(t->line, bytes, (size_t)((newline ? newline : end) - bytes));
		if (t->line->length > LINE_MAX_BYTES)
			return TALK_SENSELESS;
		if (newline == NULL)
			break;
		state = line_came(t);
		bytes = newline + 1;
	}
	/* What follows the last reply is a farewell, or nonsense. */
	if (t->ended && (state == TALK_SENSELESS || t->line->length > 0)) {
		t->result.closing = true;
		return TALK_ENDED;
	}
	return state;
}

const struct talk_result *smtp_talk_result(const struct smtp_talk *t)
{
	return &t->result;
}

/* --- EHLO ------------------------------------------------------------------------------------------ */

static bool keyword(const char *line, const char *name)
{
	size_t n = strlen(name);

	return strncasecmp(line, name, n) == 0 && strchr(" \r\n", line[n]) != NULL;
}

struct smtp_extensions smtp_extensions_read(const char *lines)
{
	struct smtp_extensions listed = {false, false};

	for (; *lines; lines += strcspn(lines, "\n"), lines += *lines == '\n') {
		if (strncmp(lines, "220", 3) == 0)
			listed = (struct smtp_extensions){false, false};
		if (strncmp(lines, "250", 3) != 0 || (lines[3] != ' ' && lines[3] != '-'))
			continue;
		listed.pipelining |= keyword(lines + 4, "PIPELINING");
		listed.size |= keyword(lines + 4, "SIZE");
	}
	return listed;
}
