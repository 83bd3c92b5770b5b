/*
 * unsubscribe.h - a member's "no more of this", by mail
 */
#ifndef AE_NOTIFICATION_UNSUBSCRIBE_H
#define AE_NOTIFICATION_UNSUBSCRIBE_H

#include "services/notification/bounce_mail.h"

/* Somebody wrote to the unsubscribe address of this mail. Early: another one to the same member is on its way
 * still, and the answer waits for it. */
enum bounce_booked unsubscribe_by_mail(struct daemon *d, const void *scratch, const char *notification_id);

#endif
