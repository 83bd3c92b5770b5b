/*
 * quiet.c - quiet hours and member days by a zone's wall clock (see quiet.h)
 *
 * A step never crosses a change of the zone's offset: between two changes the wall clock runs evenly,
 * and the window's end is a subtraction away.
 */
#include "services/notification/quiet.h"

enum {
	MINUTE_SECONDS = 60,
	HOUR_SECONDS = 3600,
	WEEK_DAYS = 7
};

static int64_t divide_down(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static instant earlier(instant a, instant b)
{
	return a < b ? a : b;
}

/* Seconds since local midnight, by the wall clock. */
static int64_t second_of_day(int64_t seconds, int32_t offset)
{
	int64_t local = seconds + offset;

	return local - divide_down(local, DAY_SECONDS) * DAY_SECONDS;
}

static bool is_quiet(const struct quiet_hours *q, int64_t second)
{
	int minute = (int)(second / MINUTE_SECONDS);

	if (q->from < q->to)
		return minute >= q->from && minute < q->to;
	return minute >= q->from || minute < q->to;
}

/* The second at which the offset stops being what it is at low; it has another at high. */
static int64_t change_between(const struct tz *zone, int64_t low, int64_t high)
{
	int32_t offset = tz_offset(zone, low * SECOND);

	while (high - low > 1) {
		int64_t middle = low + (high - low) / 2;

		if (tz_offset(zone, middle * SECOND) == offset)
			low = middle;
		else
			high = middle;
	}
	return high;
}

/*
 * The first second after from, and not after until, that has another offset; else until. Looked for hour
 * by hour: no zone changes twice within one.
 */
static int64_t change_or(const struct tz *zone, int64_t from, int64_t until)
{
	int32_t offset = tz_offset(zone, from * SECOND);
	int64_t t = from, next;

	for (; t < until; t = next) {
		next = until - t > HOUR_SECONDS ? t + HOUR_SECONDS : until;
		if (tz_offset(zone, next * SECOND) != offset)
			return change_between(zone, t, next);
	}
	return until;
}

instant quiet_until(const struct quiet_hours *q, const struct tz *zone, instant now)
{
	int64_t t = divide_down(now, SECOND), last = INSTANT_MAX / SECOND, wall, left;

	if (q->from == q->to)
		return now;
	wall = second_of_day(t, tz_offset(zone, t * SECOND));
	if (!is_quiet(q, wall))
		return now;
	/* Ends: a window leaves out a minute at least, and a zone leaps over it on single days only. */
	while (is_quiet(q, wall)) {
		left = (int64_t)q->to * MINUTE_SECONDS - wall;
		t = change_or(zone, t, t + (left > 0 ? left : left + DAY_SECONDS));
		if (t >= last)
			return INSTANT_MAX;
		wall = second_of_day(t, tz_offset(zone, t * SECOND));
	}
	return t * SECOND;
}

day member_day(const struct tz *zone, instant t)
{
	return tz_day(zone, t);
}

day member_week(const struct tz *zone, instant t)
{
	day d = tz_day(zone, t);

	return d - day_weekday(d);
}

/* Days that a zone left out begin where the next one does; the calendar's last day has none after it. */
instant member_next_day(const struct tz *zone, instant t)
{
	day d = tz_day(zone, t);
	instant start;
	int i;

	for (i = 1; i <= 3; i++) {
		start = tz_day_start(zone, d + i);
		if (start > t)
			return earlier(start, INSTANT_MAX);
	}
	return INSTANT_MAX;
}

instant member_next_week(const struct tz *zone, instant t)
{
	instant start = tz_day_start(zone, member_week(zone, t) + WEEK_DAYS);

	return start > t ? earlier(start, INSTANT_MAX) : INSTANT_MAX;
}

instant member_next_time(const struct tz *zone, instant t, int minute, int weekday)
{
	day d = tz_day(zone, t);
	instant at;
	int i;

	/* Eight days hold every weekday after t; two more, because a leap may have swallowed one. */
	for (i = 0; i < WEEK_DAYS * 2 + 2; i++, d++) {
		if (weekday != EVERY_DAY && day_weekday(d) != weekday)
			continue;
		at = tz_from_local(zone, d * DAY_SECONDS + (int64_t)minute * MINUTE_SECONDS);
		if (at > t)
			return earlier(at, INSTANT_MAX);
	}
	return INSTANT_MAX;
}
