/*
 * test_retry_after.c - every spelling of Retry-After, and what is none
 */
#include "services/notification/retry_after.h"
#include "tests/unit/unit.h"

START_TEST(test_values)
{
	static const struct {
		const char *in;
		int64_t seconds; /* 0: none */
	} cases[] = {
		{"HTTP/1.1 429 Too Many\r\nRetry-After: 30\r\n\r\n", 30},
		{"retry-after:7\r\n", 7},
		{"RETRY-AFTER: \t 7 \t\r\n", 7},
		{"Retry-After: 0\r\n", 1},
		{"Retry-After: 86401\r\n", 86400},
		{"Retry-After: 99999999999999999999999999\r\n", 86400},
		{"Retry-After: Fri, 31 Dec 1999 23:59:59 GMT\r\n", 59},
		{"Retry-After: Friday, 31-Dec-99 23:59:59 GMT\r\n", 59},
		{"Retry-After: Fri Dec 31 23:59:59 1999\r\n", 59},
		{"Retry-After: Fri, 31 Dec 1999 23:00:00 GMT\r\n", 1},
		{"Retry-After: Fri, 31 Dec 2004 23:00:00 GMT\r\n", 86400},
		{"Retry-After: 5\r\n\r\nRetry-After: 9\r\n\r\n", 9},
		{"X-Retry-After: 5\r\n", 0},
		{"Retry-After: -5\r\n", 0},
		{"Retry-After: 1.5\r\n", 0},
		{"Retry-After:\r\n", 0},
		{"Retry-After: soon\r\n", 0},
		{"Retry-After: 1111111111111111111111111111111111111111111111111111111111111111111111\r\n",
		 0},
		{"Retry-After: 5", 5},
		{"", 0},
		{NULL, 0},
	};
	instant now;
	int64_t wait;
	size_t i;

	ck_assert(instant_parse("1999-12-31T23:59:00Z", &now));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		wait = 0;
		ck_assert_msg(retry_after_read(cases[i].in, now, &wait) == (cases[i].seconds != 0), "%s",
			      cases[i].in);
		ck_assert_msg(wait == cases[i].seconds * SECOND, "%s: %lld", cases[i].in, (long long)wait);
	}
}
END_TEST

UNIT_MAIN("retry_after", test_values)
