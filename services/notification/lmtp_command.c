/*
 * lmtp_command.c - the commands of LMTP, and what they say
 */
#include <event2/buffer.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "services/notification/address.h"
#include "services/notification/lmtp_session.h"
#include "services/notification/verp.h"

void lmtp_reply(struct lmtp_session *s, const char *text)
{
	struct evbuffer *out = bufferevent_get_output(s->stream);

	evbuffer_add_printf(out, "%s\r\n", text);
	if (evbuffer_get_length(out) > LMTP_OUTPUT_MAX)
		s->closing = true;
}

/* A reply to something wrong; who does nothing else is sent away. */
static void complain(struct lmtp_session *s, const char *text)
{
	lmtp_reply(s, text);
	if (++s->faults < LMTP_FAULTS_MAX || s->closing)
		return;
	lmtp_reply(s, "421 4.7.0 Too many errors");
	s->closing = true;
}

void lmtp_reset(struct lmtp_session *s)
{
	talloc_free(s->transaction);
	s->transaction = talloc_new(s);
	s->sender = NULL;
	s->recipients = NULL;
	s->recipient_count = 0;
	s->mail = NULL;
	s->has_sender = s->in_data = s->too_large = false;
	s->state = DATA_LINE;
}

struct command {
	const char *name;
	void (*run)(struct lmtp_session *s, const char *argument);
};

static void run_lhlo(struct lmtp_session *s, const char *argument)
{
	struct evbuffer *out = bufferevent_get_output(s->stream);

	if (*argument == '\0') {
		complain(s, "501 5.5.4 LHLO needs a name");
		return;
	}
	lmtp_reset(s);
	s->greeted = true;
	evbuffer_add_printf(out, "250-%s\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n",
			    s->host->settings.host);
	evbuffer_add_printf(out, "250 SIZE %zu\r\n", s->host->settings.size_max);
}

/* The path of "FROM:<path> parameters", under the transaction; *parameters is what follows. NULL: bad syntax.
 */
static const char *read_path(struct lmtp_session *s, const char *argument, const char *word,
			     const char **parameters)
{
	size_t n = strlen(word);
	const char *end;

	if (strncasecmp(argument, word, n) != 0)
		return NULL;
	argument += n + strspn(argument + n, " ");
	if (*argument != '<' || (end = strchr(argument, '>')) == NULL || (end[1] != '\0' && end[1] != ' '))
		return NULL;
	*parameters = end + 1 + strspn(end + 1, " ");
	return talloc_strndup(s->transaction, argument + 1, (size_t)(end - argument - 1));
}

/* NULL, or the reply to parameters of MAIL that are not offered, or to a size that is too large. */
static const char *mail_fault(struct lmtp_session *s, const char *parameters)
{
	size_t n;

	for (; *parameters; parameters += n + strspn(parameters + n, " ")) {
		n = strcspn(parameters, " ");
		if (strncasecmp(parameters, "SIZE=", 5) == 0) {
			if (strtoull(parameters + 5, NULL, 10) > s->host->settings.size_max)
				return "552 5.3.4 The mail is too large";
		} else if (strncasecmp(parameters, "BODY=", 5) != 0) {
			return "555 5.5.4 A parameter is not known";
		}
	}
	return NULL;
}

static void run_mail(struct lmtp_session *s, const char *argument)
{
	const char *parameters, *from, *fault;

	if (!s->greeted) {
		complain(s, "503 5.5.1 LHLO first");
	} else if (s->has_sender) {
		complain(s, "503 5.5.1 There is a sender already");
	} else if ((from = read_path(s, argument, "FROM:", &parameters)) == NULL ||
		   (*from && address_fault(s->transaction, from) != NULL)) {
		complain(s, "501 5.1.7 The sender cannot be read");
	} else if ((fault = mail_fault(s, parameters)) != NULL) {
		complain(s, fault);
	} else {
		s->sender = from;
		s->has_sender = true;
		lmtp_reply(s, "250 2.1.0 OK");
	}
}

static bool is_ours(struct lmtp_session *s, const char *recipient)
{
	const struct lmtp_settings *l = &s->host->settings;
	enum verp_purpose purpose;

	if (l->verp_secret == NULL || *l->verp_secret == '\0')
		return verp_shaped(recipient, l->domain);
	return verp_read(s->transaction, recipient, l->verp_secret, l->domain, &purpose) != NULL;
}

static void run_rcpt(struct lmtp_session *s, const char *argument)
{
	const char *parameters, *to;

	if (!s->has_sender) {
		complain(s, "503 5.5.1 MAIL first");
	} else if ((to = read_path(s, argument, "TO:", &parameters)) == NULL) {
		complain(s, "501 5.1.3 The recipient cannot be read");
	} else if (*parameters) {
		complain(s, "555 5.5.4 A parameter is not known");
	} else if (!is_ours(s, to)) {
		complain(s, "550 5.1.1 No such address here");
	} else if (s->recipient_count == LMTP_RECIPIENTS_MAX) {
		lmtp_reply(s, "452 4.5.3 Too many recipients");
	} else {
		s->recipients = talloc_realloc(s->transaction, s->recipients, const char *,
					       s->recipient_count + 1);
		s->recipients[s->recipient_count++] = to;
		lmtp_reply(s, "250 2.1.5 OK");
	}
}

static void run_data(struct lmtp_session *s, const char *argument)
{
	if (*argument) {
		complain(s, "501 5.5.4 DATA takes no argument");
	} else if (s->recipient_count == 0) {
		complain(s, "503 5.5.1 RCPT first");
	} else {
		lmtp_reply(s, "354 End with a dot alone on a line");
		s->in_data = true;
		s->mail = bytes_new(s->transaction);
	}
}

static void run_rset(struct lmtp_session *s, const char *argument)
{
	(void)argument;
	lmtp_reset(s);
	lmtp_reply(s, "250 2.0.0 OK");
}

static void run_noop(struct lmtp_session *s, const char *argument)
{
	(void)argument;
	lmtp_reply(s, "250 2.0.0 OK");
}

static void run_vrfy(struct lmtp_session *s, const char *argument)
{
	(void)argument;
	complain(s, "252 2.5.0 Send a mail and see");
}

static void run_quit(struct lmtp_session *s, const char *argument)
{
	(void)argument;
	lmtp_reply(s, "221 2.0.0 Bye");
	s->closing = true;
}

static const struct command commands[] = {
	{"LHLO", run_lhlo}, {"MAIL", run_mail}, {"RCPT", run_rcpt}, {"DATA", run_data},
	{"RSET", run_rset}, {"NOOP", run_noop}, {"VRFY", run_vrfy}, {"QUIT", run_quit},
};

void lmtp_command(struct lmtp_session *s, const char *line, size_t length)
{
	size_t i, n = strcspn(line, " ");

	if (strlen(line) != length) {
		complain(s, "500 5.5.2 The line has a NUL byte");
		return;
	}
	for (i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (n == strlen(commands[i].name) && strncasecmp(line, commands[i].name, n) == 0) {
			commands[i].run(s, line + n + strspn(line + n, " "));
			return;
		}
	complain(s, "500 5.5.1 This command is not known"); /* HELO and EHLO too: RFC 2033 4.1 */
}
