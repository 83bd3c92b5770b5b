/*
 * cache_link.c - the connection to Redis under cache.c
 *
 * Connects when asked and not again for half a second after a failure, so that a missing Redis
 * costs nothing. Every wait is bounded by the cache's timeout, of connecting and of each answer.
 */
#include <hiredis/hiredis.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <talloc.h>

#include "common/cache_link.h"
#include "common/clock.h"
#include "common/log.h"

enum {
	UNREAD_MAX = 64
};

#define RETRY_AFTER (SECOND / 2)

struct cache_link {
	const char *address, *host; /* host NULL: what follows "unix:" is a path */
	int port;                   /* 0: no usable address, away for good */
	struct timeval timeout;
	redisContext *redis; /* NULL while away */
	int64_t retry_at;    /* on the monotonic clock */
	size_t unread;       /* answers to stores, not yet read */
	bool scripted;       /* EVALSHA is worth trying on this connection */
	bool told;           /* the log says that Redis is away */
};

static int link_free(struct cache_link *l)
{
	if (l->redis)
		redisFree(l->redis);
	return 0;
}

bool link_away(struct cache_link *l, const char *reason)
{
	if (!l->told)
		log_warning("cache away address=%s reason=%s", l->address, reason);
	l->told = true;
	if (l->redis)
		redisFree(l->redis);
	l->redis = NULL;
	l->retry_at = clock_monotonic() + RETRY_AFTER;
	return false;
}

static bool redis_connect(struct cache_link *l)
{
	l->redis = l->host ? redisConnectWithTimeout(l->host, l->port, l->timeout)
			   : redisConnectUnixWithTimeout(l->address + strlen("unix:"), l->timeout);
	if (l->redis == NULL)
		return link_away(l, "out of memory");
	if (l->redis->err || redisSetTimeout(l->redis, l->timeout) != REDIS_OK)
		return link_away(l, l->redis->errstr);
	l->unread = 0;
	l->scripted = false;
	return true;
}

bool link_up(const struct cache_link *l)
{
	return l->redis != NULL;
}

bool link_open(struct cache_link *l)
{
	if (l->port == 0 || clock_monotonic() < l->retry_at)
		return false;
	return redis_connect(l);
}

/* Where "unix:PATH" or "host:port" points to. */
static bool address_parse(struct cache_link *l)
{
	const char *colon = strrchr(l->address, ':');
	char *end;
	long port;

	if (strncmp(l->address, "unix:", 5) == 0) {
		l->port = -1;
		return l->address[5] != '\0' &&
		       strlen(l->address + 5) < sizeof(((struct sockaddr_un *)NULL)->sun_path);
	}
	if (colon == NULL || colon == l->address)
		return false;
	port = strtol(colon + 1, &end, 10);
	if (end == colon + 1 || *end != '\0' || port < 1 || port > 65535)
		return false;
	l->port = (int)port;
	if (l->address[0] == '[' && colon[-1] == ']') /* an IPv6 address */
		l->host = talloc_strndup(l, l->address + 1, (size_t)(colon - l->address) - 2);
	else
		l->host = talloc_strndup(l, l->address, (size_t)(colon - l->address));
	return true;
}

struct cache_link *link_new(const void *parent, const char *address, int64_t timeout)
{
	struct cache_link *l = talloc_zero(parent, struct cache_link);

	talloc_set_destructor(l, link_free);
	l->address = talloc_strdup(l, address);
	l->timeout.tv_sec = timeout / SECOND;
	l->timeout.tv_usec = timeout % SECOND;
	if (!address_parse(l)) {
		l->port = 0;
		log_error("cache off: neither unix:PATH nor host:port address=%s", address);
	}
	return l;
}

void link_append(struct cache_link *l, int count, const char **argv, const size_t *lengths)
{
	redisAppendCommandArgv(l->redis, count, argv, lengths);
}

/* NOSCRIPT: Redis has forgotten the script, and the next store brings it along. */
static void store_answered(struct cache_link *l, const redisReply *reply)
{
	l->unread--;
	if (reply->type != REDIS_REPLY_ERROR)
		return;
	l->scripted = false;
	if (strncmp(reply->str, "NOSCRIPT", 8) != 0)
		log_debug("cache store refused reason=%s", reply->str);
}

static redisReply *answer_read(struct cache_link *l)
{
	void *reply = NULL;

	if (redisGetReply(l->redis, &reply) == REDIS_OK && reply)
		return reply;
	link_away(l, l->redis->errstr);
	return NULL;
}

static bool stores_read(struct cache_link *l)
{
	redisReply *reply;

	while (l->unread > 0) {
		reply = answer_read(l);
		if (reply == NULL)
			return false;
		store_answered(l, reply);
		freeReplyObject(reply);
	}
	return true;
}

redisReply *link_answer(struct cache_link *l)
{
	redisReply *reply = l->redis && stores_read(l) ? answer_read(l) : NULL;

	if (reply && l->told && reply->type != REDIS_REPLY_ERROR) {
		log_info("cache back address=%s", l->address);
		l->told = false;
	}
	return reply;
}

void link_script_name(char out[LINK_SCRIPT], const char *script)
{
	unsigned char sha1[LINK_SCRIPT / 2];
	size_t i;

	if (EVP_Digest(script, strlen(script), sha1, NULL, EVP_sha1(), NULL) != 1)
		memset(sha1, 0, sizeof(sha1)); /* then Redis never knows it, and it is always brought along */
	for (i = 0; i < sizeof(sha1); i++)
		snprintf(out + 2 * i, 3, "%02x", sha1[i]);
}

bool link_scripted(const struct cache_link *l)
{
	return l->scripted;
}

void link_store(struct cache_link *l, int count, const char **argv, const size_t *lengths)
{
	int done = 0;

	redisAppendCommandArgv(l->redis, count, argv, lengths);
	while (!done)
		if (redisBufferWrite(l->redis, &done) != REDIS_OK) {
			link_away(l, l->redis->errstr);
			return;
		}
	l->scripted = true;
	if (++l->unread >= UNREAD_MAX)
		stores_read(l);
}
