/*
 * apns.h - push messages to Apple's devices, over HTTP/2 with a provider token
 *
 * The address is a device token in hexadecimal. A repetition carries the same apns-id. What hangs under a
 * step's parent is needed until the delivery ends: pass the same parent for all steps.
 */
#ifndef AE_NOTIFICATION_APNS_H
#define AE_NOTIFICATION_APNS_H

#include "services/notification/channel.h"

/* Copied by apns_driver_new. Absent texts are "" or NULL. */
struct apns_settings {
	const char *key_file; /* credential: the .p8 file, a P-256 key in PEM */
	const char *key_id, *team_id;
	const char *topic;    /* the app's bundle id */
	const char *base_url; /* "" = https://api.push.apple.com */
	const char *ca_file;  /* "" = the system's */
	int64_t timeout;      /* microseconds of one transfer; 0 = 10 s */
};

/* NULL: *error names what is wrong, under parent. */
struct driver *apns_driver_new(const void *parent, const struct apns_settings *settings, const char **error);

#endif
