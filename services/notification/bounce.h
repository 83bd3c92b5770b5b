/*
 * bounce.h - what a mail to our bounce domain says about mails of ours
 *
 * Delivery status notifications (RFC 3464), feedback reports (RFC 5965), and mails to an unsubscribe
 * address. Anybody can write such a mail: authentic tells what a token by our secret stands behind.
 */
#ifndef AE_NOTIFICATION_BOUNCE_H
#define AE_NOTIFICATION_BOUNCE_H

#include <stdbool.h>
#include <stddef.h>

enum bounce_kind {
	BOUNCE_FAILED,
	BOUNCE_DELAYED,
	BOUNCE_DELIVERED, /* delivered, relayed or expanded */
	BOUNCE_COMPLAINT,
	BOUNCE_UNSUBSCRIBE, /* somebody wrote to a mail's unsubscribe address */
	BOUNCE_OTHER,       /* an automatic answer, or nothing we know */
	BOUNCE_KIND_COUNT
};

enum {
	BOUNCES_MAX = 50,
	BOUNCE_TEXT_MAX = 500
};

/* Absent texts are "". */
struct bounce {
	enum bounce_kind kind;
	bool authentic;              /* the notification's id was proved by its token, not just named */
	const char *notification_id; /* ULID */
	const char *recipient;       /* the address the mail was sent to, as far as it is told */
	const char *status;          /* "5.1.1" */
	const char *action;          /* "failed"; of a complaint its Feedback-Type: "abuse" */
	const char *diagnostic;      /* the remote server's words */
	const char *reporting_mta, *remote_mta;
	const char *arrival, *attempted; /* when the mail came to the MTA, and was tried last, as it says */
};

struct bounce_settings {
	const char *bounce_domain, *verp_secret;
	const char *domain; /* of our Message-IDs */
};

struct bounces {
	struct bounce *list; /* one for each recipient told about, at least one */
	size_t count;
};

/* recipient is the envelope's. NULL: the mail is larger than MIME_SIZE_MAX. */
struct bounces *bounce_read(const void *parent, const struct bounce_settings *settings, const char *recipient,
			    const char *mail, size_t length);

/* "failed", "delayed", "delivered", "complaint", "unsubscribe-mail", "other" */
const char *bounce_kind_name(enum bounce_kind kind);

#endif
