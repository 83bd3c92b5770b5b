/*
 * vapid.h - who we are to the push services of browsers: voluntary application server identification (RFC
 * 8292)
 */
#ifndef AE_NOTIFICATION_VAPID_H
#define AE_NOTIFICATION_VAPID_H

#include "common/clock.h"

struct vapid;

/* key_file: a P-256 key in PEM; subject: "mailto:..." or "https://...". NULL: *error, under parent. */
struct vapid *vapid_new(const void *parent, const char *key_file, const char *subject, const char **error);

/* The public key as browsers want it for a subscription: base64url of the point. */
const char *vapid_public(const struct vapid *v);

/* The value of Authorization for a push service's origin, under parent; NULL: the key does not sign. */
const char *vapid_authorization(const void *parent, struct vapid *v, const char *origin, instant now);

/* The push service did not like the token: the next one is a fresh one. */
void vapid_forget(struct vapid *v, const char *origin);

#endif
