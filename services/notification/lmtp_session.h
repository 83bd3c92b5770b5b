/*
 * lmtp_session.h - one client's conversation with the LMTP server: bytes in, replies out
 *
 * It knows no socket and no clock, so that a test can say anything to it in any pieces.
 */
#ifndef AE_NOTIFICATION_LMTP_SESSION_H
#define AE_NOTIFICATION_LMTP_SESSION_H

#include "services/notification/lmtp.h"

/* Where in a mail's line the last byte was (RFC 5321 4.5.2). */
enum data_state {
	DATA_LINE, /* at a line's beginning */
	DATA_DOT,
	DATA_DOT_CR,
	DATA_TEXT,
	DATA_TEXT_CR
};

struct lmtp_session {
	const struct lmtp_settings *settings;
	const struct lmtp_hooks *hooks;
	void (*resume)(void *stream); /* a mail was answered: there are replies, and bytes may be taken */
	void *stream;
	struct bytes *line, *replies; /* a command so far; what is to be written */
	bool greeted, in_data, too_large, closing;
	int faults, commands;
	unsigned phase;            /* counts commands and mails: each has a time of its own */
	struct lmtp_mail *mail;    /* the transaction; NULL while one waits */
	struct lmtp_mail *waiting; /* for its answer */
	enum data_state state;
};

/* Greets. settings and hooks must outlive it. */
struct lmtp_session *lmtp_session_new(const void *parent, const struct lmtp_settings *settings,
				      const struct lmtp_hooks *hooks);
/* How many bytes were taken: all, unless the conversation is over or a mail waits for its answer. */
size_t lmtp_session_take(struct lmtp_session *s, const char *bytes, size_t length);

void lmtp_reply(struct lmtp_session *s, const char *text);
void lmtp_reset(struct lmtp_session *s); /* no sender, no recipients, no mail */

/* lmtp_command.c */
void lmtp_command(struct lmtp_session *s, const char *line, size_t length);

#endif
