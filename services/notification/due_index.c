/*
 * due_index.c - `notification_queue` in Redis: a sorted set per lane, scored by due time
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "common/cache_link.h"
#include "common/log.h"
#include "services/notification/categories.h"
#include "services/notification/due_index.h"

#define HORIZON (600 * SECOND) /* what is due later is found by the look into PostgreSQL */

enum {
	NUMBER = 24
};

/* KEYS: the lanes; ARGV: now, then most of each lane. An array of arrays. */
static const char script[] =
	"local out = {} "
	"for i, key in ipairs(KEYS) do "
	" local due = {} "
	" if tonumber(ARGV[i + 1]) > 0 then "
	"  due = redis.call('ZRANGEBYSCORE', key, '-inf', ARGV[1], 'LIMIT', 0, ARGV[i + 1]) "
	"  if #due > 0 then redis.call('ZREM', key, unpack(due)) end "
	" end "
	" out[i] = due "
	"end "
	"return out";

/* One hash tag, so that a script may touch them all in a cluster. */
static const char *lane_key(const void *parent, int lane)
{
	return talloc_asprintf(parent, "notification_queue:{lanes}:%s", priority_name((enum priority)lane));
}

static bool waits(const struct intent *i, int lane, instant horizon)
{
	return (int)i->priority == lane && (i->status == INTENT_QUEUED || i->status == INTENT_HELD) &&
	       i->due <= horizon;
}

static void add_lane(struct cache_link *redis, const void *scratch, int lane, struct intent *const *intents,
		     size_t count, instant horizon)
{
	const char **argv = talloc_array(scratch, const char *, 2 * count + 2);
	int n = 2;
	size_t i;

	for (i = 0; i < count; i++) {
		if (!waits(intents[i], lane, horizon))
			continue;
		argv[n++] = talloc_asprintf(argv, "%" PRId64, intents[i]->due);
		argv[n++] = talloc_asprintf(argv, "%s\n%s", intents[i]->member_id,
					    intents[i]->notification_id);
	}
	argv[0] = "ZADD";
	argv[1] = lane_key(argv, lane);
	if (n > 2)
		link_store(redis, n, argv, NULL);
}

void due_index_add(struct cache *c, struct intent *const *intents, size_t count)
{
	struct cache_link *redis = count > 0 ? cache_connection(c) : NULL;
	void *scratch = talloc_new(c);
	instant horizon = clock_now() + HORIZON;
	int lane;

	for (lane = 0; redis && lane < PRIORITY_COUNT; lane++)
		if (link_up(redis))
			add_lane(redis, scratch, lane, intents, count, horizon);
	talloc_free(scratch);
}

/* "member\nid" */
static bool read_entry(const void *parent, const redisReply *r, struct candidate *out)
{
	const char *end = r->type == REDIS_REPLY_STRING ? strchr(r->str, '\n') : NULL;

	if (end == NULL)
		return false;
	out->member_id = talloc_strndup(parent, r->str, (size_t)(end - r->str));
	out->notification_id = talloc_strdup(parent, end + 1);
	return true;
}

static void read_lane(const void *parent, const redisReply *lane, size_t limit, struct candidate *out,
		      size_t *got)
{
	size_t i;

	*got = 0;
	for (i = 0; lane->type == REDIS_REPLY_ARRAY && i < lane->elements && *got < limit; i++)
		*got += read_entry(parent, lane->element[i], &out[*got]);
}

static void ask(struct cache_link *redis, const void *parent, instant now, const size_t limit[PRIORITY_COUNT])
{
	const char *argv[4 + 2 * PRIORITY_COUNT] = {"EVAL", script,
						    talloc_asprintf(parent, "%d", PRIORITY_COUNT)};
	int lane, n = 3;

	for (lane = 0; lane < PRIORITY_COUNT; lane++)
		argv[n++] = lane_key(parent, lane);
	argv[n++] = talloc_asprintf(parent, "%" PRId64, now);
	for (lane = 0; lane < PRIORITY_COUNT; lane++)
		argv[n++] = talloc_asprintf(parent, "%zu", limit[lane]);
	link_append(redis, n, argv, NULL);
}

bool due_index_take(struct cache *c, const void *parent, instant now, const size_t limit[PRIORITY_COUNT],
		    struct candidate *out, size_t got[PRIORITY_COUNT])
{
	struct cache_link *redis = cache_connection(c);
	redisReply *r = NULL;
	size_t lane, total = 0;
	bool good;

	memset(got, 0, PRIORITY_COUNT * sizeof(*got));
	if (redis) {
		ask(redis, parent, now, limit);
		r = link_answer(redis);
	}
	good = r && r->type == REDIS_REPLY_ARRAY && r->elements == PRIORITY_COUNT;
	for (lane = 0; good && lane < PRIORITY_COUNT; lane++) {
		read_lane(parent, r->element[lane], limit[lane], out + total, &got[lane]);
		total += got[lane];
	}
	if (r && r->type == REDIS_REPLY_ERROR)
		log_warning("the queue's index cannot be read reason=%s", r->str);
	if (r)
		freeReplyObject(r);
	return good;
}
