/*
 * idempotency.h - a request with an Idempotency-Key has one effect and one answer
 *
 * The key is held by a lock that is tried, not waited for: of two requests at once the second is told so.
 */
#ifndef AE_NOTIFICATION_IDEMPOTENCY_H
#define AE_NOTIFICATION_IDEMPOTENCY_H

#include "common/daemon.h"

enum {
	IDEMPOTENCY_KEY_MAX = 200
};

/* The request's key; NULL: *out says that there is none. */
const char *idempotency_key(struct request *req, reply *out);
/* Opens the request's transaction. True: *out is the answer, that of before or why there is none now. */
bool idempotency_replays(struct request *req, const char *key, reply *out);
/* Keeps the answer, a JSON text, in the transaction of what it tells. */
void idempotency_keep(struct request *req, const char *key, int status, const char *answer);
/* Whether a key was answered before, for those who only want to know; key may be NULL. */
bool idempotency_used(struct request *req, const char *key);

#endif
