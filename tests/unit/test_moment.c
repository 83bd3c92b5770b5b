/*
 * test_moment.c - dates and times as files have them
 */
#include <string.h>

#include "services/train/moment.h"
#include "common/learn/top.h" /* for the library that the service's other files want */
#include "tests/unit/unit.h"

START_TEST(test_read)
{
	static const struct {
		const char *in, *want, *why;
	} cases[] = {
		{"2011-10-10", "2011-10-10T00:00:00Z", "a day begins"},
		{"2011/10/10", "2011-10-10T00:00:00Z", "slashes"},
		{"20111010", "2011-10-10T00:00:00Z", "a day in eight digits"},
		{"2010-12-01 08:26:00", "2010-12-01T08:26:00Z", "as PostgreSQL writes"},
		{"2010-12-01 08:26", "2010-12-01T08:26:00Z", "without seconds"},
		{"2010-12-01T08:26:00.250", "2010-12-01T08:26:00.250000Z", "a fraction"},
		{"2010-12-01T08:26:00Z", "2010-12-01T08:26:00Z", "RFC 3339"},
		{"2010-12-01T08:26+02:00", "2010-12-01T06:26:00Z", "an offset"},
		{"978300760", "2000-12-31T22:12:40Z", "seconds"},
		{"978300760.5", "2000-12-31T22:12:40.500000Z", "seconds with a fraction"},
		{"978300760000", "2000-12-31T22:12:40Z", "milliseconds"},
		{"978300760000000", "2000-12-31T22:12:40Z", "microseconds"},
		{"0", "1970-01-01T00:00:00Z", "the beginning"},
		{"20111399", "1970-08-21T18:29:59Z", "eight digits that are no day"},
		{"", NULL, "nothing"},
		{"yesterday", NULL, "a word"},
		{"2011-02-29", NULL, "no such day"},
		{"2011-10-10x", NULL, "something behind it"},
		{"2011-10-10 25:00", NULL, "no such hour"},
		{"2011-10-10 08:26 CET", NULL, "a zone by name"},
		{"12/1/2010 8:26", NULL, "day or month first: nobody knows"},
		{"1.2.3", NULL, "two points"},
		{"-5", NULL, "before 1970 as a number"},
		{"1e9", NULL, "an exponent"},
		{"NaN", NULL, "not a number"},
		{"999999999999999999999", NULL, "beyond the calendar"},
	};
	char text[INSTANT_TEXT];
	instant got;
	size_t c;

	for (c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		bool ok = moment_parse(cases[c].in, &got);

		ck_assert_msg(ok == (cases[c].want != NULL), "\"%s\": %s", cases[c].in, cases[c].why);
		if (ok)
			ck_assert_msg(strcmp(instant_format(got, text), cases[c].want) == 0,
				      "\"%s\" is %s: %s", cases[c].in, text, cases[c].why);
	}
}
END_TEST

UNIT_MAIN("moment", test_read)
