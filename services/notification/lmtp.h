/*
 * lmtp.h - a small LMTP server (RFC 2033) for the mails that come back
 *
 * A relay on this host delivers the bounce domain to it. A mail is answered when whoever takes it says so,
 * recipient by recipient: 250 means that it is stored, after 451 the relay keeps it and comes again.
 */
#ifndef AE_NOTIFICATION_LMTP_H
#define AE_NOTIFICATION_LMTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/notification/bytes.h"

enum {
	LMTP_LINE_MAX = 1000,
	LMTP_RECIPIENTS_MAX = 100,
	LMTP_FAULTS_MAX = 20,
	LMTP_COMMANDS_MAX = 250,     /* between two mails: nobody stays for nothing */
	LMTP_OUTPUT_MAX = 64 * 1024, /* replies that a client has not read; it is not heard until it has */
	LMTP_INPUT_MAX = 64 * 1024   /* bytes that wait to be looked at */
};

enum lmtp_verdict {
	LMTP_TAKEN,   /* 250 */
	LMTP_LATER,   /* 451 */
	LMTP_REFUSED, /* 550 */
	LMTP_VERDICT_COUNT
};

struct lmtp_session;

/* A mail from its MAIL command to its answer. The body has CRLF line ends and may hold NUL bytes. */
struct lmtp_mail {
	const char *from; /* "" for the null sender, NULL before MAIL */
	const char **recipients;
	size_t recipient_count;
	struct bytes *body;
	struct lmtp_session *session; /* NULL: the client has gone */
};

/* What the server asks and tells. */
struct lmtp_hooks {
	void *context;
	bool (*recipient)(void *context, const char *address); /* whether it is one of ours */
	/* A mail is there, the receiver's own now: lmtp_answer ends it, at once or later. */
	void (*mail)(void *context, struct lmtp_mail *m);
};

struct lmtp_settings {
	const char *address; /* "unix:/path", "127.0.0.1:port" or "[::1]:port"; port 0 = the kernel chooses */
	const char *host;    /* how it names itself */
	size_t size_max;     /* of a mail, bytes */
	size_t connections_max;
	int64_t command_time, mail_time; /* microseconds for a command, and for a mail, to arrive whole */
};

struct event_base;
struct lmtp;

/*
 * Listens until it is freed; the settings' texts must outlive it. NULL: *error says why, under parent;
 * *taken if another process listens there.
 */
struct lmtp *lmtp_new(const void *parent, struct event_base *base, const struct lmtp_settings *settings,
		      const struct lmtp_hooks *hooks, bool *taken, const char **error);
/* The TCP port; 0 for a unix socket. */
int lmtp_port(const struct lmtp *l);
size_t lmtp_connections(const struct lmtp *l);

/* One verdict for each recipient. Frees the mail, also when its client has gone meanwhile. */
void lmtp_answer(struct lmtp_mail *m, const enum lmtp_verdict *verdicts);

#endif
