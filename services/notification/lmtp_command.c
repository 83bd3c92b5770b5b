/*
 * lmtp_command.c - the commands of LMTP, and what they say
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "services/notification/address.h"
#include "services/notification/lmtp_session.h"

/* A reply to something wrong; who does nothing else is sent away. */
static void complain(struct lmtp_session *s, const char *text)
{
	lmtp_reply(s, text);
	if (++s->faults < LMTP_FAULTS_MAX || s->closing)
		return;
	lmtp_reply(s, "421 4.7.0 Too many errors");
	s->closing = true;
}

struct command {
	const char *name;
	void (*run)(struct lmtp_session *s, const char *argument);
};

static void run_lhlo(struct lmtp_session *s, const char *argument)
{
	if (*argument == '\0') {
		complain(s, "501 5.5.4 LHLO needs a name");
		return;
	}
	lmtp_reset(s);
	s->greeted = true;
	bytes_print(s->replies, "250-%s\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-ENHANCEDSTATUSCODES\r\n",
		    s->settings->host);
	bytes_print(s->replies, "250 SIZE %zu\r\n", s->settings->size_max);
}

/* The path of "FROM:<path> parameters", under the mail; *parameters is what follows. NULL: bad syntax.
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
	return talloc_strndup(s->mail, argument + 1, (size_t)(end - argument - 1));
}

/* NULL, or the reply to parameters of MAIL that are not offered, or to a size that is too large. */
static const char *mail_fault(struct lmtp_session *s, const char *parameters)
{
	size_t n;

	for (; *parameters; parameters += n + strspn(parameters + n, " ")) {
		n = strcspn(parameters, " ");
		if (strncasecmp(parameters, "SIZE=", 5) == 0) {
			if (strtoull(parameters + 5, NULL, 10) > s->settings->size_max)
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
	} else if (s->mail->from) {
		complain(s, "503 5.5.1 There is a sender already");
	} else if ((from = read_path(s, argument, "FROM:", &parameters)) == NULL ||
		   (*from && address_fault(s->mail, from) != NULL)) {
		complain(s, "501 5.1.7 The sender cannot be read");
	} else if ((fault = mail_fault(s, parameters)) != NULL) {
		complain(s, fault);
	} else {
		s->mail->from = from;
		lmtp_reply(s, "250 2.1.0 OK");
	}
}

static void run_rcpt(struct lmtp_session *s, const char *argument)
{
	struct lmtp_mail *m = s->mail;
	const char *parameters, *to;

	if (m->from == NULL) {
		complain(s, "503 5.5.1 MAIL first");
	} else if ((to = read_path(s, argument, "TO:", &parameters)) == NULL) {
		complain(s, "501 5.1.3 The recipient cannot be read");
	} else if (*parameters) {
		complain(s, "555 5.5.4 A parameter is not known");
	} else if (m->recipient_count == LMTP_RECIPIENTS_MAX) {
		complain(s, "452 4.5.3 Too many recipients");
	} else if (!s->hooks->recipient(s->hooks->context, to)) {
		complain(s, "550 5.1.1 No such address here");
	} else {
		m->recipients = talloc_realloc(m, m->recipients, const char *, m->recipient_count + 1);
		m->recipients[m->recipient_count++] = to;
		lmtp_reply(s, "250 2.1.5 OK");
	}
}

static void run_data(struct lmtp_session *s, const char *argument)
{
	if (*argument) {
		complain(s, "501 5.5.4 DATA takes no argument");
	} else if (s->mail->recipient_count == 0) {
		complain(s, "503 5.5.1 RCPT first");
	} else {
		lmtp_reply(s, "354 End with a dot alone on a line");
		s->in_data = true;
		s->mail->body = bytes_new(s->mail);
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

	if (++s->commands > LMTP_COMMANDS_MAX) {
		lmtp_reply(s, "421 4.7.0 Too many commands without a mail");
		s->closing = true;
		return;
	}
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
