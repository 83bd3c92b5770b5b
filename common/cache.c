/*
 * cache.c - tokens and entries in Redis hashes; every failure is a miss
 *
 * A hash holds its token in field "t" and entries in "e:<entry>". Drops are waited for: one that Redis did
 * not confirm is owed and done first thing when Redis is back, else an outdated entry would outlive a Redis
 * that was only out of reach.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <talloc.h>

#include "common/cache.h"
#include "common/cache_link.h"
#include "common/log.h"

enum {
	FIELD_SIZE = 256,
	SECONDS_SIZE = 24
};
enum {
	DELETE_MAX = 512,
	OWED_MAX = 65536
};

#define TOKEN_SECONDS "60"

static const char script[] = "if redis.call('HGET', KEYS[1], 't') == ARGV[1] then "
			     "redis.call('HSET', KEYS[1], ARGV[2], ARGV[3]) "
			     "redis.call('EXPIRE', KEYS[1], ARGV[4]) return 1 end return 0";

struct cache {
	struct cache_link *link;
	char sha1[LINK_SCRIPT]; /* the script's name */
	char **owed;            /* keys whose drop Redis has not confirmed */
	size_t owed_count;
};

/* Sends off one DEL and waits for it. */
static bool keys_delete(struct cache *c, const char *const *keys, size_t count)
{
	const char *argv[DELETE_MAX + 1];
	redisReply *reply;
	bool good;

	argv[0] = "DEL";
	memcpy(argv + 1, keys, count * sizeof(keys[0]));
	link_append(c->link, (int)count + 1, argv, NULL);
	reply = link_answer(c->link);
	if (reply == NULL)
		return false;
	good = reply->type == REDIS_REPLY_INTEGER;
	if (!good)
		link_away(c->link, reply->str ? reply->str : "an answer of a wrong type");
	freeReplyObject(reply);
	return good;
}

/* Any number of keys; *done is how many were confirmed. */
static bool keys_drop(struct cache *c, const char *const *keys, size_t count, size_t *done)
{
	size_t part;

	for (*done = 0; *done < count; *done += part) {
		part = count - *done < DELETE_MAX ? count - *done : DELETE_MAX;
		if (!keys_delete(c, keys + *done, part))
			return false;
	}
	return true;
}

static bool owed_pay(struct cache *c)
{
	size_t done;

	if (c->owed_count == 0)
		return true;
	if (!keys_drop(c, (const char *const *)c->owed, c->owed_count, &done))
		return false;
	TALLOC_FREE(c->owed);
	c->owed_count = 0;
	return true;
}

static void owe(struct cache *c, const char *const *keys, size_t count)
{
	size_t i;

	for (i = 0; i < count && c->owed_count < OWED_MAX; i++) {
		if (c->owed_count % DELETE_MAX == 0)
			c->owed = talloc_realloc(c, c->owed, char *, c->owed_count + DELETE_MAX);
		c->owed[c->owed_count++] = talloc_strdup(c->owed, keys[i]);
	}
	if (i < count)
		log_warning("cache drops lost count=%zu: entries may be outdated until they expire",
			    count - i);
}

/* Redis is there and nothing that should be gone is left in it. */
static bool cache_ensure(struct cache *c)
{
	return link_up(c->link) || (link_open(c->link) && owed_pay(c));
}

struct cache *cache_new(const void *parent, const char *address, int64_t timeout)
{
	struct cache *c = talloc_zero(parent, struct cache);

	c->link = link_new(c, address, timeout);
	link_script_name(c->sha1, script);
	cache_ensure(c);
	return c;
}

bool cache_up(struct cache *c)
{
	return cache_ensure(c);
}

struct cache_link *cache_connection(struct cache *c)
{
	return cache_ensure(c) ? c->link : NULL;
}

bool cache_settled(const struct cache *c)
{
	return c->owed_count == 0;
}

/* "e:<entry>", so that no entry can be called "t". Longer names than fit are not cached. */
static bool field_name(char field[FIELD_SIZE], const char *entry)
{
	size_t length = strlen(entry);

	if (length + 3 > FIELD_SIZE)
		return false;
	field[0] = 'e';
	field[1] = ':';
	memcpy(field + 2, entry, length + 1);
	return true;
}

static void token_copy(char token[CACHE_TOKEN], const redisReply *value)
{
	if (value->type == REDIS_REPLY_STRING && value->len == CACHE_TOKEN - 1)
		memcpy(token, value->str, CACHE_TOKEN);
}

/* A token that was asked for but is not there yet; never one that Redis hands out. */
static const char token_wanted[] = "?";

/* Entries may hold NUL, and end in one more for those who read text. */
static char *bytes_copy(const void *parent, const char *bytes, size_t length)
{
	char *copy = talloc_array(parent, char, length + 1);

	memcpy(copy, bytes, length);
	copy[length] = '\0';
	return copy;
}

