/*
 * test_milestone_tally.c - what events come to: differences of purchases, periods, streaks, days that come
 * again
 */
#include <string.h>
#include <talloc.h>

#include "services/milestone/anniversary.h"
#include "services/milestone/tally.h"
#include "tests/unit/unit.h"

static void *home; /* NULL: a test is a process of its own, and ends with it */

static struct milestone *read(const char *text)
{
	const char *error;
	struct fault fault;
	struct milestone *m = milestone_read(home, "m", 1, json_parse(home, text, strlen(text), &error),
					     "GBP", &fault);

	ck_assert_msg(m != NULL, "%s: %s", fault.pointer, fault.detail);
	return m;
}

static day on(const char *text)
{
	day d = 0;

	ck_assert(day_parse(text, &d));
	return d;
}

START_TEST(periods)
{
	static const struct {
		enum period p;
		const char *in, *want, *end;
	} cases[] = {
		{PERIOD_DAY, "2026-11-26", "2026-11-26", "2026-11-27"},
		{PERIOD_WEEK, "2026-11-26", "2026-W48", "2026-11-30"},
		{PERIOD_WEEK, "2027-01-03", "2026-W53", "2027-01-04"},
		{PERIOD_WEEK, "2024-12-30", "2025-W01", "2025-01-06"},
		{PERIOD_MONTH, "2024-02-29", "2024-02", "2024-03-01"},
		{PERIOD_YEAR, "2026-12-31", "2026", "2027-01-01"},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_str_eq(period_name(home, cases[i].p, on(cases[i].in)), cases[i].want);
		ck_assert_int_eq(period_end(cases[i].p, on(cases[i].in)), on(cases[i].end));
		ck_assert_int_eq(period_index(cases[i].p, on(cases[i].end)),
				 period_index(cases[i].p, on(cases[i].in)) + 1);
	}
}
END_TEST

START_TEST(days_that_come_again)
{
	static const struct {
		const char *document, *base, *from, *want, *name, *why;
	} cases[] = {
		{"{\"kind\":\"birthday\",\"name\":\"b\"}", "2000-02-29", "2027-01-01", "2027-02-28", "2027",
		 "no such day"},
		{"{\"kind\":\"birthday\",\"name\":\"b\"}", "2000-02-29", "2028-02-29", "2028-02-29", "2028",
		 "on the day itself"},
		{"{\"kind\":\"birthday\",\"name\":\"b\"}", "2000-02-29", "2027-03-01", "2028-02-29", "2028",
		 "this year's is over"},
		{"{\"kind\":\"birthday\",\"name\":\"b\"}", "2026-05-05", "2026-05-05", "2027-05-05", "2027",
		 "a birth is no birthday"},
		{"{\"kind\":\"anniversary\",\"name\":\"a\"}", "2024-11-26", "2024-11-26", "2025-11-26", "y1",
		 "the day of joining is none"},
		{"{\"kind\":\"anniversary\",\"name\":\"a\",\"every\":\"month\"}", "2026-08-31", "2027-02-01",
		 "2027-02-28", "m6", "a short month"},
		{"{\"kind\":\"anniversary\",\"name\":\"a\",\"every\":\"month\"}", "2026-08-31", "2027-03-01",
		 "2027-03-31", "m7", "and the 31st again"},
		{"{\"kind\":\"anniversary\",\"name\":\"a\"}", "1990-01-01", "2026-06-01", "2027-01-01", "y37",
		 "long ago"},
	};
	const struct milestone *m;
	size_t i;
	int n;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		m = read(cases[i].document);
		n = anniversary_next(m, on(cases[i].base), on(cases[i].from));
		ck_assert_msg(anniversary_day(m, on(cases[i].base), n) == on(cases[i].want), "%s",
			      cases[i].why);
		ck_assert_str_eq(anniversary_name(home, m, n), cases[i].name);
	}
}
END_TEST

static struct entry entry(const char *key, bool takes_back, int64_t amount)
{
	static const struct json nothing = {.kind = JSON_OBJECT};

	return (struct entry){.type = "TransactionProcessedEvent",
			      .key = key,
			      .data = &nothing,
			      .takes_back = takes_back,
			      .amount = amount};
}

