/*
 * test_quiet.c - quiet hours against a reference that looks at every minute, on the odd nights of odd zones
 */
#include <stdlib.h>
#include <talloc.h>

#include "services/notification/categories.h"
#include "services/notification/quiet.h"
#include "tests/unit/unit.h"

/* Half hours and quarters, both ends of the calendar, DST of an hour and of half an hour, a day left out. */
static const char *const zones[] = {"UTC",
				    "Europe/London",
				    "America/New_York",
				    "Asia/Kolkata",
				    "Asia/Kathmandu",
				    "Australia/Lord_Howe",
				    "Pacific/Kiritimati",
				    "Pacific/Apia",
				    "America/St_Johns",
				    "Africa/Casablanca",
				    "Pacific/Chatham",
				    "Etc/GMT+12"};

static bool quiet_at(const struct quiet_hours *q, const struct tz *zone, instant t)
{
	int64_t local = t / SECOND + tz_offset(zone, t), minute;

	if (q->from == q->to)
		return false;
	minute = ((local % 86400) + 86400) % 86400 / 60;
	return q->from < q->to ? minute >= q->from && minute < q->to : minute >= q->from || minute < q->to;
}

/* Minute by minute; zones change on full minutes in these years. */
static instant reference(const struct quiet_hours *q, const struct tz *zone, instant now)
{
	instant t = now;

	if (!quiet_at(q, zone, t))
		return t;
	for (t = now / (60 * SECOND) * 60 * SECOND; quiet_at(q, zone, t);)
		t += 60 * SECOND;
	return t;
}

static instant at(const char *text)
{
	instant t;

	ck_assert(instant_parse(text, &t));
	return t;
}

START_TEST(agrees_with_every_minute)
{
	instant start = at("2024-01-01T00:00:00Z"), now;
	struct quiet_hours q = {.time_zone = ""};
	const struct tz *zone;
	int i;

	srand48(11);
	for (i = 0; i < 20000; i++) {
		zone = tz_find(zones[(size_t)lrand48() % (sizeof(zones) / sizeof(*zones))]);
		ck_assert_ptr_nonnull(zone);
		q.from = (int)(lrand48() % MINUTES_PER_DAY);
		q.to = lrand48() % 3 ? (int)(lrand48() % MINUTES_PER_DAY) : 120 + (int)(lrand48() % 60);
		now = start + (instant)(lrand48() % (3 * 366 * 86400)) * SECOND;
		ck_assert_msg(quiet_until(&q, zone, now) == reference(&q, zone, now), "%d-%d at %lld", q.from,
			      q.to, (long long)now);
	}
}
END_TEST

/* Every quarter of an hour around the changes of clocks, for windows that end in them. */
START_TEST(nights_of_change)
{
	static const struct {
		const char *zone, *night;
	} nights[] = {{"Europe/London", "2025-03-30T00:00:00Z"},
		      {"Europe/London", "2025-10-26T00:00:00Z"},
		      {"America/New_York", "2025-03-09T06:00:00Z"},
		      {"America/New_York", "2025-11-02T05:00:00Z"},
		      {"Australia/Lord_Howe", "2025-04-05T14:00:00Z"},
		      {"Australia/Lord_Howe", "2025-10-04T15:00:00Z"}};
	struct quiet_hours q = {.time_zone = ""};
	size_t i, k;
	instant now;

	for (i = 0; i < sizeof(nights) / sizeof(*nights); i++)
		for (q.from = 0; q.from < MINUTES_PER_DAY; q.from += 75)
			for (q.to = 0; q.to <= 240; q.to += 15)
				for (k = 0; k < 40; k++) {
					const struct tz *zone = tz_find(nights[i].zone);

					now = at(nights[i].night) + ((instant)k - 20) * 15 * 60 * SECOND;
					ck_assert(quiet_until(&q, zone, now) == reference(&q, zone, now));
				}
}
END_TEST

START_TEST(over_midnight_and_none)
{
	const struct tz *london = tz_find("Europe/London");
	struct quiet_hours q = {22 * 60, 7 * 60, ""}, none = {600, 600, ""};

	ck_assert(quiet_until(&q, london, at("2026-01-10T23:30:00Z")) == at("2026-01-11T07:00:00Z"));
	ck_assert(quiet_until(&q, london, at("2026-07-10T21:00:00Z")) == at("2026-07-11T06:00:00Z"));
	ck_assert(quiet_until(&q, london, at("2026-01-10T07:00:00Z")) == at("2026-01-10T07:00:00Z"));
	ck_assert(quiet_until(&none, london, at("2026-01-10T10:00:00Z")) == at("2026-01-10T10:00:00Z"));
	ck_assert(quiet_until(&q, london, INSTANT_MAX - SECOND) == INSTANT_MAX);
}
END_TEST

START_TEST(days_and_weeks_are_the_members)
{
	const struct tz *apia = tz_find("Pacific/Apia"), *york = tz_find("America/New_York");
	instant t;

	/* Apia had no 30 December 2011. */
	ck_assert(member_next_day(apia, at("2011-12-30T05:00:00Z")) == at("2011-12-30T10:00:00Z"));
	ck_assert(member_next_day(york, at("2026-11-01T05:30:00Z")) == at("2026-11-02T05:00:00Z"));
	ck_assert(member_next_week(york, at("2026-11-01T05:30:00Z")) == at("2026-11-02T05:00:00Z"));
	ck_assert_int_eq(member_week(york, at("2026-11-02T04:59:00Z")),
			 member_day(york, at("2026-10-26T12:00:00Z")));
	t = member_next_time(york, at("2026-03-08T05:30:00Z"), 150, EVERY_DAY); /* 02:30 is leapt over */
	ck_assert(t == at("2026-03-08T07:30:00Z"));
	t = member_next_time(york, at("2026-11-02T14:00:00Z"), 9 * 60,
			     0); /* Monday 09:00 is now: the next one */
	ck_assert(t == at("2026-11-09T14:00:00Z"));
}
END_TEST

START_TEST(categories_are_codes)
{
	enum channel order[CHANNEL_COUNT];
	size_t i, n;

	for (i = 0; i < category_count; i++) {
		ck_assert(category_name_valid(categories[i].name));
		ck_assert_ptr_eq(category_find(categories[i].name), &categories[i]);
		n = category_channels(&categories[i], order);
		ck_assert_msg(n > 0 && order[0] == categories[i].first, "%s", categories[i].name);
	}
	ck_assert_ptr_null(category_find("nothing"));
	ck_assert(!category_name_valid("") && !category_name_valid("Upper") && !category_name_valid("a b"));
	ck_assert_int_eq(channel_find("push"), CHANNEL_PUSH);
	ck_assert_int_eq(channel_find("fax"), CHANNEL_COUNT);
	ck_assert_int_eq(priority_find("bulk"), PRIORITY_BULK);
	ck_assert_int_eq(priority_find("urgent"), PRIORITY_COUNT);
}
END_TEST

UNIT_MAIN("quiet", agrees_with_every_minute, nights_of_change, over_midnight_and_none,
	  days_and_weeks_are_the_members, categories_are_codes)
