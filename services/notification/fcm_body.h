/*
 * fcm_body.h - the request of messages:send
 */
#ifndef AE_NOTIFICATION_FCM_BODY_H
#define AE_NOTIFICATION_FCM_BODY_H

#include "services/notification/channel.h"

enum {
	FCM_BODY_MAX = 4096 /* Google counts the message without the token; we count all of it */
};

/* Under parent; NULL: *fault says why (constant text). */
const char *fcm_body(const void *parent, const struct message *m, size_t *length, const char **fault);

#endif