START_TEST(differences)
{
	static const struct {
		const char *in; /* P purchase of 100, H half of it back, A all, in the order of the log */
		int64_t count, amount;
	} cases[] = {
		{"P", 1, 100}, {"PP", 1, 100}, {"PA", 0, 0},  {"AP", 0, 0},  {"PH", 1, 50},
		{"HP", 1, 50}, {"PHH", 0, 0},  {"HPH", 0, 0}, {"PAA", 0, 0}, {"A", 0, 0},
	};
	struct entry entries[8];
	const struct entry *before[8];
	int64_t count, amount;
	struct change c;
	size_t i, k;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		count = amount = 0;
		for (k = 0; cases[i].in[k]; k++) {
			entries[k] = entry("t:1", cases[i].in[k] != 'P', cases[i].in[k] == 'H' ? 50 : 100);
			before[k] = &entries[k];
			if (!entry_change(before, k, &entries[k], &c))
				continue;
			count += c.count;
			amount += c.amount;
		}
		ck_assert_msg(count == cases[i].count && amount == cases[i].amount, "%s: %lld %lld",
			      cases[i].in, (long long)count, (long long)amount);
	}
}
END_TEST

START_TEST(streaks_and_their_current_row)
{
	static const struct {
		const char *days; /* of a week's Mondays, counted from 2026-01-05 */
		double longest, current;
	} cases[] = {
		{"0123", 4, 4}, {"3210", 4, 4}, {"013", 2, 1}, {"0012", 3, 0}, {"01", 2, 0}, {"", 0, 0},
	};
	const struct milestone *m = read(
		"{\"kind\":\"streak\",\"name\":\"s\",\"target\":3,\"streak\":{\"period\":\"week\"}}");
	struct change c = {.type = "TransactionProcessedEvent", .data = m->document, .count = 1};
	static const struct bucket empty = {.name = ""};
	const struct bucket *b;
	struct tally *t;
	int64_t before;
	size_t i, k;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		t = tally_new(home);
		for (k = 0; cases[i].days[k]; k++) {
			c.time = (on("2026-01-05") + 7 * (cases[i].days[k] - '0')) * DAY_SECONDS * SECOND;
			tally_apply(t, m, tz_utc(), &c, &before);
		}
		b = t->count > 0 ? &t->buckets[0] : &empty;
		ck_assert_msg(bucket_value(m, b) == cases[i].longest, "%s", cases[i].days);
		ck_assert_msg(bucket_current(m, b, on("2026-02-02")) == cases[i].current, "%s",
			      cases[i].days);
	}
}
END_TEST

START_TEST(repeats_have_an_end_and_names)
{
	static const struct {
		double value;
		int64_t reached;
	} cases[] = {{9, 0}, {10, 1}, {17, 1}, {17.5, 2}, {25, 3}, {1e15, OCCURRENCES_MAX}};
	const struct milestone *m = read(
		"{\"kind\":\"count\",\"name\":\"n\",\"target\":10,\"recurrence\":{\"every\":7.5}}");
	struct bucket b = {.name = ""};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		b.value = cases[i].value;
		ck_assert_int_eq(bucket_reached(m, &b), cases[i].reached);
	}
	ck_assert_str_eq(occurrence_name(home, m, &b, 3), "n3");
	ck_assert(occurrence_target(m, 3) == 25);
}
END_TEST

START_TEST(what_is_written_reads_the_same)
{
	const struct milestone *m = read(
		"{\"kind\":\"distinct\",\"name\":\"d\",\"of\":\"category\",\"target\":2,"
		"\"recurrence\":{\"per\":\"month\"}}");
	static const char *const categories[] = {"{\"category\":\"a\"}", "{\"category\":\"b\"}"};
	struct change c = {.type = "TransactionProcessedEvent", .count = 1};
	struct json_writer *w = json_writer_new(home);
	struct tally *t = tally_new(home), *again;
	const char *error;
	int64_t before;
	size_t i;

	for (i = 0; i < 4; i++) {
		c.data = json_parse(home, categories[i % 2], strlen(categories[i % 2]), &error);
		c.time = (on("2026-03-31") - (day)(i / 2) * 31) * DAY_SECONDS * SECOND;
		tally_apply(t, m, tz_utc(), &c, &before);
	}
	tally_write(w, t);
	ck_assert_str_eq(json_text(w, NULL), "[[\"2026-02\",0,[[\"a\",1],[\"b\",1]]],"
					     "[\"2026-03\",0,[[\"a\",1],[\"b\",1]]]]");
	again = tally_read(home, json_parse(home, json_text(w, NULL), strlen(json_text(w, NULL)), &error));
	ck_assert_uint_eq(again->count, 2);
	ck_assert(bucket_value(m, &again->buckets[1]) == 2);
}
END_TEST

static const struct milestone *per_day, *day_streak;

