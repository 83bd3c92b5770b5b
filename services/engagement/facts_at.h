/*
 * facts_at.h - a member's facts as they are on a day
 *
 * The document of facts is as of the member's day on which it was computed. By the time that a rule asks, the
 * member's calendar may be a day further, or, in a simulation, months: what counts days is moved along,
 * points that have ended by then are taken off. Sums of purchases stay as they are.
 */
#ifndef AE_ENGAGEMENT_FACTS_AT_H
#define AE_ENGAGEMENT_FACTS_AT_H

#include "common/clock.h"
#include "common/json.h"
#include "services/engagement/catalogue.h"

struct lot {
	const char *id;
	int64_t points;
	day last_day;
};

struct member_view {
	const char *member_id;
	const struct json *facts; /* as of today */
	const struct tz *zone;
	day today, birth, enrolled; /* DAY_NONE: not known */
	instant now;
	day looked;       /* of the look before; nothing of an earlier day is told as missed */
	struct lot *lots; /* open, that end, soonest first */
	size_t lot_count;
	struct lot *ended; /* those that ended since, the same way */
	size_t ended_count;
	const struct catalogue *catalogue;
};

/* Of stored facts; lots: as analytics keeps them. The facts must outlive it. */
struct member_view *member_view_new(const void *parent, const char *member_id, const struct json *facts,
				    const struct json *lots, const struct catalogue *c, instant looked,
				    instant now);

#endif
