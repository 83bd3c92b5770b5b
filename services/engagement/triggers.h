/*
 * triggers.h - Redis `engagement_triggers`: members that are due to be looked at now
 *
 * A hint, never the truth: whoever takes a member out asks PostgreSQL for it, and who is not in Redis is
 * found there by index, once a second.
 */
#ifndef AE_ENGAGEMENT_TRIGGERS_H
#define AE_ENGAGEMENT_TRIGGERS_H

#include "common/cache.h"
#include "common/clock.h"

/* After the commit that made them due. Nobody waits for Redis; without it nothing happens. */
void triggers_add(struct cache *c, const char *const *members, size_t count, instant due);
/* Takes out at most so many that are due, longest first; under parent. None also if Redis is away. */
const char **triggers_take(struct cache *c, const void *parent, instant now, size_t most, size_t *count);

#endif
