/*
 * test_settings.c - what a settings file may say, who wins, and how a mistake is named
 */
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include <unistd.h>

#include "common/settings.h"
#include "tests/unit/unit.h"

static const char *listen_on, *note;
static int64_t limit, wait, memory, level;
static bool verbose;

static const struct setting shared[] = {
	{"listen_on", SETTING_TEXT, &listen_on, "unix:/run/ae", 0, 0, "Where to listen."},
	{"wait", SETTING_DURATION, &wait, "250ms", 1000, INT64_C(3600000000), "How long to wait."},
	SETTINGS_END,
};
static const struct setting own[] = {
	{"limit", SETTING_INTEGER, &limit, "16", -5, 100, "How many."},
	{"level", SETTING_INTEGER, &level, "-3", 0, 0, "Any number."},
	{"memory", SETTING_SIZE, &memory, "4k", 0, INT64_C(2) << 30, "How much."},
	{"verbose", SETTING_BOOLEAN, &verbose, "no", 0, 0, "Say more."},
	{"note", SETTING_TEXT, &note, NULL, 0, 0, "Anything."},
	SETTINGS_END,
};
static const struct setting *const tables[] = {shared, own, NULL};

static void *memory_of_test;
static const char *error;
static char path[64];

static bool load(const char *text)
{
	FILE *file;
	bool good;
	int fd;

	if (memory_of_test == NULL)
		memory_of_test = talloc_new(NULL);
	snprintf(path, sizeof(path), "/tmp/ae-settings-XXXXXX");
	fd = mkstemp(path);
	ck_assert_int_ge(fd, 0);
	file = fdopen(fd, "w");
	fputs(text, file);
	fclose(file);
	good = settings_load(memory_of_test, path, "analytics", tables, &error);
	unlink(path);
	return good;
}

static void load_good(const char *text)
{
	bool good = load(text);

	ck_assert_msg(good, "%s", error);
	ck_assert_ptr_null(error);
}

START_TEST(test_defaults)
{
	load_good("");
	ck_assert_str_eq(listen_on, "unix:/run/ae");
	ck_assert_int_eq(wait, 250000);
	ck_assert_int_eq(limit, 16);
	ck_assert_int_eq(level, -3);
	ck_assert_int_eq(memory, 4096);
	ck_assert(!verbose);
	ck_assert_ptr_null(note);
	ck_assert(settings_load(memory_of_test, NULL, "analytics", tables, &error));
}
END_TEST

/* The own section wins over [common] even where it comes first; others' sections are ignored. */
START_TEST(test_file)
{
	load_good("# comment\n[analytics]\nlimit = 20\nwait=2min\nverbose = yes\nnote = a = b\n"
		  "[common]\nwait = 5s ; why not\nlimit = 7\nunknown_here = 1\nlisten_on=h:1\n"
		  "[reporting]\nlimit = junk\n");
	ck_assert_int_eq(limit, 20);
	ck_assert_int_eq(wait, INT64_C(120000000));
	ck_assert(verbose);
	ck_assert_str_eq(note, "a = b");
	ck_assert_str_eq(listen_on, "h:1");
}
END_TEST

START_TEST(test_environment)
{
	setenv("AE_LIMIT", "33", 1);
	setenv("AE_LISTEN_ON", "env:1", 1);
	load_good("[analytics]\nlimit = 20\n");
	ck_assert_int_eq(limit, 33);
	ck_assert_str_eq(listen_on, "env:1");
	setenv("AE_LIMIT", "101", 1);
	ck_assert(!load(""));
	ck_assert_str_eq(error, "AE_LIMIT: limit = \"101\": out of range (allowed: -5 to 100)");
}
END_TEST

START_TEST(test_values)
{
	static const struct {
		size_t row;
		const char *in;
		bool good;
		int64_t want;
	} cases[] = {
		{0, "100", true, 100},
		{0, "-5", true, -5},
		{0, "-6", false, 0},
		{0, "101", false, 0},
		{0, "1 ", false, 0},
		{0, "10x", false, 0},
		{0, "0x10", false, 0},
		{0, "1e3", false, 0},
		{0, "1.5", false, 0},
		{0, "+1", false, 0},
		{0, "", false, 0},
		{0, "-", false, 0},
		{0, "--1", false, 0},
		{1, "9223372036854775807", true, INT64_MAX},
		{1, "-9223372036854775808", true, INT64_MIN},
		{1, "9223372036854775808", false, 0},
		{1, "-9223372036854775809", false, 0},
		{2, "0", true, 0},
		{2, "512", true, 512},
		{2, "4k", true, 4096},
		{2, "1M", true, 1048576},
		{2, "2G", true, INT64_C(2147483648)},
		{2, "3G", false, 0},
		{2, "4kk", false, 0},
		{2, "4KB", false, 0},
		{2, "-1", false, 0},
		{2, "9007199254740993G", false, 0},
	};
	struct setting row;
	int64_t target;
	bool good;
	void *parent = talloc_new(NULL);
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		row = own[cases[i].row];
		row.target = &target;
		target = -77;
		good = settings_put(parent, &row, cases[i].in, &error);
		ck_assert_msg(good == cases[i].good, "\"%s\": got %d", cases[i].in, good);
		ck_assert_int_eq(target, good ? cases[i].want : -77);
	}
	talloc_free(parent);
}
END_TEST

