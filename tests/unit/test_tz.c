/*
 * test_tz.c - zones against localtime_r, days against tables, names and files nobody should trust
 */
#include "tests/unit/unit.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <talloc.h>
#include <time.h>
#include <unistd.h>

#include "common/tz.h"
#include "common/tzif.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define ZONEINFO     "/usr/share/zoneinfo"

/* From 1970 to 2100, which is long after the last change that any file lists. */
static const int64_t first_second = 0, last_second = INT64_C(4102444800);

static const char *const some_zones[] = {
	"UTC",
	"Europe/London",
	"Europe/Dublin",
	"Europe/Berlin",
	"Europe/Moscow",
	"Europe/Istanbul",
	"Europe/Chisinau",
	"Europe/Volgograd",
	"Atlantic/Azores",
	"Africa/Cairo",
	"Africa/Casablanca",
	"Africa/El_Aaiun",
	"Africa/Windhoek",
	"Africa/Juba",
	"Asia/Beirut",
	"Asia/Gaza",
	"Asia/Jerusalem",
	"Asia/Tehran",
	"Asia/Kabul",
	"Asia/Kolkata",
	"Asia/Kathmandu",
	"Asia/Yangon",
	"Asia/Pyongyang",
	"Asia/Tokyo",
	"Asia/Manila",
	"Australia/Adelaide",
	"Australia/Eucla",
	"Australia/Lord_Howe",
	"Australia/Sydney",
	"Antarctica/Troll",
	"Antarctica/Casey",
	"America/New_York",
	"America/Los_Angeles",
	"America/St_Johns",
	"America/Sao_Paulo",
	"America/Santiago",
	"America/Havana",
	"America/Caracas",
	"America/Nuuk",
	"America/Asuncion",
	"America/Mexico_City",
	"Pacific/Apia",
	"Pacific/Chatham",
	"Pacific/Kiritimati",
	"Pacific/Marquesas",
	"Pacific/Norfolk",
	"Pacific/Kwajalein",
	"Etc/GMT+12",
	"EST5EDT",
};

/* What the C library says; zone_use has chosen the zone. */
static int32_t library_offset(int64_t seconds)
{
	struct tm local;
	time_t t = (time_t)seconds;

	localtime_r(&t, &local);
	return (int32_t)local.tm_gmtoff;
}

static const struct tz *zone_use(const char *name)
{
	const struct tz *zone = tz_find(name);

	ck_assert_msg(zone != NULL, "%s: not found", name);
	ck_assert_str_eq(tz_name(zone), name);
	setenv("TZ", name, 1);
	tzset();
	return zone;
}

static void offset_check(const struct tz *zone, int64_t seconds)
{
	int32_t got = tz_offset(zone, seconds * SECOND), want = library_offset(seconds);
	char text[INSTANT_TEXT];

	if (got != want)
		ck_abort_msg("%s at %s: got %d, want %d", tz_name(zone),
			     instant_format(seconds * SECOND, text), got, want);
}

/* Between two instants of different offset: exactly the second of the change. */
static void change_check(const struct tz *zone, int64_t before, int64_t after)
{
	int32_t offset = library_offset(before);

	while (after - before > 1) {
		int64_t middle = before + (after - before) / 2;

		if (library_offset(middle) == offset)
			before = middle;
		else
			after = middle;
	}
	offset_check(zone, before);
	offset_check(zone, after);
	ck_assert_int_eq(tz_offset(zone, after * SECOND - 1), tz_offset(zone, before * SECOND));
}

/* Some zones, every 20 hours and at every change. */
START_TEST(test_offsets)
{
	enum {
		STEP = 20 * 3600
	};
	size_t i;

	for (i = 0; i < COUNT(some_zones); i++) {
		const struct tz *zone = zone_use(some_zones[i]);
		int64_t t;

		for (t = first_second; t < last_second; t += STEP) {
			offset_check(zone, t);
			if (library_offset(t) != library_offset(t + STEP))
				change_check(zone, t, t + STEP);
		}
	}
}
END_TEST

