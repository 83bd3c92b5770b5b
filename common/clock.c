/*
 * clock.c - instants, days, and their RFC 3339 spelling
 *
 * The calendar is counted from 0001-01-01 by whole years, months by a table: it reads as one would
 * do it on paper, and is fast enough that nothing needs to be remembered between calls.
 */
#include "common/clock.h"

#include <time.h>

enum {
	DAYS_TO_1970 = 719162 /* from 0001-01-01 */,
	DAYS_IN_400_YEARS = 146097
};

/* Days before each month in a common year, and before the next year. */
static const int month_days[13] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};

/* Division that rounds down, for b > 0. */
static int64_t divide_down(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static bool year_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days of that year that lie before the month (0-12, 12 being the next January). */
static int days_before(int64_t year, int month)
{
	return month_days[month] + (month > 1 && year_leap(year));
}

/* Days from 1970-01-01 to January 1st of the year. */
static int64_t year_start(int64_t year)
{
	int64_t past = year - 1;

	return past * 365 + divide_down(past, 4) - divide_down(past, 100) + divide_down(past, 400) -
	       DAYS_TO_1970;
}

/* A day number from outside the type's range becomes the nearest inside, so that no date wraps around. */
static day day_clamp(int64_t days)
{
	return days < INT32_MIN ? INT32_MIN : days > INT32_MAX ? INT32_MAX : (day)days;
}

static instant clock_read(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return now.tv_sec * SECOND + now.tv_nsec / 1000;
}

instant clock_now(void)
{
	return clock_read(CLOCK_REALTIME);
}

int64_t clock_monotonic(void)
{
	return clock_read(CLOCK_MONOTONIC);
}

/* Months outside 1-12 count on into the neighbouring years. */
day day_from_civil(int year, int month, int mday)
{
	int64_t months = (int64_t)month - 1;
	int64_t y = year + divide_down(months, 12);
	int m = (int)(months - divide_down(months, 12) * 12);

	return day_clamp(year_start(y) + days_before(y, m) + mday - 1);
}

void day_to_civil(day d, int *year, int *month, int *mday)
{
	int64_t y = divide_down(((int64_t)d + DAYS_TO_1970) * 400, DAYS_IN_400_YEARS) + 1;
	int of_year, m;

	/* The estimate by the mean year is at most one year off. */
	if (year_start(y) > d)
		y--;
	else if (year_start(y + 1) <= d)
		y++;
	of_year = (int)(d - year_start(y));
	m = of_year / 32; /* this month or the one before */
	if (of_year >= days_before(y, m + 1))
		m++;
	*year = (int)y;
	*month = m + 1;
	*mday = of_year - days_before(y, m) + 1;
}

bool day_valid(int year, int month, int mday)
{
	if (year < 1 || year > 9999 || month < 1 || month > 12 || mday < 1)
		return false;
	return mday <= days_before(year, month) - days_before(year, month - 1);
}

day day_month_start(day d)
{
	int year, month, mday;

	day_to_civil(d, &year, &month, &mday);
	return day_clamp((int64_t)d - mday + 1);
}

day day_add_months(day d, int months)
{
	int year, month, mday, m, length;
	int64_t total, y;

	day_to_civil(d, &year, &month, &mday);
	total = (int64_t)year * 12 + month - 1 + months;
	y = divide_down(total, 12);
	m = (int)((total % 12 + 12) % 12);
	length = days_before(y, m + 1) - days_before(y, m);
	return day_clamp(year_start(y) + days_before(y, m) + (mday < length ? mday : length) - 1);
}

day day_anniversary(day of, day from)
{
	int year, from_year, month, mday, years;

	day_to_civil(of, &year, &month, &mday);
	day_to_civil(from, &from_year, &month, &mday);
	years = from_year > year ? from_year - year : 1;
	if (day_add_months(of, 12 * years) < from)
		years++;
	return day_add_months(of, 12 * years);
}

int day_weekday(day d)
{
	int64_t since = (int64_t)d + 3; /* 1970-01-01 was a Thursday */

	return (int)(since - divide_down(since, 7) * 7);
}

/* Exactly that many decimal digits; the cursor moves behind them. */
static bool digits_read(const char **at, int count, int *out)
{
	int value = 0;

	for (; count > 0; count--, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		value = value * 10 + (**at - '0');
	}
	*out = value;
	return true;
}

static bool char_read(const char **at, char want)
{
	if (**at != want)
		return false;
	(*at)++;
	return true;
}

static bool date_read(const char **at, day *out)
{
	int year, month, mday;

	if (!digits_read(at, 4, &year) || !char_read(at, '-') || !digits_read(at, 2, &month) ||
	    !char_read(at, '-') || !digits_read(at, 2, &mday) || !day_valid(year, month, mday))
		return false;
	*out = day_from_civil(year, month, mday);
	return true;
}

/* "23:14:13" as seconds of the day; second 60 is told apart because only UTC decides where it may stand. */
static bool time_read(const char **at, int *seconds, bool *leap)
{
	int hour, minute, second;

	if (!digits_read(at, 2, &hour) || !char_read(at, ':') || !digits_read(at, 2, &minute) ||
	    !char_read(at, ':') || !digits_read(at, 2, &second) || hour > 23 || minute > 59 || second > 60)
		return false;
	*leap = second == 60;
	*seconds = hour * 3600 + minute * 60 + second - *leap;
	return true;
}

/* ".123456789" in microseconds, what is finer is cut off; no point, no fraction. */
static bool fraction_read(const char **at, int *micros)
{
	int scale = 100000, digits;

	*micros = 0;
	if (!char_read(at, '.'))
		return true;
	for (digits = 0; **at >= '0' && **at <= '9'; digits++, (*at)++, scale /= 10)
		*micros += (**at - '0') * scale;
	return digits >= 1 && digits <= 9;
}

/* "Z" or "+05:45" in seconds east. */
static bool offset_read(const char **at, int *seconds)
{
	char sign = **at;
	int hour, minute;

	*seconds = 0;
	if (char_read(at, 'Z') || char_read(at, 'z'))
		return true;
	if (!char_read(at, '+') && !char_read(at, '-'))
		return false;
	if (!digits_read(at, 2, &hour) || !char_read(at, ':') || !digits_read(at, 2, &minute) || hour > 23 ||
	    minute > 59)
		return false;
	*seconds = (hour * 3600 + minute * 60) * (sign == '-' ? -1 : 1);
	return true;
}

bool day_parse(const char *text, day *out)
{
	day d;

	if (!date_read(&text, &d) || *text != '\0')
		return false;
	*out = d;
	return true;
}

bool instant_parse(const char *text, instant *out)
{
	int of_day, micros, offset;
	int64_t seconds;
	bool leap;
	day d;

	if (!date_read(&text, &d) || (!char_read(&text, 'T') && !char_read(&text, 't')) ||
	    !time_read(&text, &of_day, &leap) || !fraction_read(&text, &micros) ||
	    !offset_read(&text, &offset) || *text != '\0')
		return false;
	seconds = d * DAY_SECONDS + of_day - offset;
	if (leap && seconds - divide_down(seconds, DAY_SECONDS) * DAY_SECONDS != DAY_SECONDS - 1)
		return false;
	/* An offset can push the first and last day of the calendar out of it. */
	if (seconds < INSTANT_MIN / SECOND || seconds > INSTANT_MAX / SECOND)
		return false;
	*out = seconds * SECOND + micros;
	return true;
}

/* The value in that many digits; the cursor moves behind them. */
static void digits_put(char **at, int value, int count)
{
	int i;

	for (i = count - 1; i >= 0; i--, value /= 10)
		(*at)[i] = (char)('0' + value % 10);
	*at += count;
}

/* Years outside 0-9999 are no RFC 3339, but can still be read in a log. */
static void date_put(char **at, day d)
{
	int year, month, mday, width = 4, bound;

	day_to_civil(d, &year, &month, &mday);
	if (year < 0)
		*(*at)++ = '-';
	year = year < 0 ? -year : year;
	for (bound = 10000; year >= bound; bound *= 10)
		width++;
	digits_put(at, year, width);
	*(*at)++ = '-';
	digits_put(at, month, 2);
	*(*at)++ = '-';
	digits_put(at, mday, 2);
}

const char *day_format(day d, char buffer[DAY_TEXT])
{
	char *at = buffer;

	date_put(&at, d);
	*at = '\0';
	return buffer;
}

const char *instant_format(instant t, char buffer[INSTANT_TEXT])
{
	int64_t seconds = divide_down(t, SECOND);
	int64_t days = divide_down(seconds, DAY_SECONDS);
	int of_day = (int)(seconds - days * DAY_SECONDS), micros = (int)(t % SECOND);
	char *at = buffer;

	if (micros < 0)
		micros += (int)SECOND; /* the seconds were rounded down */
	date_put(&at, (day)days);
	*at++ = 'T';
	digits_put(&at, of_day / 3600, 2);
	*at++ = ':';
	digits_put(&at, of_day / 60 % 60, 2);
	*at++ = ':';
	digits_put(&at, of_day % 60, 2);
	if (micros != 0) {
		*at++ = '.';
		digits_put(&at, micros, 6);
	}
	*at++ = 'Z';
	*at = '\0';
	return buffer;
}
