/*
 * moment.c - the dates and times that people write into files
 */
#include "services/train/moment.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* "19970101": as seconds that would be in 1970, where nobody's data is. */
static bool compact_day(const char *text, instant *out)
{
	int number, year, month, mday;

	if (strlen(text) != 8)
		return false;
	number = (int)strtol(text, NULL, 10);
	year = number / 10000;
	month = number / 100 % 100;
	mday = number % 100;
	if (year < 1900 || year > 2200 || !day_valid(year, month, mday))
		return false;
	*out = day_from_civil(year, month, mday) * DAY_SECONDS * SECOND;
	return true;
}

/* Seconds until the year 5138, then milliseconds, then microseconds. */
static bool since_epoch(const char *text, instant *out)
{
	char *end;
	double value;

	errno = 0;
	value = strtod(text, &end);
	if (errno || *end || value < 0 || value > 2e17)
		return false;
	if (value < 1e11)
		value *= 1e6;
	else if (value < 1e14)
		value *= 1e3;
	*out = (instant)value;
	return *out <= INSTANT_MAX;
}

/* Brings the text into the one form that instant_parse takes. */
static bool calendar(const char *text, instant *out)
{
	size_t length = strlen(text), clock;
	char date[DAY_TEXT], full[64];
	const char *rest = text + 10;
	const char *zone;
	day d;

	if (length < 10 || length > 40)
		return false;
	snprintf(date, sizeof(date), "%.10s", text);
	if (date[4] == '/' && date[7] == '/')
		date[4] = date[7] = '-';
	if (!day_parse(date, &d))
		return false;
	*out = d * DAY_SECONDS * SECOND;
	if (!*rest)
		return true;
	if (*rest != ' ' && *rest != 'T' && *rest != 't')
		return false;
	clock = strspn(++rest, "0123456789:.");
	zone = rest + clock;
	snprintf(full, sizeof(full), "%sT%.*s%s%s", date, (int)clock, rest, clock == 5 ? ":00" : "",
		 *zone ? zone : "Z");
	return instant_parse(full, out);
}

bool moment_parse(const char *text, instant *out)
{
	size_t digits = strspn(text, "0123456789");

	if (digits > 0 && text[digits + strspn(text + digits, ".0123456789")] == '\0')
		return compact_day(text, out) || since_epoch(text, out);
	return calendar(text, out);
}
