/*
 * period.c - days, weeks (from Monday, as ISO 8601 has them), months and years
 */
#include <string.h>
#include <talloc.h>

#include "services/milestone/period.h"

enum period period_find(const char *name)
{
	static const char *const names[] = {"", "day", "week", "month", "year"};
	int p;

	for (p = PERIOD_DAY; p < PERIOD_COUNT; p++)
		if (strcmp(names[p], name) == 0)
			return (enum period)p;
	return PERIOD_COUNT;
}

int64_t period_index(enum period p, day d)
{
	int year, month, mday;

	day_to_civil(d, &year, &month, &mday);
	switch (p) {
	case PERIOD_DAY:
		return d;
	case PERIOD_WEEK:
		return (d - day_weekday(d) + 3) / 7; /* 1970-01-01 was a Thursday */
	case PERIOD_MONTH:
		return year * 12 + month - 1;
	case PERIOD_YEAR:
		return year;
	case PERIOD_NONE:
	case PERIOD_COUNT:
		break;
	}
	return 0;
}

/* A week belongs to the year that its Thursday is in. */
static const char *week_name(const void *parent, day d)
{
	day thursday = d - day_weekday(d) + 3;
	int year, month, mday;

	day_to_civil(thursday, &year, &month, &mday);
	return talloc_asprintf(parent, "%04d-W%02d", year,
			       (int)(thursday - day_from_civil(year, 1, 1)) / 7 + 1);
}

const char *period_name(const void *parent, enum period p, day d)
{
	int year, month, mday;

	day_to_civil(d, &year, &month, &mday);
	switch (p) {
	case PERIOD_DAY:
		return talloc_asprintf(parent, "%04d-%02d-%02d", year, month, mday);
	case PERIOD_WEEK:
		return week_name(parent, d);
	case PERIOD_MONTH:
		return talloc_asprintf(parent, "%04d-%02d", year, month);
	case PERIOD_YEAR:
		return talloc_asprintf(parent, "%04d", year);
	case PERIOD_NONE:
	case PERIOD_COUNT:
		break;
	}
	return "";
}

day period_end(enum period p, day d)
{
	int year, month, mday;

	day_to_civil(d, &year, &month, &mday);
	switch (p) {
	case PERIOD_DAY:
		return d + 1;
	case PERIOD_WEEK:
		return d - day_weekday(d) + 7;
	case PERIOD_MONTH:
		return day_add_months(day_month_start(d), 1);
	case PERIOD_YEAR:
		return day_from_civil(year + 1, 1, 1);
	case PERIOD_NONE:
	case PERIOD_COUNT:
		break;
	}
	return d;
}
