/*
 * logic_extensions.c - operators that JsonLogic does not have: days
 *
 * days_between [from, to]         whole days of 24 hours between two instants, negative if `to` is earlier
 * day_of [at, zone]               the calendar day, as "2026-11-24"
 * same_day [a, b, zone]           whether both are on one calendar day
 * days_until [from, to, zone]     calendar days from the one's day to the other's, negative if past
 * anniversary [of, from, zone]    the first yearly return of a day that is not before `from`
 *
 * An instant is an RFC 3339 text, and has its day in the zone (an IANA name; without one, or null, UTC).
 * Where a day is meant, a text like "2026-11-24" is that day itself. What cannot be read is null. There is
 * no operator for the present: a rule gives the same value for the same data, so the data carries it.
 */
#include <string.h>

#include "common/logic_run.h"
#include "common/tz.h"

static OPERATOR(days_between)
{
	instant from, to;
	int64_t days;

	(void)e;
	(void)data;
	(void)count;
	if (args[0].kind != VALUE_TEXT || args[1].kind != VALUE_TEXT || !instant_parse(args[0].text, &from) ||
	    !instant_parse(args[1].text, &to))
		return value_null;
	days = (to - from) / (DAY_SECONDS * SECOND);
	return value_number((double)days);
}

/* The zone that stands at a place of the arguments; NULL: there is none of that name. */
static const struct tz *zone_at(const struct value *args, size_t count, size_t place)
{
	if (place >= count || args[place].kind == VALUE_NULL || args[place].kind == VALUE_UNDEFINED)
		return tz_utc();
	return args[place].kind == VALUE_TEXT ? tz_find(args[place].text) : NULL;
}

static bool day_read(struct value v, const struct tz *zone, day *out)
{
	instant at;

	if (zone == NULL || v.kind != VALUE_TEXT)
		return false;
	if (day_parse(v.text, out))
		return true;
	if (!instant_parse(v.text, &at))
		return false;
	*out = tz_day(zone, at);
	return true;
}

/* The days of the first two arguments, in the zone of the third. */
static bool two_days(const struct value *args, size_t count, day *a, day *b)
{
	const struct tz *zone = zone_at(args, count, 2);

	return day_read(args[0], zone, a) && day_read(args[1], zone, b);
}

static struct value day_value(struct evaluation *e, day d)
{
	char text[DAY_TEXT];

	day_format(d, text);
	return value_text(e, text, strlen(text));
}

static OPERATOR(day_of)
{
	day d;

	(void)data;
	return day_read(args[0], zone_at(args, count, 1), &d) ? day_value(e, d) : value_null;
}

static OPERATOR(same_day)
{
	day a, b;

	(void)e;
	(void)data;
	return two_days(args, count, &a, &b) ? value_boolean(a == b) : value_null;
}

static OPERATOR(days_until)
{
	day from, to;

	(void)e;
	(void)data;
	return two_days(args, count, &from, &to) ? value_number((double)to - (double)from) : value_null;
}

static OPERATOR(anniversary)
{
	day of, from;

	(void)data;
	return two_days(args, count, &of, &from) ? day_value(e, day_anniversary(of, from)) : value_null;
}

static const struct logic_operator extensions[] = {
	{"days_between", 2, 2, days_between, NULL, READS_NOTHING},
	{"day_of", 1, 2, day_of, NULL, READS_NOTHING},
	{"same_day", 2, 3, same_day, NULL, READS_NOTHING},
	{"days_until", 2, 3, days_until, NULL, READS_NOTHING},
	{"anniversary", 2, 3, anniversary, NULL, READS_NOTHING},
};

const struct logic_operator *extension_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		if (strcmp(extensions[i].name, name) == 0)
			return &extensions[i];
	return NULL;
}
