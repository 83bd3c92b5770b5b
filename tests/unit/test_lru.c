/*
 * test_lru.c - a bounded map keeps what was looked at last
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/lru.h"
#include "tests/unit/unit.h"

static void put(struct lru *l, const char *key, int value)
{
	bool made;

	*(int *)lru_put(l, key, &made) = value;
}

static int get(struct lru *l, const char *key)
{
	const int *found = lru_find(l, key);

	return found ? *found : -1;
}

START_TEST(the_one_looked_at_longest_ago_makes_room)
{
	void *top = talloc_new(NULL);
	struct lru *l = lru_new(top, 3, sizeof(int));
	bool made;

	put(l, "a", 1), put(l, "b", 2), put(l, "c", 3);
	ck_assert_int_eq(get(l, "a"), 1);
	ck_assert_int_eq(*(int *)lru_put(l, "d", &made), 0); /* zeroed, though b was there */
	ck_assert(made);
	ck_assert_int_eq(get(l, "b"), -1);
	ck_assert(get(l, "a") == 1 && get(l, "c") == 3);
	ck_assert_int_eq(*(int *)lru_put(l, "a", &made), 1);
	ck_assert(!made);
	talloc_free(top);
}
END_TEST

START_TEST(dropped_and_walked)
{
	void *top = talloc_new(NULL);
	struct lru *l = lru_new(top, 4, sizeof(int));
	const char *key;
	int sum = 0;
	size_t i;
	int *v;

	put(l, "a", 1), put(l, "b", 2), put(l, "c", 4);
	lru_drop(l, "a"), lru_drop(l, "never");
	for (i = 0; (v = lru_at(l, i, &key)) != NULL; i++)
		sum += *v;
	ck_assert_int_eq(sum, 6);
	ck_assert(get(l, "a") == -1 && get(l, "b") == 2 && get(l, "c") == 4);
	talloc_free(top);
}
END_TEST

START_TEST(many_keys_in_little_room)
{
	void *top = talloc_new(NULL);
	struct lru *l = lru_new(top, 64, sizeof(int));
	char key[32], long_key[2 * LRU_KEY];
	int i;

	for (i = 0; i < 5000; i++) {
		snprintf(key, sizeof(key), "https://push-%d.example.org", i);
		put(l, key, i);
		ck_assert_int_eq(get(l, "https://push-0.example.org"), 0);
	}
	for (i = 4990; i < 5000; i++) {
		snprintf(key, sizeof(key), "https://push-%d.example.org", i);
		ck_assert_int_eq(get(l, key), i);
	}
	memset(long_key, 'x', sizeof(long_key));
	long_key[sizeof(long_key) - 1] = '\0';
	put(l, long_key, 7);
	ck_assert_int_eq(get(l, long_key), 7);
	talloc_free(top);
}
END_TEST

UNIT_MAIN("lru", the_one_looked_at_longest_ago_makes_room, dropped_and_walked, many_keys_in_little_room)
