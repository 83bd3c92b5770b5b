/*
 * bounce_status.h - what the status of a delivery that failed means for the address (RFC 3463)
 */
#ifndef AE_NOTIFICATION_BOUNCE_STATUS_H
#define AE_NOTIFICATION_BOUNCE_STATUS_H

enum bounce_meaning {
	BOUNCE_DEAD,    /* there is no such mailbox, and there will be none: suppressed at once */
	BOUNCE_PASSING, /* a full mailbox, a domain out of order, or nobody knows: the third time tells */
	BOUNCE_REFUSED, /* this mail or its sender was not wanted: the address is not to blame */
	BOUNCE_MEANING_COUNT
};

/* status: "5.1.1"; "" and anything else that is no status is passing. */
enum bounce_meaning bounce_meaning(const char *status);
/* "dead", "passing", "refused" */
const char *bounce_meaning_name(enum bounce_meaning m);

#endif
