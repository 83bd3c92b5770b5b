/*
 * fcm.h - push messages through Firebase Cloud Messaging, HTTP v1
 *
 * The address is a registration token. An access token is fetched first where none is kept; a delivery is
 * then two transfers, later one. What hangs under a step's parent is needed until the delivery ends: pass
 * the same parent for all steps.
 */
#ifndef AE_NOTIFICATION_FCM_H
#define AE_NOTIFICATION_FCM_H

#include "services/notification/channel.h"

/* Copied by fcm_driver_new. Absent texts are "" or NULL. */
struct fcm_settings {
	const char *account_file; /* credential: a service account's JSON as Google gives it out */
	const char *base_url;     /* "" = https://fcm.googleapis.com */
	const char *token_url;    /* "" = the account's token_uri */
	const char *ca_file;      /* "" = the system's */
	int64_t timeout;          /* microseconds of one transfer; 0 = 10 s */
	bool allow_plain;         /* http:// to loopback, for tests and development */
};

/* NULL: *error names what is wrong, under parent. */
struct driver *fcm_driver_new(const void *parent, const struct fcm_settings *settings, const char **error);

#endif
