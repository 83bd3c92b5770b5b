/*
 * unsubscribe.h - a member's "no more of this", by link or by mail
 */
#ifndef AE_NOTIFICATION_UNSUBSCRIBE_H
#define AE_NOTIFICATION_UNSUBSCRIBE_H

#include "common/daemon.h"
#include "services/notification/channel.h"

/* The merge patch of preferences that refuses a category on a channel. */
const struct json *unsubscribe_patch(const void *parent, const char *category, enum channel c);

/* Somebody wrote to the unsubscribe address of this mail. False: the database failed. */
bool unsubscribe_by_mail(struct daemon *d, const void *scratch, const char *notification_id);

#endif
