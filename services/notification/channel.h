/*
 * channel.h - what the sender and the channels' drivers say to each other
 *
 * A driver never waits and never touches a socket or a clock of its own: it is asked for the next step of a
 * delivery, gives a transfer to make (the sender makes it through libcurl multi) or an outcome, and is asked
 * again with the answer. A delivery that needs a token or a conversation first is more steps.
 */
#ifndef AE_NOTIFICATION_CHANNEL_H
#define AE_NOTIFICATION_CHANNEL_H

#include "common/clock.h"
#include "common/json.h"

enum channel {
	CHANNEL_EMAIL,
	CHANNEL_PUSH,
	CHANNEL_SLACK,
	CHANNEL_COUNT
};

enum priority {
	PRIORITY_CRITICAL,
	PRIORITY_TRANSACTIONAL,
	PRIORITY_ENGAGEMENT,
	PRIORITY_BULK,
	PRIORITY_COUNT
};

struct inline_image {
	const char *content_id;   /* "progress": the HTML part says cid:progress */
	const char *content_type; /* "image/png" */
	const void *bytes;
	size_t length;
};

/* A message for one address, rendered. Absent texts are "". */
struct message {
	const char *notification_id; /* ULID */
	const char *member_id;
	int attempt; /* 1 for the first; a repetition carries the same provider ids */
	enum priority priority;
	const char *category; /* "milestones" */
	const char
		*address; /* e-mail address, device token, Web Push subscription, Slack channel or user id */
	const char *platform; /* of a push token: "fcm", "apns", "webpush"; "webhook" of Slack's; else "" */
	const char *locale;   /* "en-GB" */
	const char *title;    /* the mail's subject, the push message's title, Slack's header */
	const char *text;     /* plain text */
	const char *html;     /* mail only */
	const char *link;     /* where a tap leads, https */
	const char *collapse_key;
	const char *unsubscribe; /* https URL of the one-click page; "" for transactional and critical mail */
	const struct json *extra; /* template's own fields for this channel: data{}, blocks[]; NULL if none */
	const struct inline_image *images;
	size_t image_count;
	instant now, expires; /* expires: INSTANT_MAX = never */
};

/* One transfer: HTTP, or SMTP submission when mail_from is set. */
struct transfer {
	const char *url;
	const char *method;   /* "POST"; of HTTP */
	const char **headers; /* "Name: value", of HTTP */
	size_t header_count;
	const char *body; /* request body, or the whole mail with CRLF line ends */
	size_t length;
	const char *mail_from, *recipient; /* of SMTP: envelope, without brackets */
	const char *user, *password;       /* "" = no AUTH */
	const char *ca_file;               /* "" = the system's */
	bool http2;                        /* over ALPN, many requests on one connection */
	bool guarded;    /* the URL came from outside: https only, no private address (see guard.h) */
	bool plain;      /* no TLS: loopback only, and only when the setting allows it */
	int64_t timeout; /* microseconds */
};

/* What came back. */
struct answer {
	bool transported;    /* false: no answer; error says why */
	bool unknown;        /* not transported, but the other side may have taken it */
	const char *error;   /* libcurl's words */
	int status;          /* HTTP status, or the last SMTP reply code; 0 = none */
	const char *headers; /* raw, CRLF line ends; of SMTP the reply lines */
	const char *body;    /* NUL-terminated, at most 64 KiB */
	size_t length;
	instant now;
};

enum outcome {
	OUTCOME_ACCEPTED, /* the provider took it; provider_ref is its id */
	OUTCOME_RETRY,    /* not now; retry_after microseconds if the provider said so, else 0 */
	OUTCOME_UNKNOWN,  /* may have been taken: repeat with the same ids, or look first */
	OUTCOME_REFUSED,  /* this message will never be taken */
	OUTCOME_DEAD,     /* this address will never work: suppress or delete it */
	OUTCOME_BROKEN,   /* our configuration is wrong: counts against the provider, retried elsewhere */
};

enum step {
	STEP_TRANSFER, /* out->transfer is to be made */
	STEP_DONE,     /* out->outcome holds */
};

/* Filled by a driver; everything hangs under parent. */
struct step_out {
	struct transfer transfer;
	enum outcome outcome;
	const char *code;   /* short and stable, for logs and the dead letter: "smtp_550", "UNREGISTERED" */
	const char *detail; /* a sentence */
	const char *provider_ref; /* "" if none */
	int64_t retry_after;
	const char *new_address; /* the driver found the address behind the address (Slack DM); "" if not */
};

struct driver {
	const char *name; /* the provider's name in settings, logs and metrics: "relay", "fcm" */
	enum channel channel;
	void *config; /* the driver's own: settings, keys, cached tokens */
	/*
	 * The server that an address names, under parent; NULL where the address names none. A driver
	 * without it speaks to one server.
	 */
	const char *(*server)(const struct driver *d, const void *parent, const char *address);
	/*
	 * The next step of a delivery. at counts steps from 0; answer is NULL at 0, later what came back
	 * from the transfer of step at-1. state is a scratch pointer of this delivery, NULL at first.
	 */
	enum step (*next)(struct driver *d, const void *parent, const struct message *m, int at,
			  const struct answer *answer, void **state, struct step_out *out);
};

#endif
