/*
 * lmtp.h - a small LMTP server (RFC 2033) for the mails that come back
 *
 * A relay on this host delivers the bounce domain to it. It answers 250 for a recipient only when
 * deliver() returned true for it, and 451 otherwise, so that the relay keeps what was not stored.
 */
#ifndef AE_NOTIFICATION_LMTP_H
#define AE_NOTIFICATION_LMTP_H

#include <event2/event.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LMTP_LINE_MAX = 1000,
	LMTP_RECIPIENTS_MAX = 100,
	LMTP_FAULTS_MAX = 20,
	LMTP_OUTPUT_MAX = 64 * 1024 /* replies that a client did not read */
};

/* from is "" for the null sender; mail has CRLF line ends and may hold NUL bytes. */
typedef bool lmtp_deliver(void *context, const char *from, const char *recipient, const char *mail,
			  size_t length);

struct lmtp_settings {
	const char *address; /* "unix:/path", "127.0.0.1:port" or "[::1]:port"; port 0 = the kernel chooses */
	const char *host;    /* how it names itself */
	const char *domain;  /* recipients are b+...@domain and unsubscribe+...@domain */
	const char *verp_secret; /* recipients' tokens are judged at RCPT; "" = not */
	size_t size_max;         /* of a mail, bytes */
	size_t connections_max;
	int64_t timeout; /* microseconds for a command to arrive whole, and for a whole mail */
};

struct lmtp;

/* Listens until it is freed; the settings' texts must outlive it. NULL: *error says why, under parent. */
struct lmtp *lmtp_new(const void *parent, struct event_base *base, const struct lmtp_settings *settings,
		      lmtp_deliver *deliver, void *context, const char **error);
/* The TCP port; 0 for a unix socket. */
int lmtp_port(const struct lmtp *l);
size_t lmtp_connections(const struct lmtp *l);

#endif
