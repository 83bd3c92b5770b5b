/*
 * tz_rule.h - the POSIX TZ rule that ends a TZif file, for the years the file does not list
 *
 * "EST5EDT,M3.2.0,M11.1.0" with RFC 9636's extensions: <+03> names, times from -167 to 167 hours,
 * summer time that is behind standard time (Europe/Dublin).
 */
#ifndef AE_TZ_RULE_H
#define AE_TZ_RULE_H

#include "common/clock.h"

/* One of the year's two changes, in the local time before it. */
struct tz_date {
	enum {
		TZ_MONTH_WEEKDAY,
		TZ_DAY_WITHOUT_LEAP,
		TZ_DAY_WITH_LEAP
	} kind;               /* Mm.w.d, Jn, n */
	int month, week, day; /* month and week of Mm.w.d only */
	int32_t time;         /* seconds after that day's midnight */
};

struct tz_rule {
	bool changes;              /* false: standard time for ever, the rest is unset */
	int32_t standard, summer;  /* seconds east of UTC */
	struct tz_date begin, end; /* of summer time */
};

/* A stretch of UTC seconds, until excluded, with one offset. */
struct tz_span {
	int64_t from, until;
	int32_t offset;
};

/* No offset in a TZif file or a rule is wider; local time and UTC are never further apart. */
#define TZ_WIDEST INT64_C(93600)

bool tz_rule_parse(const char *text, struct tz_rule *out);
struct tz_span tz_rule_span(const struct tz_rule *rule, int64_t t);

#endif
