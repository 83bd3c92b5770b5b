/*
 * test_csv.c - records by a table, the same through a plain file, gzip and a pipe; faults and limits
 */
#include "tests/unit/unit.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include <unistd.h>
#include <zlib.h>

#include "common/csv.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static char folder[64], path[96];

static void folder_make(void)
{
	snprintf(folder, sizeof(folder), "/tmp/test_csv.XXXXXX");
	ck_assert_ptr_nonnull(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/in.csv", folder);
}

static void folder_remove(void)
{
	unlink(path);
	rmdir(folder);
}

static void file_write(const void *bytes, size_t length, bool gzip)
{
	gzFile f = gzopen(path, gzip ? "wb" : "wbT"); /* T: as it is */

	ck_assert_ptr_nonnull(f);
	if (length > 0)
		ck_assert_int_eq(gzwrite(f, bytes, (unsigned)length), (int)length);
	ck_assert_int_eq(gzclose(f), Z_OK);
}

/* All records as "a|b;c|d;", and "!message" for a fault. */
static char *file_show(void *parent, const char *from)
{
	char *shown = talloc_strdup(parent, "");
	const char *error;
	struct csv *c = csv_open(parent, from, &error);
	const char *const *fields;
	size_t count, i;
	int got;

	ck_assert_msg(c != NULL, "%s", error);
	while ((got = csv_next(c, &fields, &count)) > 0) {
		for (i = 0; i < count; i++)
			shown = talloc_asprintf_append(shown, "%s%s", i > 0 ? "|" : "", fields[i]);
		shown = talloc_strdup_append(shown, ";");
	}
	if (got < 0)
		shown = talloc_asprintf_append(shown, "!%s", csv_error(c));
	ck_assert_int_eq(csv_next(c, &fields, &count), got);
	ck_assert(got < 0 || csv_error(c)[0] == '\0');
	talloc_free(c);
	return shown;
}

/* What file_show gives for the bytes on standard input, through a pipe. */
static char *pipe_show(void *parent, const char *bytes, size_t length)
{
	int ends[2], kept = dup(STDIN_FILENO);
	char *shown;

	ck_assert_int_eq(pipe(ends), 0);
	ck_assert_int_eq(write(ends[1], bytes, length), (ssize_t)length);
	close(ends[1]);
	dup2(ends[0], STDIN_FILENO);
	close(ends[0]);
	shown = file_show(parent, "-");
	dup2(kept, STDIN_FILENO);
	close(kept);
	return shown;
}

/* want "!3: text" stands for a fault in line 3 of whatever the file is called. */
static void shown_check(char *shown, const char *name, const char *want, const char *why)
{
	char *place = strstr(shown, name);

	if (place != NULL && place > shown && place[-1] == '!')
		memmove(place, place + strlen(name) + 1, strlen(place + strlen(name) + 1) + 1);
	ck_assert_msg(strcmp(shown, want) == 0, "%s: got %s, want %s", why, shown, want);
}

#define CASE(in, want, why)                   \
	{                                     \
		in, sizeof(in) - 1, want, why \
	}
#define LONE_CR    "a carriage return without a line feed"
#define NEVER_ENDS "the quoted field that begins here never ends"

START_TEST(test_records)
{
	static const struct {
		const char *in;
		size_t length;
		const char *want, *why;
	} cases[] = {
		CASE("", "", "an empty file"),
		CASE("a,b\nc,d\n", "a|b;c|d;", "LF"),
		CASE("a,b\r\nc,d\r\n", "a|b;c|d;", "CRLF"),
		CASE("a,b\r\nc,d", "a|b;c|d;", "no end of line at the end"),
		CASE("a,b\nc,\"d\"", "a|b;c|d;", "nor behind a quote"),
		CASE("a", "a;", "one field"),
		CASE(",\n", "|;", "two empty fields"),
		CASE("a,", "a|;", "a comma at the end of the file"),
		CASE("\"\"\n", ";", "one empty field"),
		CASE("\"\",\"\"", "|;", "empty quoted fields"),
		CASE("\"a,b\",c\n", "a,b|c;", "a comma in quotes"),
		CASE("\"a\"\"b\",\"\"\"\"\n", "a\"b|\";", "doubled quotes"),
		CASE("\"a\nb\",c\nd,e", "a\nb|c;d|e;", "a line feed in quotes"),
		CASE("\"a\r\nb\",c\r\n", "a\r\nb|c;", "CRLF in quotes"),
		CASE("\"a\rb\"", "a\rb;", "a carriage return in quotes"),
		CASE(" a , b \n", " a | b ;", "spaces belong to the field"),
		CASE("a\n\n\r\nb\n\n", "a;b;", "empty lines are passed over"),
		CASE("\n", "", "only an empty line"),
		CASE("\xEF\xBB\xBF"
		     "a,b\n",
		     "a|b;", "a byte order mark"),
		CASE("\xEF\xBB\xBF\"a\",b\n", "a|b;", "a quote behind the mark"),
		CASE("\xEF\xBB\xBF", "", "nothing but the mark"),
		CASE("a,\xEF\xBB\xBF\n", "a|\xEF\xBB\xBF;", "no mark inside the file"),
		CASE("\xC2\xA3"
		     "5,\xE2\x82\xAC\n",
		     "\xC2\xA3"
		     "5|\xE2\x82\xAC;",
		     "UTF-8"),
		CASE("a\nb,\"c\nd\ne", "a;!2: " NEVER_ENDS, "an unterminated quote"),
		CASE("a\n\"b", "a;!2: " NEVER_ENDS, "one in the last line"),
		CASE("\"", "!1: " NEVER_ENDS, "a lone quote"),
		CASE("a\n\"b\n\"c,d\n", "a;!3: text behind a closing quote", "text behind a quote"),
		CASE("\"a\" ,b\n", "!1: text behind a closing quote", "a space behind a quote"),
		CASE("a\nb,c\"d\"\n", "a;!2: a quote inside a field that does not begin with one",
		     "a late quote"),
		CASE("a\rb\n", "!1: " LONE_CR, "CR alone"),
		CASE("a\n\rb\n", "a;!2: " LONE_CR, "CR alone at the line's start"),
		CASE("a,b\r", "!1: " LONE_CR, "CR at the end of the file"),
		CASE("a\nb\0c\n", "a;!2: a NUL byte", "NUL"),
		CASE("\"a\0\"\n", "!1: a NUL byte", "NUL in quotes"),
	};
	void *parent = talloc_new(NULL);
	size_t i;

	folder_make();
	for (i = 0; i < COUNT(cases); i++) {
		file_write(cases[i].in, cases[i].length, false);
		shown_check(file_show(parent, path), path, cases[i].want, cases[i].why);
		file_write(cases[i].in, cases[i].length, true);
		shown_check(file_show(parent, path), path, cases[i].want, cases[i].why);
		shown_check(pipe_show(parent, cases[i].in, cases[i].length), "standard input", cases[i].want,
			    cases[i].why);
	}
	folder_remove();
	talloc_free(parent);
}
END_TEST

/* Records of changing shape, across many input buffers; lines and fields come back exactly. */
START_TEST(test_long_file)
{
	enum {
		RECORDS = 30000
	};
	void *parent = talloc_new(NULL);
	char *text = talloc_array(parent, char, 64 * RECORDS);
	const char *const *fields;
	const char *error;
	struct csv *c;
	size_t length = 0, line = 1, count, i;
	size_t done, total;

	folder_make();
	for (i = 0; i < RECORDS; i++)
		length += (size_t)snprintf(text + length, 64, "%zu,\"x%.*s\"\"\",%.*s%s", i, (int)(i % 3),
					   "\n\n", (int)(i % 17), "yyyyyyyyyyyyyyyyy", i % 2 ? "\n" : "\r\n");
	file_write(text, length, true);
	c = csv_open(parent, path, &error);
	for (i = 0; i < RECORDS; i++) {
		ck_assert_int_eq(csv_next(c, &fields, &count), 1);
		ck_assert_uint_eq(count, 3);
		ck_assert_uint_eq(csv_line(c), line);
		ck_assert_uint_eq(strtoul(fields[0], NULL, 10), i);
		ck_assert_uint_eq(strlen(fields[1]), 2 + i % 3);
		ck_assert_uint_eq(strlen(fields[2]), i % 17);
		line += 1 + i % 3;
	}
	ck_assert_int_eq(csv_next(c, &fields, &count), 0);
	csv_progress(c, &done, &total);
	ck_assert_uint_gt(total, 0);
	ck_assert_uint_eq(done, total);
	folder_remove();
	talloc_free(parent);
}
END_TEST

/* A record of exactly the limit passes, one more byte or field does not. */
START_TEST(test_limits)
{
	enum {
		LIMIT = 1 << 20,
		FIELDS = 1024
	};
	void *parent = talloc_new(NULL);
	char *text = talloc_zero_array(parent, char, LIMIT + 8), *shown;
	int over;

	folder_make();
	for (over = 0; over <= 1; over++) {
		memset(text, 'x', LIMIT);
		file_write(text, LIMIT - 1 + (size_t)over, false); /* and the NUL behind the field */
		shown = file_show(parent, path);
		if (over)
			shown_check(shown, path, "!1: the record is longer than 1048576 bytes", "too long");
		else
			ck_assert_uint_eq(strlen(shown), LIMIT);

		memset(text, ',', FIELDS + 2);
		memcpy(text, "\n\n", 2);
		file_write(text, 2 + FIELDS - 1 + (size_t)over, false);
		shown = file_show(parent, path);
		if (over)
			shown_check(shown, path, "!3: the record has more than 1024 fields", "too wide");
		else
			ck_assert_uint_eq(strlen(shown), FIELDS);
	}
	folder_remove();
	talloc_free(parent);
}
END_TEST

/* A quote that is never closed does not read the rest of a huge file into memory. */
START_TEST(test_endless_quote)
{
	void *parent = talloc_new(NULL);
	char *text = talloc_array(parent, char, 3 << 20);

	folder_make();
	memset(text, '\n', 3 << 20);
	text[0] = '"';
	file_write(text, 3 << 20, true);
	shown_check(file_show(parent, path), path, "!1: the record is longer than 1048576 bytes", "endless");
	folder_remove();
	talloc_free(parent);
}
END_TEST

/* Cut anywhere, a gzip file is a fault and never a shorter file. */
START_TEST(test_damaged_gzip)
{
	void *parent = talloc_new(NULL);
	char text[2000], whole[4000];
	off_t length, cut;
	int fd, i;

	folder_make();
	for (i = 0; i < 1999; i++)
		text[i] = i % 10 == 9 ? '\n' : (char)('a' + (i * i) % 26);
	text[1999] = '\n';
	file_write(text, sizeof(text), true);
	fd = open(path, O_RDWR);
	length = read(fd, whole, sizeof(whole));
	ck_assert_int_gt(length, 100);
	whole[length - 6] ^= 1; /* in the checksum */
	ck_assert_int_eq(pwrite(fd, whole, (size_t)length, 0), length);
	ck_assert_ptr_nonnull(strstr(file_show(parent, path), "the gzip stream is damaged: "));
	whole[length - 6] ^= 1;
	ck_assert_int_eq(pwrite(fd, whole, (size_t)length, 0), length);
	for (cut = length - 1; cut >= 2; cut--) {
		ck_assert_int_eq(ftruncate(fd, cut), 0);
		ck_assert_msg(strstr(file_show(parent, path), "the gzip stream is cut off") != NULL,
			      "cut at %ld of %ld", (long)cut, (long)length);
	}
	close(fd);
	folder_remove();
	talloc_free(parent);
}
END_TEST

START_TEST(test_open_faults)
{
	void *parent = talloc_new(NULL);
	const char *error = NULL;

	ck_assert_ptr_null(csv_open(parent, "/nonexistent/x.csv", &error));
	ck_assert_str_eq(error, "/nonexistent/x.csv: No such file or directory");
	ck_assert_ptr_null(csv_open(parent, "/tmp", &error));
	ck_assert_str_eq(error, "/tmp: Is a directory");
	talloc_free(parent);
}
END_TEST

START_TEST(test_columns)
{
	static const char *const names[] = {"date", "amount"};
	static const struct {
		const char *in, *want, *why; /* want NULL: found */
	} cases[] = {
		{"amount,x,date\n1,2,3\n", NULL, "any order"},
		{"\xEF\xBB\xBF"
		 "date,amount\n",
		 NULL, "behind a byte order mark"},
		{"\ndate,x\n", "2: there is no column \"amount\"", "one is missing"},
		{"date,Amount\n", "1: there is no column \"amount\"", "case matters"},
		{"date,amount,date\n", "1: there are 2 columns \"date\"", "one is twice"},
		{"", "1: there is no header line", "an empty file"},
		{"\"date", "1: " NEVER_ENDS, "a broken header"},
	};
	void *parent = talloc_new(NULL);
	size_t i;

	folder_make();
	for (i = 0; i < COUNT(cases); i++) {
		const char *const *fields;
		const char *error;
		struct csv *c;
		size_t index[2], count;

		file_write(cases[i].in, strlen(cases[i].in), false);
		c = csv_open(parent, path, &error);
		ck_assert_msg(csv_columns(c, names, 2, index) == (cases[i].want == NULL), "%s", cases[i].why);
		if (cases[i].want != NULL) {
			ck_assert_str_eq(csv_error(c) + strlen(path) + 1, cases[i].want);
			ck_assert_int_eq(csv_next(c, &fields, &count), -1);
		} else if (i == 0) {
			ck_assert_int_eq(csv_next(c, &fields, &count), 1);
			ck_assert_str_eq(fields[index[0]], "3");
			ck_assert_str_eq(fields[index[1]], "1");
		}
		talloc_free(c);
	}
	folder_remove();
	talloc_free(parent);
}
END_TEST

UNIT_MAIN("csv", test_records, test_long_file, test_limits, test_endless_quote, test_damaged_gzip,
	  test_open_faults, test_columns)
