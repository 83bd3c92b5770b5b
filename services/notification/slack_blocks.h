/*
 * slack_blocks.h - a rendered message as Slack's Block Kit
 */
#ifndef AE_NOTIFICATION_SLACK_BLOCKS_H
#define AE_NOTIFICATION_SLACK_BLOCKS_H

#include "services/notification/channel.h"

/* Slack's limits, in characters and blocks (docs of the Block Kit and of chat.postMessage). */
enum {
	SLACK_HEADER_MAX = 150,
	SLACK_SECTION_MAX = 3000,
	SLACK_LABEL_MAX = 75,
	SLACK_URL_MAX = 3000,
	SLACK_FALLBACK_MAX = 3000,
	SLACK_BLOCKS_MAX = 50
};

/*
 * The body of a post, under parent. channel is NULL for a webhook, whose channel is fixed. The template's
 * extra may hold "button" (its label), "context" (a line below), and "blocks", which then stand for title,
 * text and button. NULL: there is nothing to say, or more blocks than Slack takes; *error says which
 * (constant text).
 */
const char *slack_body(const void *parent, const struct message *m, const char *channel, size_t *length,
		       const char **error);

#endif
