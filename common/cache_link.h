/*
 * cache_link.h - the connection to Redis, for cache.c and for what is kept in Redis beside the caches
 *
 * Commands are appended and their answers read in the same order. Stores are apart: they are
 * sent at once and nobody waits for their answers, which are read along with later ones.
 */
#ifndef AE_CACHE_LINK_H
#define AE_CACHE_LINK_H

#include <hiredis/hiredis.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	LINK_SCRIPT = 41 /* a script's name: SHA-1 in hexadecimal digits, and NUL */
};

struct cache_link;

struct cache_link *link_new(const void *parent, const char *address, int64_t timeout);
bool link_up(const struct cache_link *l);
/* Connects, unless a try has just failed. */
bool link_open(struct cache_link *l);
/* Gives the connection up, with the reason for the log. Always false. */
bool link_away(struct cache_link *l, const char *reason);
/* The link must be up. */
void link_append(struct cache_link *l, int count, const char **argv, const size_t *lengths);
/* The next answer, for freeReplyObject; NULL: Redis is away, and so are the answers still to come. */
redisReply *link_answer(struct cache_link *l);
/* The link must be up; it may be away afterwards. */
void link_store(struct cache_link *l, int count, const char **argv, const size_t *lengths);
/* What EVALSHA calls a script. */
void link_script_name(char out[LINK_SCRIPT], const char *script);
/* A store by EVALSHA is likely to find its script: one has gone out on this connection. */
bool link_scripted(const struct cache_link *l);

#endif