/* Bought on these days of January 2026. */
static struct tally *tally_of(const struct milestone *m, const char *days)
{
	struct change c = {.type = "TransactionProcessedEvent", .data = m->document, .count = 1};
	struct tally *t = tally_new(home);
	int64_t before;

	for (; *days; days++) {
		c.time = (on("2026-01-01") + (*days - 'a')) * DAY_SECONDS * SECOND;
		tally_apply(t, m, tz_utc(), &c, &before);
	}
	return t;
}

START_TEST(what_is_forgotten_was_over)
{
	static const struct {
		const char *days, *before, *left, *why;
		bool streak, forgot;
	} cases[] = {
		{"abz", "2026-01-10", "z", "periods before the day", false, true},
		{"ab", "2026-01-10", "b", "the newest stays, whenever it was", false, true},
		{"jz", "2026-01-10", "jz", "the day itself is not before it", false, false},
		{"", "2026-01-10", "", "nothing", false, false},
		{"abcfgz", "2026-01-20", "abcz", "the longest row stays", true, true},
		{"abcrsz", "2026-01-20", "abcrsz", "and one that may go on", true, false},
		{"abefrsz", "2026-01-20", "abrsz", "of two the first", true, true},
		{"acz", "2026-01-20", "az", "rows of one day", true, true},
		{"aayz", "2026-01-20", "yz", "a new one is longer", true, true},
		{"yz", "2026-01-20", "yz", "nothing is old", true, false},
	};
	const struct milestone *m;
	struct json_writer *got, *want;
	struct tally *t;
	double value;
	size_t i;

	per_day = read("{\"kind\":\"count\",\"name\":\"n\",\"target\":1,\"recurrence\":{\"per\":\"day\"}}");
	day_streak = read(
		"{\"kind\":\"streak\",\"name\":\"s\",\"target\":3,\"streak\":{\"period\":\"day\"}}");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		m = cases[i].streak ? day_streak : per_day;
		t = tally_of(m, cases[i].days);
		value = t->count > 0 ? bucket_value(m, &t->buckets[t->count - 1]) : 0;
		ck_assert_msg(tally_forget(t, m, on(cases[i].before)) == cases[i].forgot, "%s", cases[i].why);
		ck_assert_msg(t->count == 0 || bucket_value(m, &t->buckets[t->count - 1]) == value, "%s",
			      cases[i].why);
		tally_write(got = json_writer_new(home), t);
		tally_write(want = json_writer_new(home), tally_of(m, cases[i].left));
		ck_assert_msg(strcmp(json_text(got, NULL), json_text(want, NULL)) == 0, "%s: %s",
			      cases[i].why, json_text(got, NULL));
		ck_assert_msg(!tally_forget(t, m, on(cases[i].before)), "%s, again", cases[i].why);
	}
}
END_TEST

START_TEST(which_days_are_forgotten)
{
	static const struct {
		const char *document, *before, *in;
		bool want;
	} cases[] = {
		{"{\"kind\":\"count\",\"name\":\"n\",\"target\":1,\"recurrence\":{\"per\":\"month\"}}",
		 "2026-03-15", "2026-03-01", false},
		{"{\"kind\":\"count\",\"name\":\"n\",\"target\":1,\"recurrence\":{\"per\":\"month\"}}",
		 "2026-03-15", "2026-02-28", true},
		{"{\"kind\":\"count\",\"name\":\"n\",\"target\":1}", "2026-03-15", "2020-01-01", false},
		{"{\"kind\":\"streak\",\"name\":\"s\",\"target\":3,\"streak\":{\"period\":\"week\"}}",
		 "2026-03-15", "2026-03-09", false},
		{"{\"kind\":\"streak\",\"name\":\"s\",\"target\":3,\"streak\":{\"period\":\"week\"}}",
		 "2026-03-15", "2026-03-08", true},
		{"{\"kind\":\"streak\",\"name\":\"s\",\"target\":3,\"streak\":{\"period\":\"day\"},"
		 "\"recurrence\":{\"per\":\"year\"}}",
		 "2026-03-15", "2026-03-14", true},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_msg(tally_forgot(read(cases[i].document), on(cases[i].before), on(cases[i].in)) ==
				      cases[i].want,
			      "%s %s", cases[i].document, cases[i].in);
		ck_assert(!tally_forgot(read(cases[i].document), DAY_NONE, on(cases[i].in)));
	}
}
END_TEST

UNIT_MAIN("milestone_tally", what_is_forgotten_was_over, which_days_are_forgotten, periods,
	  days_that_come_again, differences, streaks_and_their_current_row, repeats_have_an_end_and_names,
	  what_is_written_reads_the_same)
