/*
 * webhook_sns.h - the envelope around SES's events: Amazon SNS messages, signed
 */
#ifndef AE_NOTIFICATION_WEBHOOK_SNS_H
#define AE_NOTIFICATION_WEBHOOK_SNS_H

#include "services/notification/webhook_verify.h"

enum {
	SNS_AGE_SECONDS = 3600 /* Timestamp is that of publication; a delivery is tried again for long */
};

/* Whether a URL is SNS's own: https, sns.<region>.amazonaws.com, no port, no user. */
bool sns_url(const char *url);

/* Topic, age, certificate, signature. False: *error says why (constant text). */
bool sns_verify(const void *parent, const struct webhook_keys *keys, const struct json *envelope, instant now,
		const char **error);

#endif
