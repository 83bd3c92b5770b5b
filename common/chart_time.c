/*
 * chart_time.c - the time axis of a chart: ISO days or months to positions, and its ticks
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/chart_time.h"

/* Days up to a fortnight, then months. */
static const int day_strides[] = {1, 2, 7, 14};
static const int month_strides[] = {1,   2,   3,    6,    12,   24,    60,    120,
				    240, 600, 1200, 2400, 6000, 12000, 24000, 60000};

static int32_t month_of(day d)
{
	int year, month, mday;

	day_to_civil(d, &year, &month, &mday);
	return year * 12 + month - 1;
}

static bool label_parse(const char *label, bool months, int32_t *at)
{
	char text[DAY_TEXT];
	day d;

	if (!label || strlen(label) != (months ? 7 : 10))
		return false;
	snprintf(text, sizeof(text), "%s%s", label, months ? "-01" : "");
	if (!day_parse(text, &d))
		return false;
	*at = months ? month_of(d) : d;
	return true;
}

/* Keeps first, last and step up to date with one more position. */
static void axis_extend(struct time_axis *a, size_t i)
{
	int32_t at = a->at[i], distance;

	if (i == 0) {
		a->first = a->last = at;
		return;
	}
	a->first = at < a->first ? at : a->first;
	a->last = at > a->last ? at : a->last;
	distance = abs(at - a->at[i - 1]);
	if (distance > 0 && (a->step == 0 || distance < a->step))
		a->step = distance;
}

struct time_axis *time_axis_new(const void *parent, const struct chart *c)
{
	struct time_axis *a;
	size_t i;

	if (!c->dates || c->points == 0 || !c->labels[0])
		return NULL;
	a = talloc_zero(parent, struct time_axis);
	a->at = talloc_array(a, int32_t, c->points);
	a->months = strlen(c->labels[0]) == 7;
	for (i = 0; i < c->points; i++) {
		if (!label_parse(c->labels[i], a->months, &a->at[i])) {
			talloc_free(a);
			return NULL;
		}
		axis_extend(a, i);
	}
	if (a->step == 0)
		a->step = 1;
	return a;
}

/* The first tick of a day stride: the data's own beat if it is weekly, else Mondays. */
static int32_t days_start(const struct time_axis *a, int stride)
{
	if (stride < 7 || a->step % 7 == 0)
		return a->first;
	return a->first + (7 - day_weekday(a->first)) % 7;
}

static size_t ticks_by_days(const struct time_axis *a, int stride, struct time_tick *ticks)
{
	int32_t at = days_start(a, stride);
	size_t count = 0;

	for (; at <= a->last && count < TIME_TICKS_MAX; at += stride) {
		ticks[count].at = at;
		day_format(at, ticks[count++].text);
	}
	return count;
}

/* Month starts that are multiples of the stride; whole years show the year alone. */
static size_t ticks_by_months(const struct time_axis *a, int stride, struct time_tick *ticks)
{
	int32_t month = a->months ? a->first : month_of(a->first), at;
	size_t count = 0;

	for (month -= month % stride; count < TIME_TICKS_MAX; month += stride) {
		at = a->months ? month : day_from_civil(month / 12, month % 12 + 1, 1);
		if (at > a->last)
			break;
		if (at < a->first)
			continue;
		ticks[count].at = at;
		snprintf(ticks[count].text, DAY_TEXT, stride >= 12 ? "%04u" : "%04u-%02u",
			 (unsigned)month / 12 % 10000, (unsigned)month % 12 + 1);
		count++;
	}
	return count;
}

size_t time_ticks(const struct time_axis *a, int most, struct time_tick ticks[TIME_TICKS_MAX])
{
	int span = a->last - a->first, months = a->months ? span : span / 30, room;
	size_t i, count = 0;

	most = most < 1 ? 1 : most > 40 ? 40 : most;
	for (i = 0; !a->months && i < sizeof(day_strides) / sizeof(day_strides[0]); i++)
		if (span / day_strides[i] < most && day_strides[i] >= a->step)
			return ticks_by_days(a, day_strides[i], ticks);
	for (i = 0; count == 0 && i < sizeof(month_strides) / sizeof(month_strides[0]); i++) {
		room = month_strides[i] >= 12 ? most * 2 : most * 10 / 7;
		if (months / month_strides[i] < room)
			count = ticks_by_months(a, month_strides[i], ticks);
	}
	if (count == 0) { /* so narrow that no round date falls inside: the first one alone */
		ticks[0].at = a->first;
		if (a->months)
			snprintf(ticks[0].text, DAY_TEXT, "%04u-%02u", (unsigned)a->first / 12 % 10000,
				 (unsigned)a->first % 12 + 1);
		else
			day_format(a->first, ticks[0].text);
		count = 1;
	}
	return count;
}