/* A local time and a day found from an instant lead back to it. */
static void trip_check(const struct tz *zone, int64_t seconds)
{
	instant t = seconds * SECOND, back, start;
	int64_t local = seconds + tz_offset(zone, t);
	day d = tz_day(zone, t);
	char text[INSTANT_TEXT];

	back = tz_from_local(zone, local);
	start = tz_day_start(zone, d);
	/* In an overlap the earlier instant comes back; it shows the same on the wall. */
	if (back > t || back / SECOND + tz_offset(zone, back) != local || d != local / DAY_SECONDS ||
	    tz_hour(zone, t) != local % DAY_SECONDS / 3600 || start > t || tz_day(zone, start) != d ||
	    tz_day(zone, start - 1) >= d || tz_day_start(zone, d + 1) <= start)
		ck_abort_msg("%s at %s", tz_name(zone), instant_format(t, text));
}

static void zone_check(const char *name)
{
	const struct tz *zone = zone_use(name);
	int64_t t;

	for (t = first_second + DAY_SECONDS; t < last_second; t += 61 * DAY_SECONDS + 5431) {
		offset_check(zone, t);
		trip_check(zone, t);
	}
}

/* Every zone and alias that tzdata has. */
START_TEST(test_every_zone)
{
	FILE *list = fopen(ZONEINFO "/tzdata.zi", "r");
	char line[512], name[128];
	size_t count = 0;

	ck_assert_ptr_nonnull(list);
	while (fgets(line, sizeof(line), list) != NULL)
		if (sscanf(line, "Z %127s", name) == 1 || sscanf(line, "L %*s %127s", name) == 1) {
			zone_check(name);
			count++;
		}
	fclose(list);
	ck_assert_uint_gt(count, 500);
}
END_TEST

/* Around every change of some zones, where days and local times are hardest, in steps of minutes. */
START_TEST(test_trips_at_changes)
{
	size_t i;

	for (i = 0; i < COUNT(some_zones); i++) {
		const struct tz *zone = tz_find(some_zones[i]);
		int64_t t, near;

		for (t = DAY_SECONDS * 2; t < last_second; t += 5 * DAY_SECONDS)
			if (tz_offset(zone, t * SECOND) != tz_offset(zone, (t + 5 * DAY_SECONDS) * SECOND))
				for (near = t - DAY_SECONDS; near < t + 6 * DAY_SECONDS; near += 890)
					trip_check(zone, near);
	}
}
END_TEST

START_TEST(test_day_start)
{
	static const struct {
		const char *zone, *day, *want, *why;
	} cases[] = {
		{"UTC", "2026-11-23", "2026-11-23T00:00:00Z", "UTC"},
		{"Europe/London", "2026-06-01", "2026-05-31T23:00:00Z", "summer"},
		{"Asia/Kathmandu", "2024-01-01", "2023-12-31T18:15:00Z", "45 minutes"},
		{"America/St_Johns", "2024-01-01", "2024-01-01T03:30:00Z", "30 minutes"},
		{"America/Sao_Paulo", "2018-11-04", "2018-11-04T03:00:00Z", "midnight is skipped"},
		{"America/Sao_Paulo", "2018-02-18", "2018-02-18T03:00:00Z",
		 "the hour before midnight comes twice"},
		{"Asia/Beirut", "2024-03-31", "2024-03-30T22:00:00Z", "midnight is skipped"},
		{"Africa/Cairo", "2024-04-26", "2024-04-25T22:00:00Z", "midnight is skipped"},
		{"Africa/Cairo", "2024-11-01", "2024-10-31T22:00:00Z", "24:00 becomes 23:00"},
		{"America/Havana", "2024-03-10", "2024-03-10T05:00:00Z", "midnight is skipped"},
		{"America/Havana", "2024-11-03", "2024-11-03T04:00:00Z", "midnight comes twice: the first"},
		{"America/Santiago", "2024-09-08", "2024-09-08T04:00:00Z", "midnight is skipped"},
		{"Asia/Tehran", "2021-03-22", "2021-03-21T20:30:00Z", "midnight is skipped"},
		{"America/St_Johns", "2006-10-29", "2006-10-29T02:30:00Z",
		 "00:01 goes back into the day before"},
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z", "there was no such day"},
		{"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z", "so the next began in its place"},
		{"Africa/Cairo", "2095-04-29", "2095-04-28T22:00:00Z", "midnight is skipped, by the rule"},
	};
	char text[INSTANT_TEXT];
	size_t i;
	day d;

	for (i = 0; i < COUNT(cases); i++) {
		ck_assert(day_parse(cases[i].day, &d));
		instant_format(tz_day_start(tz_find(cases[i].zone), d), text);
		ck_assert_msg(strcmp(text, cases[i].want) == 0, "%s %s: got %s, want %s: %s", cases[i].zone,
			      cases[i].day, text, cases[i].want, cases[i].why);
	}
}
END_TEST

