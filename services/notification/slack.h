/*
 * slack.h - messages to Slack: over the Web API with a bot's token, or to an incoming webhook
 *
 * What hangs under a step's parent is needed until the delivery ends: pass the same parent for all steps.
 */
#ifndef AE_NOTIFICATION_SLACK_H
#define AE_NOTIFICATION_SLACK_H

#include "common/cache.h"
#include "services/notification/channel.h"

struct slack_settings {
	const char *base_url;   /* of the Web API; "" = https://slack.com/api */
	const char *token_file; /* credential with the bot's token, of the Web API */
	const char *ca_file;    /* "" = the system's */
	struct cache *cache;    /* keeps conversations that were found; NULL = in memory only */
	int64_t timeout;        /* microseconds of one transfer; 0 = 10 s */
	bool allow_plain;       /* http:// to loopback, for tests and development */
};

/*
 * chat.postMessage. Address: a conversation id (C..., G..., D...), a user id (U..., W...), or an e-mail
 * address; the last two give the conversation as new_address. NULL: *error says why, and hangs under parent.
 */
struct driver *slack_api_new(const void *parent, const struct slack_settings *settings, const char **error);

/* What tells the token's workspace from others: the token, to be hashed. */
const char *slack_workspace(const struct driver *d);

extern const char slack_webhook_name[];

/* Incoming webhook. Address: its URL, which came from outside and is guarded. */
struct driver *slack_webhook_new(const void *parent, const struct slack_settings *settings);

#endif
