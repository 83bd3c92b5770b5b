/*
 * test_metrics.c - the exposition text, line by line
 */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "common/metrics.h"
#include "tests/unit/unit.h"

#define SELF "service=\"test\",instance=\"1\""

static char *text_of(const struct metrics *m)
{
	size_t length;
	char *text = metrics_text(m, m, &length);

	ck_assert_uint_eq(strlen(text), length);
	return text;
}

static size_t occurrences(const char *text, const char *part)
{
	size_t n = 0;

	for (; (text = strstr(text, part)) != NULL; text += strlen(part))
		n++;
	return n;
}

START_TEST(test_counters_and_gauges)
{
	struct metrics *m = metrics_new(NULL, "test", "1");
	struct metric *requests = metrics_counter(m, "ae_requests_total", "Requests.", "status");
	struct metric *lag = metrics_gauge(m, "ae_lag", "How far \\ behind.\nReally.", NULL);

	metric_add(requests, "200", 1);
	metric_add(requests, "404", 2);
	metric_add(requests, "200", 0.5);
	metric_add(requests, "200", -5);
	metric_add(requests, "200", NAN);
	metric_set(lag, NULL, 7);
	metric_set(lag, "ignored without a label", -1);
	ck_assert_str_eq(text_of(m), "# HELP ae_requests_total Requests.\n"
				     "# TYPE ae_requests_total counter\n"
				     "ae_requests_total{" SELF ",status=\"200\"} 1.5\n"
				     "ae_requests_total{" SELF ",status=\"404\"} 2\n"
				     "# HELP ae_lag How far \\\\ behind.\\nReally.\n"
				     "# TYPE ae_lag gauge\n"
				     "ae_lag{" SELF "} -1\n");
	talloc_free(m);
}
END_TEST

START_TEST(test_registered_once)
{
	struct metrics *m = metrics_new(NULL, "test", "1");
	struct metric *a = metrics_counter(m, "ae_a_total", "A.", NULL);

	ck_assert_ptr_eq(a, metrics_counter(m, "ae_a_total", "A.", NULL));
	ck_assert_uint_eq(occurrences(text_of(m), "# TYPE"), 1);
	ck_assert_ptr_nonnull(strstr(text_of(m), "ae_a_total{" SELF "} 0\n"));
	talloc_free(m);
}
END_TEST

START_TEST(test_values)
{
	static const struct {
		double in;
		const char *want;
	} cases[] = {{NAN, "NaN"},        {INFINITY, "+Inf"},
		     {-INFINITY, "-Inf"}, {0.1, "0.10000000000000001"},
		     {1e9, "1000000000"}, {1e300, "1.0000000000000001e+300"},
		     {-2.5, "-2.5"}};
	struct metrics *m = metrics_new(NULL, "test", "1");
	struct metric *g = metrics_gauge(m, "g", "G.", NULL);
	char want[80];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		metric_set(g, NULL, cases[i].in);
		snprintf(want, sizeof(want), "} %s\n", cases[i].want);
		ck_assert_msg(strstr(text_of(m), want) != NULL, "%s", want);
	}
	talloc_free(m);
}
END_TEST

START_TEST(test_labels_are_escaped)
{
	struct metrics *m = metrics_new(NULL, "te\"st", "a\\b");
	struct metric *f = metrics_counter(m, "c_total", "C.", "path");

	metric_add(f, "a\"b\\c\nd", 1);
	metric_add(f, NULL, 1);
	ck_assert_ptr_nonnull(
		strstr(text_of(m),
		       "c_total{service=\"te\\\"st\",instance=\"a\\\\b\",path=\"a\\\"b\\\\c\\nd\"} 1\n"));
	ck_assert_ptr_nonnull(strstr(text_of(m), ",path=\"\"} 1\n"));
	talloc_free(m);
}
END_TEST

START_TEST(test_histogram)
{
	static const struct {
		const char *le;
		int want;
	} cases[] = {{"0.0005", 2}, {"0.001", 2}, {"0.0025", 3}, {"0.005", 3}, {"0.01", 3},
		     {"0.025", 3},  {"0.05", 3},  {"0.1", 3},    {"0.25", 3},  {"0.5", 4},
		     {"1", 4},      {"2.5", 4},   {"5", 4},      {"10", 4},    {"+Inf", 5}};
	struct metrics *m = metrics_new(NULL, "test", "1");
	struct metric *f = metrics_histogram(m, "h_seconds", "H.", "operation");
	char want[128];
	const char *at, *found;
	size_t i;

	metric_observe(f, "x", 0);
	metric_observe(f, "x", 0.0005);
	metric_observe(f, "x", 0.002);
	metric_observe(f, "x", 0.5);
	metric_observe(f, "x", 11);
	metric_observe(f, "x", NAN);
	at = text_of(m);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(want, sizeof(want), "h_seconds_bucket{" SELF ",operation=\"x\",le=\"%s\"} %d\n",
			 cases[i].le, cases[i].want);
		found = strstr(at, want);
		ck_assert_msg(found != NULL, "missing or out of order: %s", want);
		at = found;
	}
	ck_assert_ptr_nonnull(strstr(at, "h_seconds_sum{" SELF ",operation=\"x\"} 11.5025"));
	ck_assert_ptr_nonnull(strstr(at, "h_seconds_count{" SELF ",operation=\"x\"} 5\n"));
	ck_assert_uint_eq(occurrences(text_of(m), "# TYPE h_seconds histogram\n"), 1);
	talloc_free(m);
}
END_TEST

/* 256 label values and no more, however many come; nothing is lost from the sum. */
START_TEST(test_bounded)
{
	struct metrics *m = metrics_new(NULL, "test", "1");
	struct metric *f = metrics_counter(m, "c_total", "C.", "v");
	char value[32];
	int i, round;

	for (round = 0; round < 2; round++)
		for (i = 0; i < 1000; i++) {
			snprintf(value, sizeof(value), "value-%d", i);
			metric_add(f, value, 1);
		}
	ck_assert_uint_eq(occurrences(text_of(m), "\nc_total{"), METRICS_SERIES_MAX + 1);
	ck_assert_ptr_nonnull(strstr(text_of(m), ",v=\"value-255\"} 2\n"));
	ck_assert_ptr_null(strstr(text_of(m), "value-256"));
	ck_assert_ptr_nonnull(strstr(text_of(m), ",v=\"other\"} 1488\n"));
	talloc_free(m);
}
END_TEST

/* After a series' first use nothing is allocated. */
START_TEST(test_memory_is_flat)
{
	struct metrics *m = metrics_new(NULL, "test", "1");
	struct metric *c = metrics_counter(m, "c_total", "C.", "v");
	struct metric *h = metrics_histogram(m, "h_seconds", "H.", "v");
	size_t before;
	int i;

	metric_add(c, "a", 1);
	metric_observe(h, "a", 1);
	before = talloc_total_size(m);
	for (i = 0; i < 1000; i++) {
		metric_add(c, "a", 1);
		metric_observe(h, "a", i / 100.0);
	}
	ck_assert_uint_eq(talloc_total_size(m), before);
	talloc_free(m);
}
END_TEST

UNIT_MAIN("metrics", test_counters_and_gauges, test_registered_once, test_values, test_labels_are_escaped,
	  test_histogram, test_bounded, test_memory_is_flat)
