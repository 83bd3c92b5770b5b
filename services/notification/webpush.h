/*
 * webpush.h - push messages to browsers (RFC 8030), encrypted for them (RFC 8291)
 *
 * The address is the JSON text of a PushSubscription: {"endpoint", "keys": {"p256dh", "auth"}}. It came from
 * outside: its URL is guarded. What hangs under a step's parent is needed until the delivery ends: pass the
 * same parent for all steps.
 */
#ifndef AE_NOTIFICATION_WEBPUSH_H
#define AE_NOTIFICATION_WEBPUSH_H

#include "services/notification/channel.h"

/* Copied by webpush_driver_new. Absent texts are "" or NULL. */
struct webpush_settings {
	const char *key_file; /* credential: the VAPID key, P-256 in PEM */
	const char *subject;  /* "mailto:..." or "https://...": where push services complain */
	const char *ca_file;  /* "" = the system's */
	int64_t timeout;      /* microseconds of one transfer; 0 = 10 s */
	const char *local;    /* host:port on loopback that is spoken to over TLS all the same, where
				 allow_plain; "" = none */
	bool allow_plain;     /* endpoints http:// on loopback, for tests and development */
};

/* NULL: *error names what is wrong, under parent. */
struct driver *webpush_driver_new(const void *parent, const struct webpush_settings *settings,
				  const char **error);

/* The public key that a page needs to subscribe, base64url; lives as long as the driver. */
const char *webpush_public_key(const struct driver *d);

#endif
