/*
 * due_index.h - Redis `notification_queue`: which intents are due when, by lane
 *
 * A hint, never the truth: an entry may be outdated or missing. Whoever takes an entry asks PostgreSQL for
 * the intent, and what Redis does not know is found there by index.
 */
#ifndef AE_NOTIFICATION_DUE_INDEX_H
#define AE_NOTIFICATION_DUE_INDEX_H

#include "common/cache.h"
#include "services/notification/intent.h"

/* After their commit: those that wait and are due soon. Nobody waits for Redis; without it nothing happens.
 */
void due_index_add(struct cache *c, struct intent *const *intents, size_t count);
/*
 * Takes out, oldest first, at most limit[lane] entries of each lane that are due; `out` has room for all of
 * them. got[lane] says how many. False: Redis is away.
 */
bool due_index_take(struct cache *c, const void *parent, instant now, const size_t limit[PRIORITY_COUNT],
		    struct candidate *out, size_t got[PRIORITY_COUNT]);

#endif
