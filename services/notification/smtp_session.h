/*
 * smtp_session.h - one connection to a relay: opened by libcurl, then mail after mail
 */
#ifndef AE_NOTIFICATION_SMTP_SESSION_H
#define AE_NOTIFICATION_SMTP_SESSION_H

#include "services/notification/smtp_pool.h"
#include "services/notification/smtp_talk.h"

struct event;
struct relay;

/* A mail that somebody waits for. */
struct submission {
	const struct transfer *transfer;
	wire_done done;
	void *context;
	struct smtp_talk *talk;
	bool again; /* the session it was given to was gone before the mail was out */
	struct submission *next;
};

struct smtp_session {
	struct curl_task task;
	struct relay *relay;
	struct curl_loop *loop;
	CURL *curl;
	struct event *readable, *writable, *timer;
	struct smtp_extensions listed;
	char error[CURL_ERROR_SIZE];
	char *lines;            /* replies of the beginning */
	struct submission *now; /* NULL = idle */
	size_t mails;
	bool reset; /* the last mail left a transaction open */
	struct smtp_session *next;
};

/* Opens a session for a mail. */
void smtp_session_open(struct relay *r, struct curl_loop *loop, struct submission *mail);
void smtp_session_give(struct smtp_session *s, struct submission *mail);

/* smtp_pool.c: the session is idle; it has ended, and is freed; the mail goes to another one, before those
 * that wait; the mail has its answer. */
void relay_session_free(struct relay *r, struct smtp_session *session);
void relay_session_ended(struct relay *r, struct smtp_session *session);
void relay_again(struct relay *r, struct submission *s);
void relay_answered(struct relay *r, struct submission *s, const struct answer *answer);

#endif