START_TEST(test_from_local)
{
	static const struct {
		const char *zone, *local, *want, *why;
	} cases[] = {
		{"UTC", "2026-11-23T10:00:00Z", "2026-11-23T10:00:00Z", "UTC"},
		{"Europe/London", "2026-03-29T00:59:59Z", "2026-03-29T00:59:59Z", "before the gap"},
		{"Europe/London", "2026-03-29T01:00:00Z", "2026-03-29T01:00:00Z", "the gap's first second"},
		{"Europe/London", "2026-03-29T01:30:00Z", "2026-03-29T01:30:00Z", "in the gap: the later"},
		{"Europe/London", "2026-03-29T02:00:00Z", "2026-03-29T01:00:00Z", "behind the gap"},
		{"Europe/London", "2026-10-25T00:59:59Z", "2026-10-24T23:59:59Z", "before the overlap"},
		{"Europe/London", "2026-10-25T01:30:00Z", "2026-10-25T00:30:00Z",
		 "in the overlap: the earlier"},
		{"Europe/London", "2026-10-25T02:00:00Z", "2026-10-25T02:00:00Z", "behind the overlap"},
		{"Europe/Dublin", "2026-03-29T01:30:00Z", "2026-03-29T01:30:00Z",
		 "a gap out of negative DST"},
		{"Europe/Dublin", "2090-10-29T01:30:00Z", "2090-10-29T00:30:00Z", "an overlap by the rule"},
		{"Australia/Lord_Howe", "2024-10-06T02:15:00Z", "2024-10-05T15:45:00Z",
		 "a gap of 30 minutes"},
		{"Australia/Lord_Howe", "2024-04-07T01:45:00Z", "2024-04-06T14:45:00Z",
		 "an overlap of 30 minutes"},
		{"Pacific/Apia", "2011-12-30T12:00:00Z", "2011-12-30T22:00:00Z", "a gap of a day"},
	};
	char text[INSTANT_TEXT];
	size_t i;
	instant local;

	for (i = 0; i < COUNT(cases); i++) {
		ck_assert(instant_parse(cases[i].local, &local));
		instant_format(tz_from_local(tz_find(cases[i].zone), local / SECOND), text);
		ck_assert_msg(strcmp(text, cases[i].want) == 0, "%s %s: got %s, want %s: %s", cases[i].zone,
			      cases[i].local, text, cases[i].want, cases[i].why);
	}
}
END_TEST

START_TEST(test_names)
{
	static const struct {
		const char *in;
		bool want;
		const char *why;
	} cases[] = {
		{"Europe/London", true, "a zone"},
		{"America/Argentina/ComodRivadavia", true, "the longest name"},
		{"Etc/GMT-14", true, "a minus"},
		{"Etc/GMT+0", true, "a plus"},
		{"GB", true, "an alias"},
		{"UTC", true, "the one that needs no file"},
		{"", false, "nothing"},
		{NULL, false, "not even that"},
		{"Europe", false, "a folder"},
		{"Europe/", false, "a slash at the end"},
		{"/Europe/London", false, "a slash at the start"},
		{"Europe//London", false, "another spelling of a path"},
		{"../zoneinfo/Europe/London", false, "up"},
		{"Europe/../Europe/London", false, "up in between"},
		{"./Europe/London", false, "a dot"},
		{"Europe/London ", false, "a space"},
		{"Europe\\London", false, "a backslash"},
		{"Europe/London\n", false, "a line feed"},
		{"zone1970.tab", false, "a file that is none"},
		{"leapseconds", false, "a file that is none, well named"},
		{"right/Europe/London", false, "leap seconds"},
		{"Europe/Londinium", false, "unknown"},
		{"Europe/London/City", false, "a file is no folder"},
		{"Xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", false, "too long"},
	};
	size_t i, round;

	for (round = 0; round < 2; round++)
		for (i = 0; i < COUNT(cases); i++)
			ck_assert_msg((tz_find(cases[i].in) != NULL) == cases[i].want, "%s: %s",
				      cases[i].in != NULL ? cases[i].in : "NULL", cases[i].why);
	ck_assert_ptr_eq(tz_find("Europe/London"), tz_find("Europe/London"));
	ck_assert_ptr_eq(tz_find("UTC"), tz_utc());
	ck_assert_int_eq(tz_offset(tz_utc(), INT64_MAX), 0);
}
END_TEST

