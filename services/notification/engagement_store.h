/*
 * engagement_store.h - what became of sent messages, written down once, and what follows from it
 */
#ifndef AE_NOTIFICATION_ENGAGEMENT_STORE_H
#define AE_NOTIFICATION_ENGAGEMENT_STORE_H

#include "common/daemon.h"
#include "services/notification/engagement.h"

/*
 * In a transaction of its own: each (provider, provider_event_id) counts once. Hard bounces and complaints
 * suppress the address, so do three soft bounces in 14 days; an urgent message that came back goes on over
 * another channel; what is new is published as NotificationEngagementEvent. Events whose notification is not
 * known are passed over. False: the database failed.
 */
bool engagement_record(struct daemon *d, const void *scratch, const char *provider, const char *once,
		       const struct engagement_event *events, size_t count);

#endif
