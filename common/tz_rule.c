/*
 * tz_rule.c - the POSIX TZ rule that ends a TZif file, for the years the file does not list
 */
#include "common/tz_rule.h"

#include <ctype.h>
#include <string.h>

/* A decimal number of one to three digits up to max. */
static bool number_read(const char **at, int max, int *out)
{
	int value = 0, digits;

	for (digits = 0; digits < 3 && **at >= '0' && **at <= '9'; digits++, (*at)++)
		value = value * 10 + (**at - '0');
	*out = value;
	return digits > 0 && value <= max;
}

static bool char_skip(const char **at, char want)
{
	if (**at != want)
		return false;
	(*at)++;
	return true;
}

/* "EST" or "<+0530>"; nobody asks for the name, it only has to be well formed. */
static bool name_skip(const char **at)
{
	const char *begin;
	bool quoted = char_skip(at, '<');

	for (begin = *at; isalpha((unsigned char)**at) ||
			  (quoted && **at != '\0' && strchr("+-0123456789", **at) != NULL);)
		(*at)++;
	return *at - begin >= 3 && (!quoted || char_skip(at, '>'));
}

/* "[+-]hh[:mm[:ss]]" in seconds. */
static bool time_read(const char **at, int hours_max, int32_t *out)
{
	int hours, minutes = 0, seconds = 0;
	bool negative = char_skip(at, '-');

	if (!negative)
		char_skip(at, '+');
	if (!number_read(at, hours_max, &hours))
		return false;
	if (char_skip(at, ':') && !number_read(at, 59, &minutes))
		return false;
	/* Only behind minutes can a second colon stand: a colon without minutes has failed above. */
	if (char_skip(at, ':') && !number_read(at, 59, &seconds))
		return false;
	*out = (hours * 3600 + minutes * 60 + seconds) * (negative ? -1 : 1);
	return true;
}

/* An offset counts west of Greenwich in the rule and east everywhere else. */
static bool offset_read(const char **at, int32_t *out)
{
	if (!time_read(at, 24, out))
		return false;
	*out = -*out;
	return true;
}

static bool month_weekday_read(const char **at, struct tz_date *d)
{
	d->kind = TZ_MONTH_WEEKDAY;
	return number_read(at, 12, &d->month) && d->month >= 1 && char_skip(at, '.') &&
	       number_read(at, 5, &d->week) && d->week >= 1 && char_skip(at, '.') &&
	       number_read(at, 6, &d->day);
}

/* ",M3.5.0/1", ",J60" or ",59/-2:30" */
static bool date_read(const char **at, struct tz_date *d)
{
	bool good;

	if (!char_skip(at, ','))
		return false;
	if (char_skip(at, 'M')) {
		good = month_weekday_read(at, d);
	} else if (char_skip(at, 'J')) {
		d->kind = TZ_DAY_WITHOUT_LEAP;
		good = number_read(at, 365, &d->day) && d->day >= 1;
	} else {
		d->kind = TZ_DAY_WITH_LEAP;
		good = number_read(at, 365, &d->day);
	}
	d->time = 2 * 3600;
	return good && (!char_skip(at, '/') || time_read(at, 167, &d->time));
}

/* POSIX leaves the dates to the system when they are missing; in a file they have no business to be. */
bool tz_rule_parse(const char *text, struct tz_rule *out)
{
	const char *at = text;

	*out = (struct tz_rule){.changes = false};
	if (!name_skip(&at) || !offset_read(&at, &out->standard))
		return false;
	if (*at == '\0')
		return true;
	out->changes = true;
	if (!name_skip(&at))
		return false;
	out->summer = out->standard + 3600;
	if (*at != ',' && !offset_read(&at, &out->summer))
		return false;
	return date_read(&at, &out->begin) && date_read(&at, &out->end) && *at == '\0';
}

/* The w-th weekday of the month; the 5th means the last. The rule's 0 is Sunday. */
static day month_weekday(int year, const struct tz_date *d)
{
	day first = day_from_civil(year, d->month, 1), next = day_from_civil(year, d->month + 1, 1);
	day found = first + (d->day + 6 - day_weekday(first)) % 7 + (d->week - 1) * 7;

	return found < next ? found : found - 7;
}

/* When the change comes in that year, in seconds of the local time before it. */
static int64_t date_seconds(int year, const struct tz_date *d)
{
	day on = day_from_civil(year, 1, 1);

	switch (d->kind) {
	case TZ_MONTH_WEEKDAY:
		on = month_weekday(year, d);
		break;
	case TZ_DAY_WITHOUT_LEAP:
		on = day_from_civil(year, 3, 1) + d->day - 60;
		if (d->day < 60)
			on = day_from_civil(year, 1, d->day);
		break;
	case TZ_DAY_WITH_LEAP:
		on += d->day;
		break;
	}
	return on * DAY_SECONDS + d->time;
}

/* Narrows the span around t by a change. Of two at the same second the one looked at later counts. */
static void span_narrow(struct tz_span *span, int64_t t, int64_t change, int32_t offset)
{
	if (change > t) {
		if (change < span->until)
			span->until = change;
	} else if (change >= span->from) {
		span->from = change;
		span->offset = offset;
	}
}

/*
 * The offset the rule gives at t, and from when until when. Times of 167 hours carry a change a week
 * into the neighbouring year, so two years on each side are looked at to have one before and one after.
 */
struct tz_span tz_rule_span(const struct tz_rule *rule, int64_t t)
{
	struct tz_span span = {.from = INT64_MIN, .until = INT64_MAX, .offset = rule->standard};
	int year, month, mday, y;

	if (!rule->changes)
		return span;
	day_to_civil((day)(t / DAY_SECONDS), &year, &month, &mday);
	for (y = year - 2; y <= year + 2; y++) {
		int64_t begin = date_seconds(y, &rule->begin) - rule->standard;
		int64_t end = date_seconds(y, &rule->end) - rule->summer;

		/* In order of time: where all year is summer, an end falls on the next begin and must not
		 * win. */
		if (begin < end)
			span_narrow(&span, t, begin, rule->summer);
		span_narrow(&span, t, end, rule->standard);
		if (begin >= end)
			span_narrow(&span, t, begin, rule->summer);
	}
	return span;
}
