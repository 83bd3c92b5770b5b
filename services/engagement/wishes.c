/*
 * wishes.c - what the member wants to hear of, and when
 *
 * ae-notification decides for every message and channel; here only that is left out which it would surely
 * drop, so that it takes nobody's place.
 */
#include <stdlib.h>
#include <string.h>

#include "services/engagement/look.h"

/* Whether anything is left of a category's channels; what was not said is wanted. */
static bool wanted(const struct json *categories, const char *category)
{
	const struct json *chosen = json_get(categories, category), *v;
	bool any = chosen == NULL || chosen->count < 3;

	for (v = chosen ? chosen->first : NULL; v; v = v->next)
		any = any || v->kind != JSON_BOOLEAN || v->boolean;
	return any;
}

const char *wishes_against(const struct wishes *w, const char *category, bool promotional)
{
	if (w->opted_out)
		return "opted_out";
	if (promotional && !w->marketing)
		return "no_consent";
	return wanted(w->categories, category) ? NULL : "not_wanted";
}

/* HH:MM, as preferences are checked to be. */
static int minute_of(const char *text)
{
	return strlen(text) == 5 ? (int)(strtol(text, NULL, 10) * 60 + strtol(text + 3, NULL, 10)) : 0;
}

static int clock_minute(const struct tz *zone, instant t)
{
	int64_t local = t / SECOND + tz_offset(zone, t);

	return (int)((local % DAY_SECONDS + DAY_SECONDS) % DAY_SECONDS / 60);
}

instant wishes_quiet_until(const struct wishes *w, const struct tz *zone, instant now)
{
	int from = minute_of(json_get_text(w->quiet, "from", "")),
	    to = minute_of(json_get_text(w->quiet, "to", ""));
	const struct tz *own = tz_find(json_get_text(w->quiet, "time_zone", ""));
	int minute;
	day d;

	zone = own ? own : zone;
	minute = clock_minute(zone, now);
	if (from == to || (from < to ? minute < from || minute >= to : minute < from && minute >= to))
		return now;
	d = tz_day(zone, now) + (minute >= to ? 1 : 0);
	return tz_from_local(zone, (int64_t)d * DAY_SECONDS + to * 60);
}
