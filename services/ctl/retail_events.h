/*
 * retail_events.h - the notes of a history as events, in order of time
 */
#ifndef AE_CTL_RETAIL_EVENTS_H
#define AE_CTL_RETAIL_EVENTS_H

#include <stdbool.h>
#include "services/ctl/event_sink.h"
#include "services/ctl/retail_history.h"

#define RETAIL_SOURCE "urn:ae:retail"

/* False: the sink says why. */
bool retail_events_write(const struct retail_history *h, struct event_sink *sink);

#endif
