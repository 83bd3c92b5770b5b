/*
 * idempotency.h - a request with an Idempotency-Key has one effect and one answer
 *
 * The key is held by a lock that is tried, not waited for: of two requests at once the second is told so.
 */
#ifndef AE_NOTIFICATION_IDEMPOTENCY_H
#define AE_NOTIFICATION_IDEMPOTENCY_H

#include "common/request.h"

enum {
	IDEMPOTENCY_KEY_MAX = 200
};

/* Opens the request's transaction. True: *out is the answer, that of before or why there is none now. */
bool idempotency_replays(struct request *req, const char *key, reply *out);
/* Keeps the answer, in the transaction of what it tells. */
void idempotency_keep(struct request *req, const char *key, int status, const char *answer);

#endif
