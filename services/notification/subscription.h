/*
 * subscription.h - one kind of message over one channel, which a link stops and starts again
 */
#ifndef AE_NOTIFICATION_SUBSCRIPTION_H
#define AE_NOTIFICATION_SUBSCRIPTION_H

#include "services/notification/link.h"

enum subscription_view {
	SUBSCRIPTION_ASK,
	SUBSCRIPTION_STOPPED,
	SUBSCRIPTION_RESUMED
};

/* Whether the member may refuse what the link's message was about. */
bool subscription_refusable(const struct link *l);
bool subscription_wanted(const struct link *l);
MUST_USE reply subscription_page(struct request *req, const struct link *l, enum subscription_view view);

#endif