START_TEST(test_durations)
{
	static const struct {
		const char *in;
		bool good;
		int64_t want;
	} cases[] = {
		{"1ms", true, 1000},
		{"1000us", true, 1000},
		{"250ms", true, 250000},
		{"5s", true, 5000000},
		{"2min", true, 120000000},
		{"1h", true, INT64_C(3600000000)},
		{"999us", false, 0},
		{"61min", false, 0},
		{"7d", false, 0},
		{"0", false, 0},
		{"5", false, 0},
		{"5 s", false, 0},
		{"5sec", false, 0},
		{"5m", false, 0},
		{"1.5s", false, 0},
		{"-5s", false, 0},
		{"s", false, 0},
		{"106751992d", false, 0},
		{"9223372036854775808us", false, 0},
	};
	void *parent = talloc_new(NULL);
	bool good;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		wait = -77;
		good = settings_put(parent, &shared[1], cases[i].in, &error);
		ck_assert_msg(good == cases[i].good, "\"%s\": got %d", cases[i].in, good);
		ck_assert_int_eq(wait, good ? cases[i].want : -77);
	}
	talloc_free(parent);
}
END_TEST

START_TEST(test_booleans)
{
	static const char *const yes[] = {"yes", "true", "on", "1"}, *const no[] = {"no", "false", "off",
										    "0"};
	static const char *const bad[] = {"", "YES", "2", "yes please"};
	void *parent = talloc_new(NULL);
	size_t i;

	for (i = 0; i < 4; i++) {
		ck_assert(settings_put(parent, &own[3], yes[i], &error) && verbose);
		ck_assert(!settings_put(parent, &own[3], bad[i], &error) && verbose);
		ck_assert(settings_put(parent, &own[3], no[i], &error) && !verbose);
	}
	talloc_free(parent);
}
END_TEST

START_TEST(test_mistakes)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{"[analytics]\nlimit = 10 apples\n",
		 ":2: limit = \"10 apples\": not a valid integer (such as 12; allowed: -5 to 100)"},
		{"[common]\n\n\nwait = 2h\n", ":4: wait = \"2h\": out of range (allowed: 1ms to 1h)"},
		{"[analytics]\nwait = 5sec\n",
		 ":2: wait = \"5sec\": not a valid duration (such as 250ms, 5s, "
		 "2min, 1h or 7d; allowed: 1ms to 1h)"},
		{"[analytics]\nmemory = 3G\n", ":2: memory = \"3G\": out of range (allowed: 0 to 2G)"},
		{"[analytics]\nverbose = maybe\n",
		 ":2: verbose = \"maybe\": not a valid boolean (yes or no)"},
		{"[analytics]\nlimit = 1\nlimt = 2\n", ":3: limt: no such setting"},
		{"limit = 1\n", ":1: a setting before the first [section]"},
		{"[analytics]\nlimit\n", ":2: neither a [section] nor name = value"},
		{"[analytics\nlimit = 1\n", ":1: neither a [section] nor name = value"},
		{"[common]\nlimit = 500\n[analytics]\nlimit = 5\n",
		 ":2: limit = \"500\": out of range (allowed: -5 to 100)"},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_msg(!load(cases[i].in), "%s", cases[i].in);
		ck_assert_msg(strncmp(error, path, strlen(path)) == 0, "no file in \"%s\"", error);
		ck_assert_str_eq(error + strlen(path), cases[i].want);
	}
	ck_assert(!settings_load(memory_of_test, "/nonexistent/ae.conf", "analytics", tables, &error));
	ck_assert_str_eq(error, "/nonexistent/ae.conf: No such file or directory");
}
END_TEST

/* A reload with a mistake anywhere changes nothing. */
START_TEST(test_all_or_nothing)
{
	const char *before;

	load_good("[analytics]\nlimit = 20\nlisten_on = a:1\n");
	before = listen_on;
	ck_assert(!load("[analytics]\nlimit = 30\nlisten_on = b:2\nwait = never\n"));
	ck_assert_int_eq(limit, 20);
	ck_assert_ptr_eq(listen_on, before);
	load_good("[analytics]\nlimit = 31\nlisten_on = a:1\n");
	ck_assert_int_eq(limit, 31);
	ck_assert_ptr_eq(listen_on, before);
}
END_TEST

START_TEST(test_long_lines)
{
	char *text = talloc_strdup(NULL, "[analytics]\nnote = ");
	size_t base = strlen(text), i;

	text = talloc_realloc(NULL, text, char, 10000);
	for (i = base; i < base + 3000; i++)
		text[i] = 'x';
	text[i] = '\0';
	load_good(text);
	ck_assert_uint_eq(strlen(note), 3000);
	for (; i < base + 6000; i++)
		text[i] = 'x';
	text[i] = '\0';
	ck_assert(!load(text));
	ck_assert_str_eq(error + strlen(path), ":2: the line is too long");
	talloc_free(text);
}
END_TEST

START_TEST(test_help)
{
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	settings_help(out, tables);
	fclose(out);
	ck_assert_ptr_nonnull(strstr(text, "wait = 250ms\n    duration, 1ms to 1h. How long to wait.\n"));
	ck_assert_ptr_nonnull(strstr(text, "verbose = no\n    boolean. Say more.\n"));
	ck_assert_ptr_nonnull(strstr(text, "note = \n    text. Anything.\n"));
	free(text);
}
END_TEST

UNIT_MAIN("settings", test_defaults, test_file, test_environment, test_values, test_durations, test_booleans,
	  test_mistakes, test_all_or_nothing, test_long_lines, test_help)
