/*
 * bounce_mail.h - one mail that came back: read, judged, booked
 */
#ifndef AE_NOTIFICATION_BOUNCE_MAIL_H
#define AE_NOTIFICATION_BOUNCE_MAIL_H

#include "services/notification/lmtp.h"
#include "services/notification/notifier.h"

enum bounce_booked {
	BOUNCE_BOOKED,   /* it is in the database, or there was nothing to book */
	BOUNCE_UNPROVEN, /* it is about no mail that is proved to be ours */
	BOUNCE_EARLY,    /* a sending is not written down yet that has to be before it is answered */
	BOUNCE_LOST      /* the database failed */
};

/* Whether the intake takes mail for this address. */
bool bounce_address(const struct notifier *n, const char *address);
/* *what: a word for the count. */
enum bounce_booked bounce_book(struct notifier *n, const void *scratch, const struct lmtp_mail *mail,
			       const char *recipient, const char **what);

#endif
