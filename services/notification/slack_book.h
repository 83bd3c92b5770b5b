/*
 * slack_book.h - Slack conversations that were found, so that finding them costs two calls once and not
 * always
 *
 * In memory, and behind it in Redis for the other instances and after a restart. Both hold hashes of
 * addresses, not addresses. Nobody there is remembered too, but for a short time: they may join.
 */
#ifndef AE_NOTIFICATION_SLACK_BOOK_H
#define AE_NOTIFICATION_SLACK_BOOK_H

#include "common/cache.h"
#include "common/clock.h"

struct slack_book;

/* cache NULL: in memory only. workspace (a token) keeps those of different ones apart. */
struct slack_book *slack_book_new(const void *parent, struct cache *cache, const char *workspace);
/* The conversation, under parent; "" = there is nobody of that address; NULL = not known. */
const char *slack_book_find(struct slack_book *b, const void *parent, const char *address, instant now);
/* channel "" = there is nobody. */
void slack_book_put(struct slack_book *b, const char *address, const char *channel, instant now);
void slack_book_drop(struct slack_book *b, const char *address);

#endif