/* What HMGET key t e:entry brought. */
static const char *entry_take(const void *parent, const redisReply *reply, char token[CACHE_TOKEN],
			      size_t *length)
{
	const redisReply *value;

	if (reply->type != REDIS_REPLY_ARRAY || reply->elements != 2)
		return NULL;
	if (reply->element[0]->type == REDIS_REPLY_NIL)
		memcpy(token, token_wanted, sizeof(token_wanted));
	token_copy(token, reply->element[0]);
	value = reply->element[1];
	if (value->type != REDIS_REPLY_STRING)
		return NULL;
	*length = value->len;
	return bytes_copy(parent, value->str, value->len);
}

/* 16 random hexadecimal digits; a restarted process must not repeat an earlier one's. */
static void token_random(char token[CACHE_TOKEN])
{
	uint64_t bits = 0;

	if (getrandom(&bits, sizeof(bits), 0) != sizeof(bits))
		abort();
	snprintf(token, CACHE_TOKEN, "%016llx", (unsigned long long)bits);
}

/* Offers a token for the hash; whoever was first wins, and all learn the winner's. */
static void token_offer(struct cache *c, const char *key)
{
	char token[CACHE_TOKEN];
	const char *offer[] = {"HSETNX", key, "t", token};
	const char *expire[] = {"EXPIRE", key, TOKEN_SECONDS};
	const char *learn[] = {"HGET", key, "t"};

	token_random(token);
	link_append(c->link, 4, offer, NULL);
	link_append(c->link, 3, expire, NULL);
	link_append(c->link, 3, learn, NULL);
}

/* The third answer is the token's. */
static void token_read(struct cache *c, char token[CACHE_TOKEN])
{
	redisReply *reply;
	int i;

	for (i = 0; i < 3; i++) {
		reply = link_answer(c->link);
		if (reply == NULL)
			return;
		if (i == 2)
			token_copy(token, reply);
		freeReplyObject(reply);
	}
}

/* Gives a token to each of the hashes that had none: one more round trip, if any. */
static void tokens_make(struct cache *c, size_t count, const char *const *keys, char (*tokens)[CACHE_TOKEN])
{
	size_t i;

	for (i = 0; i < count; i++)
		if (link_up(c->link) && strcmp(tokens[i], token_wanted) == 0)
			token_offer(c, keys[i]);
	for (i = 0; i < count; i++) {
		if (strcmp(tokens[i], token_wanted) != 0)
			continue;
		tokens[i][0] = '\0';
		token_read(c, tokens[i]);
	}
}

static void entry_ask(struct cache *c, const char *key, const char *field)
{
	const char *argv[] = {"HMGET", key, "t", field};

	link_append(c->link, 4, argv, NULL);
}

void cache_get_many(struct cache *c, const void *parent, size_t count, const char *const *keys,
		    const char *const *entries, const char **found, size_t *lengths,
		    char (*tokens)[CACHE_TOKEN])
{
	char field[FIELD_SIZE];
	redisReply *reply;
	bool up = cache_ensure(c);
	size_t i;

	for (i = 0; i < count; i++) {
		found[i] = NULL;
		lengths[i] = 0;
		tokens[i][0] = '\0';
		if (up && field_name(field, entries[i]))
			entry_ask(c, keys[i], field);
	}
	for (i = 0; i < count; i++) {
		if (!field_name(field, entries[i]) || (reply = link_answer(c->link)) == NULL)
			continue;
		found[i] = entry_take(parent, reply, tokens[i], &lengths[i]);
		freeReplyObject(reply);
	}
	tokens_make(c, count, keys, tokens);
}

const char *cache_get(struct cache *c, const void *parent, const char *key, const char *entry,
		      char token[CACHE_TOKEN], size_t *length)
{
	char tokens[1][CACHE_TOKEN];
	const char *found;
	size_t found_length;

	cache_get_many(c, parent, 1, &key, &entry, &found, &found_length, tokens);
	memcpy(token, tokens[0], CACHE_TOKEN);
	if (length)
		*length = found_length;
	return found;
}

void cache_put(struct cache *c, const char *key, const char *entry, const char *token, const char *value,
	       size_t length, int64_t seconds)
{
	char field[FIELD_SIZE], expiry[SECONDS_SIZE];
	const char *argv[] = {"EVALSHA", c->sha1, "1", key, token, field, value, expiry};
	size_t i, lengths[8];

	if (token[0] == '\0' || seconds <= 0 || !field_name(field, entry) || !cache_ensure(c))
		return;
	snprintf(expiry, sizeof(expiry), "%lld", (long long)seconds);
	if (!link_scripted(c->link)) {
		argv[0] = "EVAL";
		argv[1] = script;
	}
	for (i = 0; i < 8; i++)
		lengths[i] = argv[i] == value ? length : strlen(argv[i]);
	link_store(c->link, 8, argv, lengths);
}

void cache_drop(struct cache *c, const char *const *keys, size_t count)
{
	size_t done = 0;

	if (!cache_ensure(c) || !keys_drop(c, keys, count, &done))
		owe(c, keys + done, count - done);
}
