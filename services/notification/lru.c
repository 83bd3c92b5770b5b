/*
 * lru.c - a bounded map (see lru.h)
 */
#include <stdint.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/lru.h"

struct head {
	uint64_t hash, looked_at; /* a count, not a clock */
	char key[LRU_KEY];
};

struct lru {
	size_t most, count, size;
	uint64_t turn;
	struct head *heads;
	char *values;
};

struct lru *lru_new(const void *parent, size_t most, size_t value_size)
{
	struct lru *l = talloc_zero(parent, struct lru);

	l->most = most;
	l->size = (value_size + 15) / 16 * 16;
	l->heads = talloc_zero_array(l, struct head, most);
	l->values = talloc_zero_size(l, most * l->size);
	return l;
}

/* FNV-1a: only to tell most keys apart at a glance. */
static uint64_t hash_of(const char *key)
{
	uint64_t h = 14695981039346656037ULL;

	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * 1099511628211ULL;
	return h;
}

static void cut(char out[LRU_KEY], const char *key)
{
	size_t length = strnlen(key, LRU_KEY - 1);

	memcpy(out, key, length);
	out[length] = '\0';
}

/* Where it is; count if it is not there. */
static size_t place_of(const struct lru *l, const char *key)
{
	uint64_t hash = hash_of(key);
	size_t i;

	for (i = 0; i < l->count; i++)
		if (l->heads[i].hash == hash && strcmp(l->heads[i].key, key) == 0)
			break;
	return i;
}

static void *value_of(const struct lru *l, size_t i)
{
	return l->values + i * l->size;
}

void *lru_find(struct lru *l, const char *key)
{
	char name[LRU_KEY];
	size_t i;

	cut(name, key);
	i = place_of(l, name);
	if (i == l->count)
		return NULL;
	l->heads[i].looked_at = ++l->turn;
	return value_of(l, i);
}

static size_t make_room(struct lru *l)
{
	size_t i, oldest = 0;

	if (l->count < l->most)
		return l->count++;
	for (i = 1; i < l->count; i++)
		if (l->heads[i].looked_at < l->heads[oldest].looked_at)
			oldest = i;
	return oldest;
}

void *lru_put(struct lru *l, const char *key, bool *made)
{
	void *value = lru_find(l, key);
	size_t i;

	*made = value == NULL;
	if (value)
		return value;
	i = make_room(l);
	cut(l->heads[i].key, key);
	l->heads[i].hash = hash_of(l->heads[i].key);
	l->heads[i].looked_at = ++l->turn;
	memset(value_of(l, i), 0, l->size);
	return value_of(l, i);
}

void lru_drop(struct lru *l, const char *key)
{
	char name[LRU_KEY];
	size_t i;

	cut(name, key);
	i = place_of(l, name);
	if (i == l->count)
		return;
	l->count--;
	l->heads[i] = l->heads[l->count];
	memmove(value_of(l, i), value_of(l, l->count), l->size);
}

void *lru_at(const struct lru *l, size_t i, const char **key)
{
	if (i >= l->count)
		return NULL;
	*key = l->heads[i].key;
	return value_of(l, i);
}
