/*
 * test_clock.c - the calendar against gmtime_r and itself, RFC 3339 by tables
 */
#include "tests/unit/unit.h"

#include <string.h>
#include <time.h>

#include "common/clock.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/* Every day of the years 0001-9999, against the C library and against the day before. */
START_TEST(test_calendar)
{
	day d, first = day_from_civil(1, 1, 1), last = day_from_civil(9999, 12, 31);

	ck_assert_int_eq(first, INSTANT_MIN / SECOND / DAY_SECONDS);
	for (d = first; d <= last; d++) {
		time_t t = (time_t)d * DAY_SECONDS;
		int year, month, mday;
		struct tm want;

		gmtime_r(&t, &want);
		day_to_civil(d, &year, &month, &mday);
		if (year != want.tm_year + 1900 || month != want.tm_mon + 1 || mday != want.tm_mday ||
		    day_from_civil(year, month, mday) != d || !day_valid(year, month, mday) ||
		    day_weekday(d) != (want.tm_wday + 6) % 7 || day_month_start(d) != d - mday + 1)
			ck_abort_msg("day %d: got %d-%d-%d", d, year, month, mday);
	}
}
END_TEST

START_TEST(test_day_text)
{
	static const struct {
		const char *in;
		bool want;
		const char *why;
	} cases[] = {
		{"1970-01-01", true, "the epoch"},
		{"2026-11-23", true, "an ordinary day"},
		{"0001-01-01", true, "the first"},
		{"9999-12-31", true, "the last"},
		{"2024-02-29", true, "a leap day"},
		{"2000-02-29", true, "every 400 years after all"},
		{"2100-02-29", false, "no leap year"},
		{"2023-02-29", false, "no leap year"},
		{"0000-12-31", false, "there is no year 0"},
		{"2026-00-10", false, "month 0"},
		{"2026-13-10", false, "month 13"},
		{"2026-04-31", false, "April has 30"},
		{"2026-04-00", false, "day 0"},
		{"2026-4-01", false, "one digit"},
		{"2026-04-1", false, "one digit at the end"},
		{"2026-04-011", false, "something behind"},
		{"2026-04-01 ", false, "a space behind"},
		{" 2026-04-01", false, "a space ahead"},
		{"+026-04-01", false, "a sign"},
		{"20260401", false, "the basic form"},
		{"2026/04/01", false, "slashes"},
		{"2026-04", false, "cut off"},
		{"", false, "nothing"},
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		char buffer[DAY_TEXT];
		day d = 4711;

		ck_assert_msg(day_parse(cases[i].in, &d) == cases[i].want, "%s: %s", cases[i].in,
			      cases[i].why);
		if (cases[i].want)
			ck_assert_str_eq(day_format(d, buffer), cases[i].in);
		else
			ck_assert_int_eq(d, 4711);
	}
}
END_TEST

START_TEST(test_add_months)
{
	static const struct {
		const char *in;
		int months;
		const char *want, *why;
	} cases[] = {
		{"2026-11-23", 0, "2026-11-23", "none"},
		{"2026-11-23", 1, "2026-12-23", "one"},
		{"2026-11-23", 2, "2027-01-23", "over the year"},
		{"2026-01-31", 1, "2026-02-28", "a shorter month"},
		{"2024-01-31", 1, "2024-02-29", "in a leap year"},
		{"2024-02-29", 12, "2025-02-28", "a leap day's anniversary"},
		{"2024-02-29", 48, "2028-02-29", "the next real one"},
		{"2026-01-15", -1, "2025-12-15", "back over the year"},
		{"2026-03-31", -13, "2025-02-28", "back to a shorter month"},
		{"1970-01-01", -1, "1969-12-01", "before the epoch"},
		{"0001-02-28", -1, "0001-01-28", "the first year"},
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		char buffer[DAY_TEXT];
		day d;

		ck_assert(day_parse(cases[i].in, &d));
		ck_assert_msg(strcmp(day_format(day_add_months(d, cases[i].months), buffer), cases[i].want) ==
				      0,
			      "%s %+d: got %s, want %s: %s", cases[i].in, cases[i].months, buffer,
			      cases[i].want, cases[i].why);
	}
}
END_TEST

