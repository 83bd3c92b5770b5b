/*
 * triggers.c - `engagement_triggers` in Redis: a sorted set of members, scored by when they are due
 */
#include <inttypes.h>
#include <talloc.h>

#include "common/cache_link.h"
#include "common/log.h"
#include "services/engagement/triggers.h"

#define KEY "engagement_triggers"

static const char script[] =
	"local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2]) "
	"if #due > 0 then redis.call('ZREM', KEYS[1], unpack(due)) end "
	"return due";

void triggers_add(struct cache *c, const char *const *members, size_t count, instant due)
{
	struct cache_link *redis = count > 0 ? cache_connection(c) : NULL;
	const char **argv;
	size_t i;

	if (redis == NULL || !link_up(redis))
		return;
	argv = talloc_array(c, const char *, 2 * count + 2);
	argv[0] = "ZADD";
	argv[1] = KEY;
	for (i = 0; i < count; i++) {
		argv[2 * i + 2] = talloc_asprintf(argv, "%" PRId64, due);
		argv[2 * i + 3] = members[i];
	}
	link_store(redis, (int)(2 * count + 2), argv, NULL);
	talloc_free(argv);
}

static const char **read_members(const void *parent, const redisReply *r, size_t most, size_t *count)
{
	const char **out = talloc_array(parent, const char *, most + 1);
	size_t i;

	for (i = 0; i < r->elements && *count < most; i++)
		if (r->element[i]->type == REDIS_REPLY_STRING)
			out[(*count)++] = talloc_strdup(out, r->element[i]->str);
	return out;
}

const char **triggers_take(struct cache *c, const void *parent, instant now, size_t most, size_t *count)
{
	struct cache_link *redis = cache_connection(c);
	const char *argv[] = {"EVAL",
			      script,
			      "1",
			      KEY,
			      talloc_asprintf(parent, "%" PRId64, now),
			      talloc_asprintf(parent, "%zu", most)};
	const char **out = NULL;
	redisReply *r = NULL;

	*count = 0;
	if (redis) {
		link_append(redis, sizeof(argv) / sizeof(argv[0]), argv, NULL);
		r = link_answer(redis);
	}
	if (r && r->type == REDIS_REPLY_ARRAY)
		out = read_members(parent, r, most, count);
	else if (r && r->type == REDIS_REPLY_ERROR)
		log_warning("engagement_triggers cannot be read reason=%s", r->str);
	if (r)
		freeReplyObject(r);
	return out;
}