static char folder[64], path[128];

static void file_write(const char *name, const void *bytes, size_t length)
{
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(bytes, 1, length, f), length);
	fclose(f);
}

static void folder_use(void)
{
	snprintf(folder, sizeof(folder), "/tmp/test_tz.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	setenv("TZDIR", folder, 1);
}

static void folder_remove(void)
{
	unlink(path);
	rmdir(folder);
	unsetenv("TZDIR");
}

/* The whole file of a real zone. */
static unsigned char *zone_read(const void *parent, const char *name, size_t *length)
{
	unsigned char *bytes = talloc_array(parent, unsigned char, 65536);
	FILE *f;

	snprintf(path, sizeof(path), ZONEINFO "/%s", name);
	f = fopen(path, "r");
	ck_assert_ptr_nonnull(f);
	*length = fread(bytes, 1, 65536, f);
	fclose(f);
	return bytes;
}

/* Ten thousand names nobody knows cost no memory, and an unknown name is not looked for again. */
START_TEST(test_unknown_names)
{
	void *parent;
	unsigned char *bytes;
	size_t before, length, i;
	char name[32];

	talloc_enable_null_tracking();
	ck_assert_ptr_nonnull(tz_find("Asia/Tokyo"));
	before = talloc_total_blocks(NULL);
	for (i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "Unknown/%zu", i);
		ck_assert_ptr_null(tz_find(name));
	}
	ck_assert_uint_eq(talloc_total_blocks(NULL), before);
	ck_assert_ptr_nonnull(tz_find("Europe/Paris"));

	parent = talloc_new(NULL);
	bytes = zone_read(parent, "Asia/Tokyo", &length);
	folder_use();
	ck_assert_ptr_null(tz_find("Late"));
	file_write("Late", bytes, length);
	ck_assert_ptr_null(tz_find("Late"));
	folder_remove();
	talloc_free(parent);
}
END_TEST

/* TZDIR is where files come from; files of a wrong size or kind are no zones. */
START_TEST(test_files)
{
	void *parent = talloc_new(NULL);
	size_t length;
	unsigned char *bytes = zone_read(parent, "Asia/Tokyo", &length);
	unsigned char *large = talloc_zero_array(parent, unsigned char, 70000);

	folder_use();
	file_write("Good", bytes, length);
	ck_assert_int_eq(tz_offset(tz_find("Good"), 0), 9 * 3600);
	unlink(path);
	file_write("Empty", bytes, 0);
	ck_assert_ptr_null(tz_find("Empty"));
	unlink(path);
	memcpy(large, bytes, length);
	file_write("Large", large, 70000);
	ck_assert_ptr_null(tz_find("Large"));
	unlink(path);
	snprintf(path, sizeof(path), "%s/Pipe", folder);
	ck_assert_int_eq(mkfifo(path, 0600), 0);
	ck_assert_ptr_null(tz_find("Pipe"));
	folder_remove();
	talloc_free(parent);
}
END_TEST

/* Bytes in an allocation of their own size, so that a sanitizer sees every step outside. */
static void hostile_check(const void *parent, const unsigned char *bytes, size_t length)
{
	unsigned char *copy = malloc(length + (length == 0));
	struct tzif *zone;

	memcpy(copy, bytes, length);
	zone = tzif_decode(parent, copy, length);
	free(copy);
	if (zone != NULL && zone->ruled) {
		struct tz_span span = tz_rule_span(&zone->rule, 1000000000);

		ck_assert(span.from <= 1000000000 && span.until > 1000000000);
		ck_assert(span.offset > -TZ_WIDEST && span.offset < TZ_WIDEST);
	}
	talloc_free(zone);
}

