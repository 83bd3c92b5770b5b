/*
 * quiet.h - when a member may be disturbed, and the member's own days and weeks
 *
 * All of it reads the wall clock of a zone: a quiet minute is a minute whose wall-clock time lies in the
 * window. What follows for the two odd nights of a year:
 *   a window's end that the clock leaps over: the window ends at the leap, the first instant after it;
 *   an end that comes twice: the first one ends the window; when the clock then goes back into the
 *   window's time, that stretch is quiet again until the second one.
 */
#ifndef AE_NOTIFICATION_QUIET_H
#define AE_NOTIFICATION_QUIET_H

#include "common/tz.h"

enum {
	MINUTES_PER_DAY = 1440,
	EVERY_DAY = -1
};

/* From the minute "from" until before the minute "to" of a day, over midnight if to < from. */
struct quiet_hours {
	int from, to;          /* 0 to 1439; equal: no quiet hours */
	const char *time_zone; /* IANA name; "" = the member's own */
};

/* now if it is allowed, else the first allowed instant after it; never beyond INSTANT_MAX. */
instant quiet_until(const struct quiet_hours *q, const struct tz *zone, instant now);

/* The days and weeks that frequency caps count in. A week is its Monday (ISO 8601). */
day member_day(const struct tz *zone, instant t);
day member_week(const struct tz *zone, instant t);
instant member_next_day(const struct tz *zone, instant t);  /* first instant of the next day */
instant member_next_week(const struct tz *zone, instant t); /* first instant of the next Monday */

/*
 * The first time after t at which the wall clock shows that minute, on that weekday (0 = Monday) or on
 * EVERY_DAY. Where the clock leaps over the minute, as much later as the leap is wide.
 */
instant member_next_time(const struct tz *zone, instant t, int minute, int weekday);

#endif
