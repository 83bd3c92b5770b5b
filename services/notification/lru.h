/*
 * lru.h - a bounded map from short texts to values of one size; the one not looked at for longest makes room
 *
 * For things that outsiders can name without end: push services' hosts, conversations. Found by looking
 * through all of them, which is quick for some hundreds.
 */
#ifndef AE_NOTIFICATION_LRU_H
#define AE_NOTIFICATION_LRU_H

#include <stdbool.h>
#include <stddef.h>

enum {
	LRU_KEY = 288 /* with the NUL; a host with its scheme and port fits */
};

struct lru;

struct lru *lru_new(const void *parent, size_t most, size_t value_size);
/* The value; NULL if there is none. It stays where it is until something new is put. */
void *lru_find(struct lru *l, const char *key);
/* The value, zeroed where *made. Keys that are too long are cut. */
void *lru_put(struct lru *l, const char *key, bool *made);
void lru_drop(struct lru *l, const char *key);
/* One after the other, in no order, for i from 0; NULL: that was all. */
void *lru_at(const struct lru *l, size_t i, const char **key);

#endif
