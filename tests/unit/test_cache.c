/*
 * test_cache.c - the cache against a private redis-server, there, away, flushed and frozen
 */
#include "common/cache.h"
#include "tests/unit/redis_kit.h"

#define KEY "insights_cache:m1"

static const char *get(struct cache *c, const char *entry, char token[CACHE_TOKEN])
{
	size_t length;

	return cache_get(c, memory, KEY, entry, token, &length);
}

static void drop(struct cache *c)
{
	const char *keys[] = {KEY};

	cache_drop(c, keys, 1);
}

START_TEST(test_miss_put_hit)
{
	struct cache *c = cache_new(memory, address, TIMEOUT);
	char token[CACHE_TOKEN], again[CACHE_TOKEN];
	const char *found;
	size_t length;
	int ttl;

	ck_assert(cache_up(c));
	ck_assert_ptr_null(get(c, "month", token));
	ck_assert_uint_eq(strlen(token), 16);
	ck_assert_uint_eq(strspn(token, "0123456789abcdef"), 16);
	ttl = atoi(server_say("TTL " KEY));
	ck_assert(ttl > 0 && ttl <= 60);
	cache_put(c, KEY, "month", token, "a\0b", 3, 300);
	found = cache_get(c, memory, KEY, "month", again, &length);
	ck_assert_ptr_nonnull(found);
	ck_assert_uint_eq(length, 3);
	ck_assert_mem_eq(found, "a\0b", 4);
	ck_assert_str_eq(token, again);
	ttl = atoi(server_say("TTL " KEY));
	ck_assert(ttl > 60 && ttl <= 300);
	ck_assert_ptr_null(get(c, "year", again));
	ck_assert_str_eq(token, again);
}
END_TEST

/* An entry called "t" is not the token. */
START_TEST(test_entry_names)
{
	struct cache *c = cache_new(memory, address, TIMEOUT);
	char token[CACHE_TOKEN], name[600];

	ck_assert_ptr_null(get(c, "t", token));
	cache_put(c, KEY, "t", token, "value", 5, 60);
	ck_assert_str_eq(get(c, "t", token), "value");
	memset(name, 'n', sizeof(name) - 1);
	name[599] = '\0';
	ck_assert_ptr_null(get(c, name, token));
	ck_assert_str_eq(token, "");
	cache_put(c, KEY, name, "0123456789abcdef", "value", 5, 60);
	ck_assert_ptr_nonnull(get(c, "t", token));
}
END_TEST

/* The slow reader read PostgreSQL before the drop and stores after it: refused. */
START_TEST(test_stale_write)
{
	struct cache *slow = cache_new(memory, address, TIMEOUT);
	struct cache *events = cache_new(memory, address, TIMEOUT);
	struct cache *fresh = cache_new(memory, address, TIMEOUT);
	char stale[CACHE_TOKEN], token[CACHE_TOKEN];

	ck_assert_ptr_null(get(slow, "month", stale));
	drop(events);
	cache_put(slow, KEY, "month", stale, "old", 3, 60);
	ck_assert_ptr_null(get(slow, "month", token));
	ck_assert_str_ne(stale, token);
	cache_put(fresh, KEY, "month", token, "new", 3, 60);
	ck_assert_str_eq(get(fresh, "month", token), "new");
	cache_put(slow, KEY, "month", stale, "old", 3, 60);
	ck_assert_str_eq(get(slow, "month", token), "new");
	drop(events);
	ck_assert_ptr_null(get(fresh, "month", token));
}
END_TEST

/* Two that miss at the same time share the first one's token, and both may store. */
START_TEST(test_shared_token)
{
	struct cache *a = cache_new(memory, address, TIMEOUT), *b = cache_new(memory, address, TIMEOUT);
	char token_a[CACHE_TOKEN], token_b[CACHE_TOKEN];

	get(a, "x", token_a);
	get(b, "y", token_b);
	ck_assert_str_eq(token_a, token_b);
	cache_put(a, KEY, "x", token_a, "1", 1, 60);
	cache_put(b, KEY, "y", token_b, "2", 1, 60);
	ck_assert_str_eq(get(a, "x", token_a), "1");
	ck_assert_str_eq(get(b, "y", token_b), "2");
}
END_TEST

