/*
 * test_log.c - what a log line looks like, read back from the file that stands in for stderr
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/log.h"
#include "tests/unit/unit.h"

static char lines[65536];

/* Stderr from here on is a new file. */
static void capture(void)
{
	char path[] = "/tmp/ae-log-XXXXXX";
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	unlink(path);
	ck_assert_int_ge(dup2(fd, STDERR_FILENO), 0);
	close(fd);
}

static const char *captured(void)
{
	ssize_t n = pread(STDERR_FILENO, lines, sizeof(lines) - 1, 0);

	ck_assert_int_ge(n, 0);
	lines[n] = '\0';
	ck_assert_int_eq(ftruncate(STDERR_FILENO, 0), 0);
	ck_assert_int_eq(lseek(STDERR_FILENO, 0, SEEK_SET), 0);
	return lines;
}

/* As systemd does for a service. */
static void pretend_journal(void)
{
	struct stat st;
	char stream[64];

	ck_assert_int_eq(fstat(STDERR_FILENO, &st), 0);
	snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev,
		 (unsigned long long)st.st_ino);
	setenv("JOURNAL_STREAM", stream, 1);
}

START_TEST(test_journal_prefixes)
{
	capture();
	pretend_journal();
	log_open("ae-test", "1", LOG_LEVEL_DEBUG);
	log_error("a");
	log_warning("b x=%d", 5);
	log_info("c");
	log_debug("d");
	ck_assert_str_eq(captured(), "<3>a\n<4>b x=5\n<6>c\n<7>d\n");
}
END_TEST

START_TEST(test_time_elsewhere)
{
	static const char *const streams[] = {NULL, "", "1:2", "junk", "1:2x"};
	size_t i;
	int year, used;

	capture();
	for (i = 0; i < sizeof(streams) / sizeof(streams[0]); i++) {
		if (streams[i])
			setenv("JOURNAL_STREAM", streams[i], 1);
		else
			unsetenv("JOURNAL_STREAM");
		log_open("ae-test", "2", LOG_LEVEL_INFO);
		log_info("started port=%d", 80);
		captured();
		used = 0;
		ck_assert_int_eq(sscanf(lines, "%4d-%*2d-%*2dT%*2d:%*2d:%*[0-9.]Z %n", &year, &used), 1);
		ck_assert_int_ge(year, 2024);
		ck_assert_str_eq(lines + used, "ae-test[2] info: started port=80\n");
	}
}
END_TEST

START_TEST(test_levels)
{
	enum log_level level;

	capture();
	pretend_journal();
	log_open("ae-test", "1", LOG_LEVEL_WARNING);
	log_info("no");
	log_warning("yes");
	log_set_level(LOG_LEVEL_ERROR);
	log_warning("no");
	ck_assert_str_eq(captured(), "<4>yes\n");
	ck_assert(log_level_parse("debug", &level) && level == LOG_LEVEL_DEBUG);
	ck_assert(log_level_parse("error", &level) && level == LOG_LEVEL_ERROR);
	ck_assert(!log_level_parse("", &level));
	ck_assert(!log_level_parse("Info", &level));
	ck_assert(!log_level_parse("warning ", &level));
}
END_TEST

START_TEST(test_escapes)
{
	static const struct {
		const char *in, *want, *why;
	} cases[] = {
		{"x\n<3>forged", "<6>v=x\\n<3>forged\n", "a line of its own"},
		{"x\r\ty", "<6>v=x\\r\\ty\n", "return and tab"},
		{"\x1b[31m\x7f\x01", "<6>v=\\x1b[31m\\x7f\\x01\n", "a terminal's escape"},
		{"a\\nb", "<6>v=a\\\\nb\n", "a backslash, so that both spellings differ"},
		{"caf\xc3\xa9 \xe2\x82\xac", "<6>v=caf\xc3\xa9 \xe2\x82\xac\n", "UTF-8 stays"},
		{"a\xc2\x85z", "<6>v=a\\xc2\\x85z\n", "NEL, a newline to some"},
		{"\xc2", "<6>v=\xc2\n", "cut UTF-8"},
		{"\x85", "<6>v=\x85\n", "a lone continuation byte is not NEL"},
	};
	size_t i;

	capture();
	pretend_journal();
	log_open("ae-test", "1", LOG_LEVEL_INFO);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		log_info("v=%s", cases[i].in);
		captured();
		ck_assert_msg(strcmp(lines, cases[i].want) == 0, "%s: got %s", cases[i].why, lines);
	}
}
END_TEST

START_TEST(test_request)
{
	capture();
	pretend_journal();
	log_open("ae-test", "1", LOG_LEVEL_INFO);
	log_set_request("01J\n<3>x");
	log_info("served status=%d", 200);
	log_set_request(NULL);
	log_info("idle");
	ck_assert_str_eq(captured(), "<6>served status=200 request=01J\\n<3>x\n<6>idle\n");
}
END_TEST

/* One line, at most 4096 bytes, still with its request. */
START_TEST(test_long_lines)
{
	static char value[20000];
	size_t size;

	capture();
	pretend_journal();
	log_open("ae-test", "1", LOG_LEVEL_INFO);
	for (size = 3800; size < 4300; size++) {
		memset(value, size % 2 ? '\n' : 'x', size);
		value[size] = '\0';
		log_set_request("r1");
		log_info("%s", value);
		captured();
		ck_assert_uint_le(strlen(lines), 4096);
		ck_assert_ptr_eq(strchr(lines, '\n'), lines + strlen(lines) - 1);
		ck_assert_ptr_nonnull(strstr(lines, " request=r1\n"));
		ck_assert(strstr(lines, "...") != NULL || strlen(lines) == size + 3 + 12);
	}
	memset(value, 'y', sizeof(value) - 1);
	log_set_request(value);
	log_info("a long request id");
	ck_assert_uint_le(strlen(captured()), 400);
}
END_TEST

START_TEST(test_errno_is_kept)
{
	capture();
	log_open("ae-test", "1", LOG_LEVEL_INFO);
	close(STDERR_FILENO);
	errno = ENOENT;
	log_info("nobody hears this");
	ck_assert_int_eq(errno, ENOENT);
}
END_TEST

UNIT_MAIN("log", test_journal_prefixes, test_time_elsewhere, test_levels, test_escapes, test_request,
	  test_long_lines, test_errno_is_kept)