START_TEST(test_instant_text)
{
	static const struct {
		const char *in, *want; /* NULL: refused */
		const char *why;
	} cases[] = {
		{"1970-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "the epoch"},
		{"2026-11-23T23:14:13Z", "2026-11-23T23:14:13Z", "ordinary"},
		{"2026-11-23t23:14:13z", "2026-11-23T23:14:13Z", "small letters"},
		{"2026-11-23T23:14:13.5Z", "2026-11-23T23:14:13.500000Z", "one digit"},
		{"2026-11-23T23:14:13.000001Z", "2026-11-23T23:14:13.000001Z", "six digits"},
		{"2026-11-23T23:14:13.123456789Z", "2026-11-23T23:14:13.123456Z", "nine digits are cut"},
		{"2026-11-23T23:14:13.000000Z", "2026-11-23T23:14:13Z", "an empty fraction"},
		{"2026-11-23T23:14:13.0000000001Z", NULL, "ten digits"},
		{"2026-11-23T23:14:13.Z", NULL, "a point without digits"},
		{"2026-11-23T23:14:13+05:45", "2026-11-23T17:29:13Z", "Kathmandu"},
		{"2026-11-23T23:14:13-08:00", "2026-11-24T07:14:13Z", "into the next day"},
		{"2026-11-23T23:14:13-00:00", "2026-11-23T23:14:13Z", "an unknown offset"},
		{"2026-01-01T00:14:13+23:59", "2025-12-31T00:15:13Z", "the widest offset"},
		{"2026-11-23T23:14:13+24:00", NULL, "too wide"},
		{"2026-11-23T23:14:13+05:60", NULL, "60 minutes"},
		{"2026-11-23T23:14:13+0545", NULL, "no colon"},
		{"2026-11-23T23:14:13+05", NULL, "hours only"},
		{"2026-11-23T23:14:13", NULL, "no offset"},
		{"2026-11-23T23:14Z", NULL, "no seconds"},
		{"2026-11-23 23:14:13Z", NULL, "a space for the T"},
		{"2026-11-23", NULL, "a date only"},
		{"2026-11-23T24:00:00Z", NULL, "hour 24"},
		{"2026-11-23T23:60:00Z", NULL, "minute 60"},
		{"2026-11-23T23:14:61Z", NULL, "second 61"},
		{"2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z", "a leap second"},
		{"2016-12-31T23:59:60.25Z", "2016-12-31T23:59:59.250000Z", "in the middle of one"},
		{"2016-12-31T15:59:60-08:00", "2016-12-31T23:59:59Z", "a leap second in California"},
		{"2016-12-31T23:58:60Z", NULL, "leap seconds come at the end of a UTC day"},
		{"2016-12-31T23:59:60+01:00", NULL, "that is 22:59 in UTC"},
		{"1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z", "before the epoch"},
		{"0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "the first"},
		{"0001-01-01T00:00:00+00:01", NULL, "before the first"},
		{"9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z", "the last"},
		{"9999-12-31T23:59:59-00:01", NULL, "after the last"},
		{"2026-02-29T00:00:00Z", NULL, "no such day"},
		{"2026-11-23T23:14:13Zx", NULL, "something behind"},
		{"2026-11-23T-1:14:13Z", NULL, "a sign"},
		{"", NULL, "nothing"},
	};
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		char buffer[INSTANT_TEXT];
		instant t = 4711;
		bool good = instant_parse(cases[i].in, &t);

		ck_assert_msg(good == (cases[i].want != NULL), "%s: %s", cases[i].in, cases[i].why);
		if (good)
			ck_assert_msg(strcmp(instant_format(t, buffer), cases[i].want) == 0,
				      "%s: got %s, want %s: %s", cases[i].in, buffer, cases[i].want,
				      cases[i].why);
		else
			ck_assert_int_eq(t, 4711);
	}
}
END_TEST

/* Values nobody should ever pass still neither overflow nor leave the buffers. */
START_TEST(test_extremes)
{
	static const instant instants[] = {INT64_MIN, INT64_MAX, INSTANT_MIN, INSTANT_MAX, -1, 0};
	static const day days[] = {INT32_MIN, INT32_MAX, 0};
	char text[INSTANT_TEXT], date[DAY_TEXT];
	int year, month, mday;
	size_t i;

	for (i = 0; i < COUNT(instants); i++)
		ck_assert_uint_lt(strlen(instant_format(instants[i], text)), INSTANT_TEXT);
	for (i = 0; i < COUNT(days); i++) {
		day_to_civil(days[i], &year, &month, &mday);
		ck_assert_int_eq(day_from_civil(year, month, mday), days[i]);
		ck_assert_uint_lt(strlen(day_format(days[i], date)), DAY_TEXT);
		ck_assert_int_le(day_add_months(days[i], INT32_MIN), day_add_months(days[i], INT32_MAX));
		ck_assert_int_ge(day_weekday(days[i]), 0);
	}
	ck_assert_str_eq(day_format(INT32_MIN, date), "-5877641-06-23");
	ck_assert_str_eq(instant_format(INT64_MIN, text), "-290308-12-21T19:59:05.224192Z");
	ck_assert_int_eq(day_from_civil(2025, 14, 1), day_from_civil(2026, 2, 1));
	ck_assert_int_eq(day_from_civil(2026, -1, 1), day_from_civil(2025, 11, 1));
}
END_TEST

START_TEST(test_clocks)
{
	int64_t before = clock_monotonic(), wall = (int64_t)time(NULL);

	ck_assert_int_ge(clock_now() / SECOND, wall);
	ck_assert_int_le(clock_now() / SECOND, (int64_t)time(NULL) + 1);
	ck_assert_int_ge(clock_monotonic(), before);
}
END_TEST

UNIT_MAIN("clock", test_calendar, test_day_text, test_add_months, test_instant_text, test_extremes,
	  test_clocks)
