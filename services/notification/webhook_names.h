/*
 * webhook_names.h - the one table of the providers' names for what happened
 */
#ifndef AE_NOTIFICATION_WEBHOOK_NAMES_H
#define AE_NOTIFICATION_WEBHOOK_NAMES_H

#include "services/notification/engagement.h"

/* False: the name is unknown, or says nothing about a message. detail is the provider's subdivision, "" if
 * none. */
bool webhook_kind(const char *provider, const char *name, const char *detail, enum engagement_kind *kind);

#endif
