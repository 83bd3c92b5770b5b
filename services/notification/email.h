/*
 * email.h - the driver of e-mail: builds a mail, signs it, and judges what the relay said
 *
 * One recipient per mail. A repetition is the same mail but for Date: it carries the same Message-ID and
 * the same envelope, so that a duplicate can be told.
 */
#ifndef AE_NOTIFICATION_EMAIL_H
#define AE_NOTIFICATION_EMAIL_H

#include "services/notification/channel.h"

enum {
	EMAIL_SECRET_MIN = 16
};

/* Copied by email_driver_new. Absent texts are "" or NULL. */
struct email_settings {
	const char *name; /* of the relay, in settings, logs and metrics */
	const char *url;  /* smtp://host:port (STARTTLS) or smtps://host:port */
	const char *user, *password;
	const char *ca_file; /* of the relay's certificate; "" = the system's */
	const char *from, *from_name, *reply_to;
	const char *domain;                   /* of Message-ID, EHLO and the signature's d= */
	const char *bounce_domain;            /* of the envelope sender; "" = from is the envelope sender */
	const char *verp_secret;              /* with bounce_domain: 16 characters or more */
	const char *dkim_selector, *dkim_key; /* a PEM file; "" = not signed */
	const char *dkim_selector_2, *dkim_key_2; /* a second signature, Ed25519 say */
	const char *list_id;                      /* of mail that can be unsubscribed; "" = no List-Id */
	bool unsubscribe_mail; /* offer an address to unsubscribe beside the link; needs bounce_domain */
	bool plain;            /* no TLS, where the relay is on this host's loopback */
	int64_t timeout;       /* of a transfer, microseconds; 0 = a minute */
};

/* NULL: *error names the setting and says what is wrong with it, under parent. */
struct driver *email_driver_new(const void *parent, const struct email_settings *settings,
				const char **error);

#endif
