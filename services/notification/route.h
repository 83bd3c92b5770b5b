/*
 * route.h - which events become notifications
 */
#ifndef AE_NOTIFICATION_ROUTE_H
#define AE_NOTIFICATION_ROUTE_H

#include "common/daemon.h"

/* Makes the intents of a batch's events in its transaction; what cannot be said becomes a dead letter. */
bool routes_apply(struct batch *b);

#endif
