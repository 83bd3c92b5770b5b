/*
 * local_redis.c - the private Redis: a cache, kept nowhere
 */
#include "services/ctl/local.h"

#include <hiredis/hiredis.h>
#include <talloc.h>

bool redis_answers(const struct local *l)
{
	struct timeval timeout = {1, 0};
	redisContext *c = redisConnectUnixWithTimeout(talloc_asprintf(l, "%s/redis.sock", l->run), timeout);
	redisReply *r = c && !c->err && redisSetTimeout(c, timeout) == REDIS_OK ? redisCommand(c, "PING")
										: NULL;
	bool good = r && r->type == REDIS_REPLY_STATUS;

	if (r)
		freeReplyObject(r);
	if (c)
		redisFree(c);
	return good;
}
