/*
 * limit.c - limits shared by instances (see limit.h)
 *
 * A limit is a hash: "t" is when it would be at rest, "l" the time given to the last one in line. Both
 * expire when they say nothing any more.
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "common/cache.h"
#include "common/cache_link.h"
#include "common/limit.h"
#include "common/log.h"

enum {
	NUMBER = 32,
	WORDS = 5 + 3 * LIMITS_MAX
};

#define MICRO 1e6

/*
 * KEYS: limits. ARGV: cost, or minus the microseconds to close for; whether to stand in line; then of each
 * limit the microseconds per token and those that a burst saves up.
 */
static const char script[] =
	"local now = redis.call('TIME') now = now[1] * 1000000 + now[2] "
	"local cost, line, wait, rest, last = tonumber(ARGV[1]), ARGV[2] == '1', 0, {}, {} "
	"local function keep(k, i) "
	"redis.call('HSET', k, 't', string.format('%.0f', rest[i]), 'l', string.format('%.0f', last[i])) "
	"redis.call('PEXPIRE', k, math.ceil((math.max(rest[i], last[i]) - now) / 1000) + 1000) end "
	"for i, k in ipairs(KEYS) do "
	"local each, saved = tonumber(ARGV[2 * i + 1]), tonumber(ARGV[2 * i + 2]) "
	"local held = redis.call('HMGET', k, 't', 'l') "
	"rest[i], last[i] = math.max(tonumber(held[1]) or 0, now), tonumber(held[2]) or 0 "
	"if cost < 0 then rest[i] = math.max(rest[i], now - cost + saved) keep(k, i) end "
	"local free = rest[i] - saved "
	"if cost > 0 and free > now then "
	"if line then "
	"free = math.min(math.max(free, last[i] + cost * each), now + tonumber(ARGV[#ARGV])) "
	"last[i] = free keep(k, i) end "
	"wait = math.max(wait, math.ceil(free - now)) end end "
	"if wait > 0 or cost < 0 then return wait end "
	"for i, k in ipairs(KEYS) do local each = tonumber(ARGV[2 * i + 1]) "
	"if each > 0 then rest[i] = rest[i] + cost * each keep(k, i) end end "
	"return 0";

struct limiter {
	struct cache *cache;
	char sha1[LINK_SCRIPT]; /* the script's name */
	bool known;             /* Redis has it, as far as we know */
};

struct limiter *limiter_new(const void *parent, struct cache *cache)
{
	struct limiter *l = talloc_zero(parent, struct limiter);

	l->cache = cache;
	link_script_name(l->sha1, script);
	return l;
}

/* The tokens above the first one are what a burst saves up. */
static void put_limit(const struct limit *limit, char each[NUMBER], char saved[NUMBER])
{
	double interval = limit->rate > 0 ? MICRO / limit->rate : 0;

	snprintf(each, NUMBER, "%.6f", interval);
	snprintf(saved, NUMBER, "%.6f", interval * (limit->burst > 1 ? limit->burst - 1 : 0));
}

/* cost as the script takes it. */
static void append(struct cache_link *link, const struct limiter *l, const struct limit_ask *a, int64_t cost,
		   bool whole)
{
	char numbers[2 * LIMITS_MAX][NUMBER], count[NUMBER], price[NUMBER], horizon[NUMBER];
	const char *argv[WORDS + 1] = {whole ? "EVAL" : "EVALSHA", whole ? script : l->sha1, count};
	int words = 3;
	size_t i;

	snprintf(count, NUMBER, "%zu", a->count);
	snprintf(price, NUMBER, "%lld", (long long)cost);
	snprintf(horizon, NUMBER, "%lld", (long long)LIMIT_HORIZON);
	for (i = 0; i < a->count; i++)
		argv[words++] = a->limits[i].key;
	argv[words++] = price;
	argv[words++] = a->pressed ? "0" : "1";
	for (i = 0; i < a->count; i++) {
		put_limit(&a->limits[i], numbers[2 * i], numbers[2 * i + 1]);
		argv[words++] = numbers[2 * i];
		argv[words++] = numbers[2 * i + 1];
	}
	argv[words++] = horizon;
	link_append(link, words, argv, NULL);
}

enum verdict {
	VERDICT_HELD,   /* the answer holds */
	VERDICT_ABSENT, /* Redis has no such script */
	VERDICT_AWAY
};

static enum verdict take(struct cache_link *link, int64_t *wait)
{
	redisReply *reply = link_answer(link);
	enum verdict v = VERDICT_AWAY;

	if (reply == NULL)
		return VERDICT_AWAY;
	if (reply->type == REDIS_REPLY_INTEGER && reply->integer >= 0) {
		*wait = reply->integer;
		v = VERDICT_HELD;
	} else if (reply->type == REDIS_REPLY_ERROR && strncmp(reply->str, "NOSCRIPT", 8) == 0) {
		v = VERDICT_ABSENT;
	} else {
		log_warning("a limit was not judged reason=\"%s\"", reply->str ? reply->str : "");
	}
	freeReplyObject(reply);
	return v;
}

static enum verdict run(struct limiter *l, struct cache_link *link, struct limit_ask *asks, size_t count,
			int64_t close)
{
	enum verdict worst = VERDICT_HELD, v;
	size_t i;

	/* The first brings the script, if need be; the others find it then. */
	for (i = 0; i < count; i++)
		append(link, l, &asks[i], close ? -close : asks[i].cost, i == 0 && !l->known);
	for (i = 0; i < count; i++) {
		v = take(link, &asks[i].wait);
		worst = v > worst ? v : worst;
	}
	l->known = worst == VERDICT_HELD;
	return worst;
}

static bool ask(struct limiter *l, struct limit_ask *asks, size_t count, int64_t close)
{
	struct cache_link *link = cache_connection(l->cache);
	enum verdict v;

	if (link == NULL)
		return false;
	v = run(l, link, asks, count, close);
	if (v == VERDICT_ABSENT && link_up(link))
		v = run(l, link, asks, count, close);
	return v == VERDICT_HELD;
}

bool limiter_ask(struct limiter *l, struct limit_ask *asks, size_t count)
{
	return count == 0 || ask(l, asks, count, 0);
}

bool limiter_close(struct limiter *l, const struct limit *limit, int64_t microseconds)
{
	struct limit_ask a = {.limits = {*limit}, .count = 1};

	return microseconds <= 0 || ask(l, &a, 1, microseconds);
}
