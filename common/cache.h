/*
 * cache.h - Redis as a cache that may vanish at any moment
 *
 * Entries live in one hash per owner ("insights_cache:{member}"), so that one DEL drops them
 * all. A reader takes the hash's token before it reads PostgreSQL and stores under that token
 * only; dropping the hash drops the token, so a slow reader cannot put back what was outdated.
 * Without Redis every get misses and every put does nothing.
 */
#ifndef AE_CACHE_H
#define AE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cache;
struct cache_link;

enum {
	CACHE_TOKEN = 17
};

struct cache *cache_new(const void *parent, const char *address,
			int64_t timeout);  /* unix:PATH or host:port */
bool cache_up(struct cache *c);            /* connects if need be, and does the drops that are owed */
bool cache_settled(const struct cache *c); /* no drop is owed */
/* The same connection, for what else is kept in that Redis (cache_link.h). NULL: away. */
struct cache_link *cache_connection(struct cache *c);
/*
 * The entry under parent, or NULL; then token holds what cache_put needs ("" when Redis is away).
 */
const char *cache_get(struct cache *c, const void *parent, const char *key, const char *entry,
		      char token[CACHE_TOKEN], size_t *length);
/* Several at once, one round trip: fills found[i] (NULL = miss), lengths[i] and tokens[i]. */
void cache_get_many(struct cache *c, const void *parent, size_t count, const char *const *keys,
		    const char *const *entries, const char **found, size_t *lengths,
		    char (*tokens)[CACHE_TOKEN]);
void cache_put(struct cache *c, const char *key, const char *entry, const char *token, const char *value,
	       size_t length, int64_t seconds);
void cache_drop(struct cache *c, const char *const *keys, size_t count);

#endif
