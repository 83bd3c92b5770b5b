/*
 * period.c - calendar periods up to today, and their counterparts
 */
#include "services/analytics/period.h"

const char *const period_names[] = {"month", "quarter", "year", "custom"};
const char *const compare_names[] = {"previous", "last_year", "none"};
const char *const grain_names[] = {"day", "week", "month"};

static day quarter_start(day d)
{
	int year, month, mday;

	day_to_civil(d, &year, &month, &mday);
	return day_from_civil(year, (month - 1) / 3 * 3 + 1, 1);
}

static day year_start(day d)
{
	int year, month, mday;

	day_to_civil(d, &year, &month, &mday);
	return day_from_civil(year, 1, 1);
}

/* How many months back the counterpart lies; 0 = by length. */
static int months_back(const struct period *p)
{
	static const int months[] = {1, 3, 12, 0};

	return p->compare == COMPARE_LAST_YEAR ? 12 : months[p->kind];
}

static void set_before(struct period *p)
{
	int back = months_back(p);

	if (p->compare == COMPARE_NONE) {
		p->before_from = 0;
		p->before_to = -1;
	} else if (back == 0) {
		p->before_to = p->from - 1;
		p->before_from = p->before_to - (p->to - p->from);
	} else {
		p->before_from = day_add_months(p->from, -back);
		p->before_to = day_add_months(p->to, -back);
	}
}

static bool custom_days(struct period *p, bool has_from, day from, bool has_to, day to, struct fault *fault)
{
	if (!has_from || !has_to) {
		*fault = (struct fault){has_from ? "?to" : "?from", "is required when period is custom"};
		return false;
	}
	if (to < from) {
		*fault = (struct fault){"?to", "lies before from"};
		return false;
	}
	if (to - from >= PERIOD_DAYS_MAX) {
		*fault = (struct fault){"?to", "is more than ten years after from"};
		return false;
	}
	p->from = from;
	p->to = to;
	return true;
}

bool period_resolve(struct period *p, enum period_kind kind, enum compare_kind compare, bool has_from,
		    day from, bool has_to, day to, day today, struct fault *fault)
{
	static const enum grain grains[] = {GRAIN_DAY, GRAIN_WEEK, GRAIN_MONTH};
	int days;

	*p = (struct period){.kind = kind, .compare = compare, .to = today};
	switch (kind) {
	case PERIOD_MONTH:
		p->from = day_month_start(today);
		break;
	case PERIOD_QUARTER:
		p->from = quarter_start(today);
		break;
	case PERIOD_YEAR:
		p->from = year_start(today);
		break;
	case PERIOD_CUSTOM:
		if (!custom_days(p, has_from, from, has_to, to, fault))
			return false;
		break;
	}
	if (kind != PERIOD_CUSTOM && (has_from || has_to)) {
		*fault = (struct fault){has_from ? "?from" : "?to", "goes only with period=custom"};
		return false;
	}
	days = p->to - p->from + 1;
	p->grain = kind != PERIOD_CUSTOM ? grains[kind]
		   : days <= 62          ? GRAIN_DAY
		   : days <= 200         ? GRAIN_WEEK
					 : GRAIN_MONTH;
	set_before(p);
	return true;
}

static int month_number(day d)
{
	int year, month, mday;

	day_to_civil(d, &year, &month, &mday);
	return year * 12 + month - 1;
}

static day monday(day d)
{
	return d - day_weekday(d);
}

size_t period_bucket(const struct period *p, day d)
{
	switch (p->grain) {
	case GRAIN_DAY:
		return (size_t)(d - p->from);
	case GRAIN_WEEK:
		return (size_t)(monday(d) - monday(p->from)) / 7;
	case GRAIN_MONTH:
		return (size_t)(month_number(d) - month_number(p->from));
	}
	return 0;
}

size_t period_bucket_count(const struct period *p)
{
	return period_bucket(p, p->to) + 1;
}

day period_bucket_start(const struct period *p, size_t bucket)
{
	day start = p->from;

	if (bucket == 0)
		return start;
	switch (p->grain) {
	case GRAIN_DAY:
		return p->from + (day)bucket;
	case GRAIN_WEEK:
		return monday(p->from) + 7 * (day)bucket;
	case GRAIN_MONTH:
		return day_add_months(day_month_start(p->from), (int)bucket);
	}
	return start;
}
