/*
 * clock.h - instants, days, and their RFC 3339 spelling
 *
 * An instant is int64 microseconds since 1970-01-01T00:00:00Z; a day is int32 days since
 * 1970-01-01 in the proleptic Gregorian calendar. Days in a member's zone come from tz.h.
 */
#ifndef AE_CLOCK_H
#define AE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef int64_t instant; /* microseconds, UTC */
typedef int32_t day;     /* days since 1970-01-01 */

#define SECOND      INT64_C(1000000)
#define DAY_SECONDS INT64_C(86400)
#define INSTANT_MIN INT64_C(-62135596800000000) /* 0001-01-01T00:00:00Z */
#define INSTANT_MAX INT64_C(253402300799999999) /* 9999-12-31T23:59:59.999999Z */

#define INSTANT_NONE INT64_MIN /* for those that may be missing; no text reads as these */
#define DAY_NONE     INT32_MIN

enum {
	INSTANT_TEXT = 32,
	DAY_TEXT = 16
}; /* buffer sizes that always suffice */

instant clock_now(void);       /* wall clock */
int64_t clock_monotonic(void); /* microseconds, for deadlines; the same for all processes of a host */

day day_from_civil(int year, int month, int mday);
void day_to_civil(day d, int *year, int *month, int *mday);
bool day_valid(int year, int month, int mday);
day day_month_start(day d);            /* first day of d's month */
day day_add_months(day d, int months); /* the same day of the month, or the month's last */
/* The first yearly return of a day, later than it and not before `from`: of 29 February the 28th in other
 * years. */
day day_anniversary(day of, day from);
int day_weekday(day d); /* 0 = Monday ... 6 = Sunday */

/* Reads "2026-11-23"; false unless it is exactly that and the day exists, years 0001-9999. */
bool day_parse(const char *text, day *out);
/* Reads RFC 3339 date-time with any offset, 0-9 fraction digits; leap seconds read as :59. */
bool instant_parse(const char *text, instant *out);
/* Both write into the buffer and return it: "2026-11-23", "2026-11-23T23:14:13.000000Z" (fraction only if
 * any). */
const char *day_format(day d, char buffer[DAY_TEXT]);
const char *instant_format(instant t, char buffer[INSTANT_TEXT]);

#endif
