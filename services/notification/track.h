/*
 * track.h - signed tokens in the links of a message: /t/c/<token>, /t/o/<token>.gif, /u/<token>
 *
 * A token says which notification, which of its links, and until when; where the link leads is looked up,
 * never read out of the token, so that nobody can use us to redirect.
 */
#ifndef AE_NOTIFICATION_TRACK_H
#define AE_NOTIFICATION_TRACK_H

#include "common/clock.h"
#include "services/notification/notification_id.h"

enum {
	TRACK_TOKEN_LENGTH = 56, /* characters */
	TRACK_SECRET_MIN = 16,   /* bytes */
};

enum track_kind {
	TRACK_CLICK = 'c',
	TRACK_OPEN = 'o',
	TRACK_UNSUBSCRIBE = 'u'
};

struct track_key {
	uint8_t id;
	const unsigned char *secret;
	size_t length;
};

/* The first signs; all of them read, so that a new one can be put in front of the old. */
struct track_keys {
	const struct track_key *keys;
	size_t count;
};

struct track {
	enum track_kind kind;
	char notification_id[NOTIFICATION_ID_LENGTH + 1];
	uint16_t link;   /* index into the message's list of URLs; 0 where there is none */
	instant expires; /* to the second */
};

/* Under parent. NULL: *error says why (constant text). */
char *track_make(const void *parent, const struct track_keys *keys, const struct track *t,
		 const char **error);

/*
 * Reads a token that must be of this kind. False: *error says why (constant text; not for the visitor, who
 * might be trying); out->expires is 0 then unless the token was ours and only too old.
 */
bool track_read(const struct track_keys *keys, const char *token, enum track_kind kind, instant now,
		struct track *out, const char **error);

#endif
