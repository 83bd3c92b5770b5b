/*
 * test_facts_moved.c - what time does to facts, forth and back
 */
#include <string.h>
#include <talloc.h>

#include "common/facts_moved.h"
#include "tests/unit/unit.h"

static void *home; /* NULL: a test is a process of its own, and ends with it */

static const char facts_text[] =
	"{\"day\":\"2026-11-26\",\"tenure_days\":99,\"enrolled_days\":null,\"days_since_purchase\":3,"
	"\"tier_deadline_days\":35,\"streak_weeks_days_left\":0,\"birth_date\":\"2000-02-29\","
	"\"enrolled_at\":\"2026-08-18T23:30:00Z\",\"birthday_in_days\":94,\"points_balance\":50,"
	"\"tier\":\"gold\"}";

START_TEST(days_go_by)
{
	static const struct {
		const char *to, *name, *want, *why;
	} cases[] = {
		{"2026-11-26", "tenure_days", "99", "the same day"},
		{"2026-11-27", "tenure_days", "100", "the next"},
		{"2027-11-26", "days_since_purchase", "368", "a year"},
		{"2026-11-25", "tenure_days", "98", "the day before"},
		{"2026-11-27", "enrolled_days", "null", "what is not known stays so"},
		{"2026-12-31", "tier_deadline_days", "0", "the last day"},
		{"2027-01-01", "tier_deadline_days", "null", "it is over"},
		{"2026-11-27", "streak_weeks_days_left", "null", "over, too"},
		{"2027-02-28", "birthday_in_days", "0", "29 February, in another year"},
		{"2027-03-01", "birthday_in_days", "365", "the next is on a 29th"},
		{"2027-08-18", "anniversary_in_days", "1", "23:30 in UTC is the day after, there"},
		{"2027-08-19", "anniversary_in_days", "0", "that day"},
		{"2030-01-01", "points_balance", "50", "points stay"},
		{"2030-01-01", "tier", "\"gold\"", "and texts"},
		{"2030-01-01", "day", "\"2030-01-01\"", "the day itself"},
	};
	const struct tz *zone = tz_find("Europe/Berlin");
	const struct json *facts, *moved;
	struct json_writer *w;
	const char *error;
	size_t i;
	day to;

	facts = json_parse(home, facts_text, strlen(facts_text), &error);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert(day_parse(cases[i].to, &to));
		moved = facts_moved(home, facts, zone, to);
		w = json_writer_new(home);
		json_put_value(w, NULL, json_get(moved, cases[i].name));
		ck_assert_msg(strcmp(json_text(w, NULL), cases[i].want) == 0, "%s: %s", cases[i].why,
			      json_text(w, NULL));
	}
}
END_TEST

START_TEST(facts_without_a_day_stay)
{
	static const char text[] = "{\"tenure_days\":99}";
	const char *error;
	const struct json *facts = json_parse(home, text, strlen(text), &error);

	ck_assert_ptr_eq(facts_moved(home, facts, tz_utc(), 0), facts);
}
END_TEST

UNIT_MAIN("facts_moved", days_go_by, facts_without_a_day_stay)
