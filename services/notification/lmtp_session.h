/*
 * lmtp_session.h - one client's conversation with the LMTP server
 */
#ifndef AE_NOTIFICATION_LMTP_SESSION_H
#define AE_NOTIFICATION_LMTP_SESSION_H

#include <event2/bufferevent.h>

#include "services/notification/bytes.h"
#include "services/notification/lmtp.h"

/* What the sessions of a listener share. */
struct lmtp_host {
	struct event_base *base;
	struct lmtp_settings settings;
	lmtp_deliver *deliver;
	void *context;
	size_t connections;
};

/* Where in a mail's line the last byte was (RFC 5321 4.5.2). */
enum data_state {
	DATA_LINE, /* at a line's beginning */
	DATA_DOT,
	DATA_DOT_CR,
	DATA_TEXT,
	DATA_TEXT_CR
};

struct lmtp_session {
	struct lmtp_host *host;
	struct bufferevent *stream;
	struct event *clock;
	bool greeted, has_sender, in_data, closing;
	int faults;
	void *transaction; /* parent of sender, recipients and mail */
	const char *sender;
	const char **recipients;
	size_t recipient_count;
	struct bytes *mail;
	bool too_large;
	enum data_state state;
};

/* Takes the socket over and greets. It hangs under the host's listener and ends itself. */
void lmtp_session_new(const void *parent, struct lmtp_host *host, evutil_socket_t fd);

/* lmtp_command.c */
void lmtp_command(struct lmtp_session *s, const char *line, size_t length);
void lmtp_reply(struct lmtp_session *s, const char *text);
void lmtp_reset(struct lmtp_session *s); /* no sender, no recipients, no mail */

#endif