/* Every prefix is refused, every byte may have any of some values. */
START_TEST(test_hostile_files)
{
	static const char *const names[] = {"Europe/Dublin", "Asia/Gaza", "Etc/GMT+12", "Antarctica/Troll"};
	static const unsigned char values[] = {0x00, 0x01, 0x02, 0x7f, 0x80, 0xff, ',', '<', '9', 'M'};
	void *parent = talloc_new(NULL);
	size_t i, at, v, length;

	for (i = 0; i < COUNT(names); i++) {
		unsigned char *bytes = zone_read(parent, names[i], &length);

		hostile_check(parent, bytes, length);
		for (at = 0; at < length; at++) {
			unsigned char was = bytes[at];

			ck_assert_ptr_null(tzif_decode(parent, bytes, at));
			for (v = 0; v < sizeof(values); v++) {
				bytes[at] = values[v];
				hostile_check(parent, bytes, length);
			}
			bytes[at] = was;
		}
	}
	talloc_free(parent);
}
END_TEST

START_TEST(test_rules)
{
	static const struct {
		const char *in, *at;
		int32_t want; /* seconds east, -1: refused */
		const char *why;
	} cases[] = {
		{"UTC0", "2050-01-01T00:00:00Z", 0, "no summer time"},
		{"<+0545>-5:45", "2050-01-01T00:00:00Z", 20700, "a quoted name, minutes"},
		{"<-00>0", "2050-01-01T00:00:00Z", 0, "no local time is known"},
		{"LMT-0:01:15", "2050-01-01T00:00:00Z", 75, "seconds"},
		{"EST5EDT,M3.2.0,M11.1.0", "2050-03-13T06:59:59Z", -18000, "the last second of winter"},
		{"EST5EDT,M3.2.0,M11.1.0", "2050-03-13T07:00:00Z", -14400, "the first of summer"},
		{"EST5EDT,M3.2.0,M11.1.0", "2050-11-06T06:00:00Z", -18000, "and of winter"},
		{"AEST-10AEDT,M10.1.0,M4.1.0/3", "2050-01-01T00:00:00Z", 39600, "summer over the new year"},
		{"IST-1GMT0,M10.5.0,M3.5.0/1", "2050-01-01T00:00:00Z", 0, "winter time is the exception"},
		{"IST-1GMT0,M10.5.0,M3.5.0/1", "2050-07-01T00:00:00Z", 3600, "and summer the standard"},
		{"XXX3EDT4,0/0,J365/23", "2050-01-01T02:59:59Z", -14400,
		 "summer all year: before the year's turn"},
		{"XXX3EDT4,0/0,J365/23", "2050-01-01T03:00:00Z", -14400, "at the year's turn"},
		{"XXX3EDT4,0/0,J365/23", "2050-07-01T00:00:00Z", -14400, "in between"},
		{"AAA0BBB,J60/0,J61/0", "2048-02-29T12:00:00Z", 0, "J60 is March 1st in leap years"},
		{"AAA0BBB,J60/0,J61/0", "2048-03-01T12:00:00Z", 3600, "there it is"},
		{"AAA0BBB,J60/0,J61/0", "2050-03-01T12:00:00Z", 3600, "and in others"},
		{"AAA0BBB,J59/0,J60/0", "2048-02-28T12:00:00Z", 3600, "J59 is February 28th"},
		{"AAA0BBB,59/0,60/0", "2048-02-29T12:00:00Z", 3600, "59 is the leap day"},
		{"AAA0BBB,59/0,60/0", "2050-03-01T12:00:00Z", 3600, "or March 1st"},
		{"AAA0BBB,M1.1.1/-167,M6.1.1/0", "2052-12-26T00:59:59Z", 0, "a week early: not yet"},
		{"AAA0BBB,M1.1.1/-167,M6.1.1/0", "2052-12-30T01:00:00Z", 3600,
		 "a week early, in the year before"},
		{"AAA0BBB,M6.1.1/0,M12.5.0/167", "2051-01-06T21:59:59Z", 0, "the last Sunday was the 25th"},
		{"AAA0BBB,M6.1.1/0,M12.5.6/167", "2051-01-06T21:59:59Z", 3600,
		 "a week late, in the year after"},
		{"AAA0BBB,M6.1.1/0,M12.5.6/167", "2051-01-06T22:00:00Z", 0, "until here"},
		{"AAA0BBB,M6.1.1/1:30:15,M7.1.1", "2050-06-06T01:30:14Z", 0, "a time with seconds"},
		{"AAA0BBB,M6.1.1/1:30:15,M7.1.1", "2050-06-06T01:30:15Z", 3600, "a time with seconds"},
		{"", "", -1, "nothing"},
		{"E5", "", -1, "a short name"},
		{"EST", "", -1, "no offset"},
		{"EST25", "", -1, "too far west"},
		{"EST5:60", "", -1, "60 minutes"},
		{"EST5:", "", -1, "no minutes"},
		{"<EST5", "", -1, "an open bracket"},
		{"<>5", "", -1, "an empty name"},
		{"EST5EDT", "", -1, "summer time without dates"},
		{"EST5EDT,M3.2.0", "", -1, "one date"},
		{"EST5EDT,M3.2.0,M11.1.0,", "", -1, "something behind"},
		{"EST5EDT,M13.2.0,M11.1.0", "", -1, "month 13"},
		{"EST5EDT,M0.2.0,M11.1.0", "", -1, "month 0"},
		{"EST5EDT,M3.6.0,M11.1.0", "", -1, "week 6"},
		{"EST5EDT,M3.0.0,M11.1.0", "", -1, "week 0"},
		{"EST5EDT,M3.2.7,M11.1.0", "", -1, "weekday 7"},
		{"EST5EDT,J0,J366", "", -1, "J days count from 1 to 365"},
		{"EST5EDT,0,366", "", -1, "and the others from 0 to 365"},
		{"EST5EDT,M3.2.0/168,M11.1.0", "", -1, "more than 167 hours"},
		{"EST5EDT,M3.2.0/-168,M11.1.0", "", -1, "less"},
		{"EST5EDT,M3.2.0/,M11.1.0", "", -1, "no time"},
		{"EST99999999999999999999", "", -1, "no end of digits"},
	};
	struct tz_rule rule;
	instant t;
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		bool good = tz_rule_parse(cases[i].in, &rule);

		ck_assert_msg(good == (cases[i].want != -1), "%s: %s", cases[i].in, cases[i].why);
		if (!good)
			continue;
		ck_assert(instant_parse(cases[i].at, &t));
		ck_assert_msg(tz_rule_span(&rule, t / SECOND).offset == cases[i].want,
			      "%s at %s: got %d, want %d: %s", cases[i].in, cases[i].at,
			      tz_rule_span(&rule, t / SECOND).offset, cases[i].want, cases[i].why);
	}
}
END_TEST

/* The ends of the types, and days and times outside the calendar: some answer, no overflow. */
START_TEST(test_extremes)
{
	static const instant instants[] = {INT64_MIN, INT64_MAX, INSTANT_MIN, INSTANT_MAX};
	size_t i, z;

	for (z = 0; z < COUNT(some_zones); z++) {
		const struct tz *zone = tz_find(some_zones[z]);

		for (i = 0; i < COUNT(instants); i++) {
			ck_assert_int_lt(abs(tz_offset(zone, instants[i])), TZ_WIDEST);
			ck_assert_int_lt(tz_hour(zone, instants[i]), 24);
			tz_day(zone, instants[i]);
		}
		ck_assert(tz_day_start(zone, INT32_MIN) < tz_day_start(zone, INT32_MAX));
		ck_assert(tz_from_local(zone, INT64_MIN) < tz_from_local(zone, INT64_MAX));
	}
}
END_TEST

UNIT_MAIN("tz", test_offsets, test_every_zone, test_trips_at_changes, test_day_start, test_from_local,
	  test_names, test_unknown_names, test_files, test_hostile_files, test_rules, test_extremes)
