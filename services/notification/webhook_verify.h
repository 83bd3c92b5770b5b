/*
 * webhook_verify.h - what providers tell us by webhook: verified on the raw bytes, then put into our words
 *
 * Each provider is one function, all of one shape; webhook_find gives it by the name in the URL. Nothing here
 * waits or keeps state: SNS's certificate comes from a callback, which fetches and caches.
 */
#ifndef AE_NOTIFICATION_WEBHOOK_VERIFY_H
#define AE_NOTIFICATION_WEBHOOK_VERIFY_H

#include "common/json.h"
#include "services/notification/engagement.h"

enum {
	WEBHOOK_SKEW_SECONDS = 300,
	WEBHOOK_BODY_MAX = 4 << 20,
	WEBHOOK_EVENTS_MAX = 10000
};

struct webhook_header {
	const char *name, *value;
};

struct webhook_request {
	const struct webhook_header *headers;
	size_t header_count;
	const char *body; /* as it came, not necessarily NUL-terminated */
	size_t length;
	instant now;
};

/* Absent ones are NULL: their provider is then refused. */
struct webhook_keys {
	const char *sendgrid_public_key; /* base64 of the DER SubjectPublicKeyInfo */
	const char *mailgun_signing_key;
	const char *const *sns_topics; /* ARNs, ends in NULL; anybody may sign with SNS's certificate */
	/* The PEM certificate behind a URL that was judged already; NULL if it cannot be had. */
	const char *(*get_certificate)(void *context, const char *url);
	void *certificate_context;
	const char *postmark_user, *postmark_password;
	const char *slack_signing_secret;
};

/* Everything hangs under the call's parent. */
struct webhook_events {
	struct engagement_event *events;
	size_t count;
	size_t ignored; /* understood or not, they say nothing about a message */
	const char
		*confirm_url;  /* SNS: to be fetched once, guarded, to confirm the subscription; else NULL */
	const char *challenge; /* Slack: to be sent back as text/plain; else NULL */
	const char *once; /* Mailgun: a token to be taken once only, as the body is not signed; else NULL */
};

/* False: not verified, or not to be read; *error says why (constant text). */
typedef bool webhook_reader(const void *parent, const struct webhook_keys *keys,
			    const struct webhook_request *r, struct webhook_events *out, const char **error);

webhook_reader webhook_sendgrid, webhook_mailgun, webhook_ses, webhook_postmark, webhook_slack;

webhook_reader *webhook_find(const char *provider); /* "sendgrid"; NULL if there is none */

/* For the providers' files. */

const char *webhook_header(const struct webhook_request *r, const char *name); /* NULL if absent or doubled */
bool webhook_equal(const char *given, const char *wanted); /* in a time that tells the given length only */
/* Whether text is seconds since 1970, at most the skew away from now. */
bool webhook_fresh(const char *text, instant now);
bool webhook_hmac_hex(const char *secret, const char *const *parts, const size_t *lengths, size_t count,
		      char hex[65]);
/* Strict base64 of at most size bytes; -1 if it is none. */
int webhook_base64(const char *text, unsigned char *bytes, size_t size);
/* The body as a JSON object or array. */
const struct json *webhook_json(const void *parent, const char *text, size_t length, const char **error);

/* Adds an event, or counts it as ignored if the provider's name for it says nothing to us. */
struct engagement_event *webhook_add(const void *parent, struct webhook_events *out, const char *provider,
				     const char *name, const char *detail);
const char *webhook_text(const void *parent, const struct json *object, const char *name); /* "" if absent */
instant webhook_instant(const struct json *object, const char *name, instant fallback);    /* RFC 3339 */
/* ours if it is a ULID, else the id in Message-ID, else "". */
const char *webhook_notification(const void *parent, const char *ours, const char *message_id);

#endif
