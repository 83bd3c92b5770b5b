/*
 * test_retention.c - how short what is kept may be kept
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/notifier.h"
#include "tests/unit/unit.h"

#define DAYS (DAY_SECONDS * SECOND)

START_TEST(too_short_is_refused)
{
	static const struct {
		int64_t keys, events, bounces, notifications;
		const char *names; /* NULL = good */
	} cases[] = {
		{3 * DAYS, 30 * DAYS, 30 * DAYS, 400 * DAYS, NULL}, {0, 0, 0, 0, NULL},
		{DAYS, 7 * DAYS, 14 * DAYS, 30 * DAYS, NULL},       {DAYS - 1, 0, 0, 0, "keep_keys"},
		{0, 6 * DAYS, 0, 0, "keep_provider_events"},        {0, 0, 13 * DAYS, 0, "keep_soft_bounces"},
		{0, 0, 0, 29 * DAYS, "keep_notifications"},
	};
	void *top = talloc_new(NULL);
	const char *error;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		sending.keep_keys = cases[i].keys, sending.keep_provider_events = cases[i].events;
		sending.keep_soft_bounces = cases[i].bounces;
		sending.keep_notifications = cases[i].notifications;
		error = NULL;
		ck_assert_msg(retention_check(top, &error) == (cases[i].names == NULL), "case %zu", i);
		ck_assert_msg(cases[i].names == NULL ||
				      strncmp(error, cases[i].names, strlen(cases[i].names)) == 0,
			      "case %zu: %s", i, error);
	}
	talloc_free(top);
}
END_TEST

UNIT_MAIN("retention", too_short_is_refused)
