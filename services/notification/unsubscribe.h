/*
 * unsubscribe.h - a member's "no more of this", by mail
 */
#ifndef AE_NOTIFICATION_UNSUBSCRIBE_H
#define AE_NOTIFICATION_UNSUBSCRIBE_H

#include "common/daemon.h"

/* Somebody wrote to the unsubscribe address of this mail. False: the database failed. */
bool unsubscribe_by_mail(struct daemon *d, const void *scratch, const char *notification_id);

#endif
