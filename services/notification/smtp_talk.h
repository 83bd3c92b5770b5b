/*
 * smtp_talk.h - one mail through an open SMTP session: what to say, and what the replies mean
 *
 * Bytes go in and out; no socket is known here. Where the server lists PIPELINING (RFC 2920), MAIL, RCPT and
 * DATA go out together, and a mail costs two round trips instead of four.
 */
#ifndef AE_NOTIFICATION_SMTP_TALK_H
#define AE_NOTIFICATION_SMTP_TALK_H

#include "services/notification/channel.h"

/* What the server listed after EHLO. */
struct smtp_extensions {
	bool pipelining, size;
};

enum talk_state {
	TALK_GOES_ON,
	TALK_ENDED,
	TALK_SENSELESS /* what came is no SMTP: the session is of no use any more */
};

struct talk_result {
	int status;        /* of the reply that decided; 0 = none came */
	const char *lines; /* that reply, CRLF line ends */
	bool whole;        /* the mail is out to its last byte: from then on the server may have taken it */
	bool open;         /* the session has to be reset before the next mail */
	bool closing;      /* the server closes the session */
};

struct smtp_talk;

/* The transfer's texts must live as long. reset: the session was left open by an earlier mail. */
struct smtp_talk *smtp_talk_new(const void *parent, const struct transfer *t,
				const struct smtp_extensions *listed, bool reset);
/* What is to be sent now, and that so much of it was. */
const char *smtp_talk_out(const struct smtp_talk *t, size_t *length);
void smtp_talk_sent(struct smtp_talk *t, size_t length);
/* Takes what came, in pieces of any length. */
enum talk_state smtp_talk_in(struct smtp_talk *t, const char *bytes, size_t length);
const struct talk_result *smtp_talk_result(const struct smtp_talk *t);

/* What is listed in the replies of a session's beginning: in the last answer to EHLO, which is the one behind
 * STARTTLS if there was one. */
struct smtp_extensions smtp_extensions_read(const char *lines);

#endif
