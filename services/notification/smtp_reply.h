/*
 * smtp_reply.h - what an SMTP server's last reply means for a delivery
 *
 * Judged by the enhanced status code (RFC 2034, RFC 3463) where there is one, else by the reply code.
 */
#ifndef AE_NOTIFICATION_SMTP_REPLY_H
#define AE_NOTIFICATION_SMTP_REPLY_H

#include "services/notification/channel.h"

struct smtp_reply {
	int code;                   /* 550 */
	int class, subject, detail; /* 5.1.1; class 0 = no enhanced code */
	const char *text;           /* the last line behind the codes, printable ASCII, at most 200 */
};

/* Finds the last reply with this code among the lines of a conversation. Lines may be NULL. */
struct smtp_reply smtp_reply_read(const void *parent, const char *lines, int code);

/* An enhanced code at the beginning of a text: "5.1.1 ..." or "#5.1.1 ..."; how many characters it takes,
 * 0 if there is none. */
int smtp_enhanced_read(const char *text, int *class, int *subject, int *detail);

/* What a 4xx or 5xx reply means. */
enum outcome smtp_outcome(const struct smtp_reply *reply);

/* Whether this enhanced code says that the address will never work. */
bool smtp_dead(int class, int subject, int detail);

#endif
