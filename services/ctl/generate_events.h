/*
 * generate_events.h - a synthetic day's happenings as events
 */
#ifndef AE_CTL_GENERATE_EVENTS_H
#define AE_CTL_GENERATE_EVENTS_H

#include <stdbool.h>
#include <stdint.h>
#include "services/ctl/event_sink.h"
#include "services/ctl/generate_people.h"

struct generator;

struct generator *generator_new(const void *parent, int64_t seed, struct people *people,
				struct event_sink *sink);
/* Lives the people's next day and writes it; days are counted from 0. False: the sink says why. */
bool generator_day(struct generator *g, uint16_t n);

#endif
