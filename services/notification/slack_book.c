/*
 * slack_book.c - Slack conversations that were found (see slack_book.h)
 */
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/lru.h"
#include "services/notification/slack_book.h"

enum {
	PAGES = 2048, /* entries in memory */
	KEY = 128,    /* "slack_conversations:", two hashes */
	CHANNEL = 72, /* ids are shorter */
	HASH_BYTES = 16,
	FOUND_SECONDS = 24 * 3600,
	NOBODY_SECONDS = 600,
	MEMORY_SECONDS = 3600 /* what another instance has dropped does not last */
};

struct page {
	instant until;
	char channel[CHANNEL]; /* "" = nobody */
};

struct slack_book {
	struct cache *cache;
	struct lru *pages;
	char prefix[KEY / 2];
};

static void put_hash(char *out, const char *text)
{
	unsigned char digest[SHA256_DIGEST_LENGTH];
	size_t i;

	SHA256((const unsigned char *)text, strlen(text), digest);
	for (i = 0; i < HASH_BYTES; i++)
		snprintf(out + 2 * i, 3, "%02x", digest[i]);
}

struct slack_book *slack_book_new(const void *parent, struct cache *cache, const char *workspace)
{
	struct slack_book *b = talloc_zero(parent, struct slack_book);
	char hash[2 * HASH_BYTES + 1];

	put_hash(hash, workspace);
	b->cache = cache;
	b->pages = lru_new(b, PAGES, sizeof(struct page));
	snprintf(b->prefix, sizeof(b->prefix), "slack_conversations:{%.12s}:", hash);
	return b;
}

/* Addresses are compared as they are written; e-mail in other letters is looked up again, that is all. */
static void key_of(const struct slack_book *b, const char *address, char key[KEY])
{
	size_t length = strlen(b->prefix);

	memcpy(key, b->prefix, length);
	put_hash(key + length, address);
}

static void remember(struct slack_book *b, const char *key, const char *channel, instant now)
{
	bool made;
	struct page *p = lru_put(b->pages, key, &made);

	p->until = now + (channel[0] ? MEMORY_SECONDS : NOBODY_SECONDS) * SECOND;
	snprintf(p->channel, CHANNEL, "%s", channel);
}

/* "-" stands for nobody. */
static const char *ask_cache(struct slack_book *b, const void *parent, const char *key)
{
	char token[CACHE_TOKEN];
	const char *found;

	if (b->cache == NULL)
		return NULL;
	found = cache_get(b->cache, parent, key, "id", token, NULL);
	if (found == NULL || strlen(found) >= CHANNEL)
		return NULL;
	return strcmp(found, "-") == 0 ? "" : found;
}

const char *slack_book_find(struct slack_book *b, const void *parent, const char *address, instant now)
{
	const struct page *p;
	const char *found;
	char key[KEY];

	key_of(b, address, key);
	p = lru_find(b->pages, key);
	if (p && p->until > now)
		return talloc_strdup(parent, p->channel);
	found = ask_cache(b, parent, key);
	if (found)
		remember(b, key, found, now);
	return found;
}

void slack_book_put(struct slack_book *b, const char *address, const char *channel, instant now)
{
	void *scratch = talloc_named_const(b, 0, "slack_book_put");
	const char *value = channel[0] ? channel : "-";
	char key[KEY], token[CACHE_TOKEN];

	key_of(b, address, key);
	remember(b, key, channel, now);
	if (b->cache) {
		cache_get(b->cache, scratch, key, "id", token, NULL);
		cache_put(b->cache, key, "id", token, value, strlen(value),
			  channel[0] ? FOUND_SECONDS : NOBODY_SECONDS);
	}
	talloc_free(scratch);
}

void slack_book_drop(struct slack_book *b, const char *address)
{
	char key[KEY];
	const char *keys[] = {key};

	key_of(b, address, key);
	lru_drop(b->pages, key);
	if (b->cache)
		cache_drop(b->cache, keys, 1);
}