START_TEST(test_many)
{
	enum {
		COUNT = 64
	};
	struct cache *c = cache_new(memory, address, TIMEOUT);
	const char *keys[COUNT], *entries[COUNT], *found[COUNT];
	char tokens[COUNT][CACHE_TOKEN];
	size_t lengths[COUNT], i;

	for (i = 0; i < COUNT; i++) {
		keys[i] = talloc_asprintf(memory, "k%zu", i / 2); /* each twice */
		entries[i] = "e";
	}
	cache_get_many(c, memory, COUNT, keys, entries, found, lengths, tokens);
	for (i = 0; i < COUNT; i++) {
		ck_assert_ptr_null(found[i]);
		ck_assert_uint_eq(strlen(tokens[i]), 16);
		ck_assert_str_eq(tokens[i], tokens[i / 2 * 2]);
		if (i % 3 == 0)
			cache_put(c, keys[i], "e", tokens[i], keys[i], strlen(keys[i]), 60);
	}
	cache_get_many(c, memory, COUNT, keys, entries, found, lengths, tokens);
	for (i = 0; i < COUNT; i += 2)
		if (i % 3 == 0 || (i + 1) % 3 == 0) {
			ck_assert_str_eq(found[i], keys[i]);
			ck_assert_str_eq(found[i + 1], keys[i]);
			ck_assert_uint_eq(lengths[i], strlen(keys[i]));
		} else
			ck_assert_ptr_null(found[i]);
	cache_drop(c, keys, COUNT);
	ck_assert_str_eq(server_say("DBSIZE"), "0");
	cache_get_many(c, memory, 0, keys, entries, found, lengths, tokens);
}
END_TEST

START_TEST(test_flushed_between)
{
	struct cache *c = cache_new(memory, address, TIMEOUT);
	char token[CACHE_TOKEN];

	get(c, "x", token);
	server_say("FLUSHALL");
	cache_put(c, KEY, "x", token, "old", 3, 60);
	ck_assert_ptr_null(get(c, "x", token));
	cache_put(c, KEY, "x", token, "new", 3, 60);
	ck_assert_str_eq(get(c, "x", token), "new");
	/* The script goes too: one store is lost, the next brings it back. */
	server_say("SCRIPT FLUSH");
	cache_put(c, KEY, "x", token, "lost", 4, 60);
	ck_assert_str_eq(get(c, "x", token), "new");
	cache_put(c, KEY, "x", token, "newer", 5, 60);
	ck_assert_str_eq(get(c, "x", token), "newer");
}
END_TEST

START_TEST(test_wrong_type)
{
	struct cache *c = cache_new(memory, address, TIMEOUT);
	char token[CACHE_TOKEN];

	server_say("SET " KEY " text");
	ck_assert_ptr_null(get(c, "x", token));
	ck_assert_str_eq(token, "");
	cache_put(c, KEY, "x", "0123456789abcdef", "v", 1, 60);
	ck_assert_ptr_null(get(c, "x", token));
	ck_assert(cache_up(c));
	drop(c);
	ck_assert_ptr_null(get(c, "x", token));
	ck_assert_uint_eq(strlen(token), 16);
}
END_TEST

/* Tries until Redis answers again; half a second of grace is the design, 10 s is failure. */
static void wait_up(struct cache *c)
{
	int64_t deadline = clock_monotonic() + 10 * SECOND;
	char token[CACHE_TOKEN];

	do {
		ck_assert_msg(clock_monotonic() < deadline, "the cache did not come back");
		poll(NULL, 0, 10);
		get(c, "probe", token);
	} while (token[0] == '\0');
}

