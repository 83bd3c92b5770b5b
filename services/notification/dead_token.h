/*
 * dead_token.h - push tokens that their service gave up, out of the member's addresses and back in
 */
#ifndef AE_NOTIFICATION_DEAD_TOKEN_H
#define AE_NOTIFICATION_DEAD_TOKEN_H

#include "services/notification/notifier.h"

/* Takes the dead push tokens of deliveries that are written down out of their members' addresses. They are
 * suppressed already: should this fail, they are still told, but nothing is sent to them. */
void dead_tokens_remove(struct notifier *n, const void *scratch, const struct delivery *first);

struct registration {
	const struct json *push; /* devices; NULL = none */
	instant at;
};

/* Whoever registers a token says that it lives: suppressions of these devices that are older are lifted, in
 * the caller's transaction. */
void dead_tokens_revive(struct db *db, const void *scratch, const struct registration *r, size_t count);

#endif
