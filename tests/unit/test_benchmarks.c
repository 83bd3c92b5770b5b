/*
 * test_benchmarks.c - a file of market data is judged line by line, and whole
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include <unistd.h>

#include "services/ctl/benchmarks_file.h"
#include "tests/unit/unit.h"

static struct benchmark_file *read_text(const char *text)
{
	char path[] = "/tmp/test_benchmarks_XXXXXX";
	int fd = mkstemp(path);
	struct benchmark_file *f;

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	f = benchmark_file_read(NULL, path);
	unlink(path);
	return f;
}

START_TEST(amounts_are_exact)
{
	static const struct {
		const char *line;
		int64_t want; /* -1: refused */
	} cases[] = {
		{"tea,2026-10,GB,12.5,GBP", 1250},
		{"tea,2026-10,GB,12.50,GBP", 1250},
		{"tea,2026-10,,12,GBP", 1200},
		{"tea,2026-10,GB,0.07,GBP", 7},
		{"tea,2026-10,GB,1200,JPY", 1200},
		{"tea,2026-10,GB,1.250,KWD", 1250},
		{"tea,2026-10,GB,92233720368547758.07,GBP", INT64_MAX},
		{"tea,2026-10,GB,92233720368547758.08,GBP", -1},
		{"tea,2026-10,GB,12.505,GBP", -1},
		{"tea,2026-10,GB,1.5,JPY", -1},
		{"tea,2026-10,GB,-1,GBP", -1},
		{"tea,2026-10,GB,+1,GBP", -1},
		{"tea,2026-10,GB,1e3,GBP", -1},
		{"tea,2026-10,GB,.5,GBP", -1},
		{"tea,2026-10,GB,5.,GBP", -1},
		{"tea,2026-10,GB,1.2.3,GBP", -1},
		{"tea,2026-10,GB,,GBP", -1},
	};
	struct benchmark_file *f;
	char text[256];
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(text, sizeof(text), "category,period,region,average_spend,currency\n%s\n",
			 cases[i].line);
		f = read_text(text);
		ck_assert_msg(f->fault_count == (cases[i].want < 0), "%s", cases[i].line);
		if (cases[i].want >= 0)
			ck_assert_int_eq(f->rows[0].average_minor, cases[i].want);
		talloc_free(f);
	}
}
END_TEST

START_TEST(every_bad_line_is_named)
{
	struct benchmark_file *f = read_text("region,currency,extra,average_spend_minor,period,category\n"
					     "GB,GBP,x,100,2026-10,tea\n"
					     "GB,GBP,x,200,2026-10-31,tea\n"
					     "GB,gbp,x,100,2026-10,toys\n"
					     "GB,GBP,x,100,2026-02-30,toys\n"
					     "GB,GBP,100,2026-10,toys\n"
					     "GB,GBP,x,1.5,2026-10,\n");
	static const size_t lines[] = {3, 4, 5, 6, 7};
	size_t i;

	ck_assert_int_eq(f->fault_count, 5);
	for (i = 0; i < 5; i++)
		ck_assert_int_eq(f->faults[i].line, lines[i]);
	ck_assert_str_eq(f->faults[0].reason, "says again what line 2 says");
	talloc_free(f);
}
END_TEST

START_TEST(files_that_are_none)
{
	static const char *const texts[] = {"", "category,period\n",
					    "category,period,region,average_spend,currency\n",
					    "category,period,region,currency\ntea,2026-10,GB,GBP\n",
					    "category,period,region,average_spend,currency\n\"tea,2026-10\n"};
	struct benchmark_file *f;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		f = read_text(texts[i]);
		ck_assert_msg(f->fault_count > 0, "%s", texts[i]);
		talloc_free(f);
	}
	f = benchmark_file_read(NULL, "/nonexistent/file.csv");
	ck_assert_int_eq(f->fault_count, 1);
	talloc_free(f);
}
END_TEST

START_TEST(groups_are_period_region_and_currency)
{
	struct benchmark_file *f = read_text(
		"category,period,region,average_spend,currency\n"
		"tea,2026-10,GB,1,GBP\ntoys,2026-10,GB,1,GBP\ntea,2026-09,GB,1,GBP\n"
		"tea,2026-10,,1,GBP\ntea,2026-10,GB,1,EUR\n");

	ck_assert_int_eq(f->fault_count, 0);
	ck_assert_int_eq(f->count, 5);
	ck_assert_int_eq(benchmark_file_groups(f), 4);
	talloc_free(f);
}
END_TEST

UNIT_MAIN("benchmarks", amounts_are_exact, every_bad_line_is_named, files_that_are_none,
	  groups_are_period_region_and_currency)