START_TEST(test_away_and_back)
{
	struct cache *c = cache_new(memory, address, TIMEOUT);
	char token[CACHE_TOKEN];
	int64_t began;
	int i;

	get(c, "x", token);
	cache_put(c, KEY, "x", token, "1", 1, 60);
	server_stop();
	ck_assert_ptr_null(get(c, "x", token));
	ck_assert_str_eq(token, "");
	ck_assert(!cache_up(c));
	began = clock_monotonic();
	for (i = 0; i < 10000; i++) {
		get(c, "x", token);
		cache_put(c, KEY, "x", "0123456789abcdef", "1", 1, 60);
	}
	ck_assert_int_lt(clock_monotonic() - began, SECOND);
	drop(c);
	server_start();
	wait_up(c);
	ck_assert(cache_up(c));
	get(c, "x", token);
	cache_put(c, KEY, "x", token, "2", 1, 60);
	ck_assert_str_eq(get(c, "x", token), "2");
}
END_TEST

START_TEST(test_killed_under_a_store)
{
	struct cache *c = cache_new(memory, address, TIMEOUT);
	char token[CACHE_TOKEN];
	int i;

	get(c, "x", token);
	server_stop();
	for (i = 0; i < 100; i++)
		cache_put(c, KEY, "x", token, "1", 1, 60);
	ck_assert(!cache_up(c));
}
END_TEST

/* Redis stands still and keeps its data: what could not be dropped then is dropped first thing later. */
START_TEST(test_frozen)
{
	struct cache *c = cache_new(memory, address, TIMEOUT),
		     *reader = cache_new(memory, address, 5 * SECOND);
	char token[CACHE_TOKEN];
	int64_t began;
	int i;

	get(c, "x", token);
	cache_put(c, KEY, "x", token, "old", 3, 60);
	ck_assert_str_eq(get(c, "x", token), "old");
	kill(server, SIGSTOP);
	began = clock_monotonic();
	ck_assert_ptr_null(get(c, "x", token));
	ck_assert_int_lt(clock_monotonic() - began, 2 * SECOND);
	for (i = 0; i < 1500; i++)
		drop(c);
	kill(server, SIGCONT);
	wait_up(c);
	ck_assert_ptr_null(get(c, "x", token));
	ck_assert_ptr_null(get(reader, "x", token));
}
END_TEST

START_TEST(test_addresses)
{
	static const struct {
		const char *in, *why;
	} cases[] = {{"", "nothing"},
		     {"unix:", "no path"},
		     {"localhost", "no port"},
		     {":6379", "no host"},
		     {"h:0", "port 0"},
		     {"h:65536", "a port too high"},
		     {"h:1x", "junk behind the port"},
		     {"127.0.0.1:1", "nobody there"},
		     {"[::1]:1", "nobody there by IPv6"},
		     {"unix:/nonexistent/redis", "no such socket"}};
	const char *keys[] = {KEY};
	char token[CACHE_TOKEN];
	struct cache *c;
	size_t i;

	log_set_level(LOG_LEVEL_ERROR);
	ck_assert_ptr_nonnull(freopen("/dev/null", "w", stderr));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		c = cache_new(memory, cases[i].in, TIMEOUT);
		ck_assert_msg(!cache_up(c), "%s", cases[i].why);
		ck_assert_ptr_null(get(c, "x", token));
		ck_assert_str_eq(token, "");
		cache_put(c, KEY, "x", token, "v", 1, 60);
		cache_drop(c, keys, 1);
		talloc_free(c);
	}
}
END_TEST

/* As UNIT_MAIN, with a Redis of its own around every case. */
int main(void)
{
	const TTest *const cases[] = {
		test_miss_put_hit, test_entry_names,          test_stale_write, test_shared_token,
		test_many,         test_flushed_between,      test_wrong_type,  test_away_and_back,
		test_frozen,       test_killed_under_a_store, test_addresses,
	};

	return redis_cases_run("cache", cases, sizeof(cases) / sizeof(cases[0]));
}
