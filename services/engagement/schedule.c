/*
 * schedule.c - when a scheduled rule is asked of a member
 *
 * At its hour on the member's clock and, so that not everybody is looked at in the same minute, as much later
 * as the member's hash says. Days are the member's, so a night of 23 or 25 hours has one slot like any other.
 */
#include "services/engagement/rule.h"

#define HOUR (3600 * SECOND)

instant schedule_on(const struct schedule *s, const struct tz *zone, double spread, day d)
{
	return tz_from_local(zone, (int64_t)d * DAY_SECONDS + s->hour * 3600) +
	       (instant)(spread * s->spread * 3600) * SECOND;
}

bool schedule_fits(const struct schedule *s, day d)
{
	return s->weekday < 0 || day_weekday(d) == s->weekday;
}

int64_t schedule_good(const struct schedule *s)
{
	return s->weekday < 0 ? 20 * HOUR : 6 * DAY_SECONDS * SECOND;
}

instant schedule_slot(const struct schedule *s, const struct tz *zone, double spread, instant t)
{
	day d = tz_day(zone, t);
	instant slot;

	for (;; d--) {
		if (!schedule_fits(s, d))
			continue;
		slot = schedule_on(s, zone, spread, d);
		if (slot <= t)
			return slot;
	}
}

instant schedule_next(const struct schedule *s, const struct tz *zone, double spread, instant t)
{
	/* A late hour and the spread reach into the next day. */
	day d = tz_day(zone, t) - 1;
	instant slot;

	for (;; d++) {
		if (!schedule_fits(s, d))
			continue;
		slot = schedule_on(s, zone, spread, d);
		if (slot > t)
			return slot;
	}
}
