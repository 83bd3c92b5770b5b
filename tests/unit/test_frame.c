/*
 * test_frame.c - frames come back as written, and whatever is not a frame is refused whole
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "common/frame.h"
#include "tests/unit/unit.h"

/* Two entries: one of every kind of attribute, one empty. */
static void write_example(void *parent, struct frame_writer *w)
{
	frame_begin(parent, w);
	frame_entry(w);
	frame_put_integer(w, "id", 7);
	frame_put_text(w, "operation", "get_dashboard");
	frame_put_text(w, "subject", NULL);
	frame_put_prefixed(w, "query", "period", "month", 5);
	frame_put(w, "body", "a\0b", 3);
	frame_put(w, "empty", NULL, 0);
	frame_entry(w);
	frame_end(w);
}

START_TEST(test_round_trip)
{
	static const struct {
		const char *name, *value;
		size_t length;
	} want[] = {{"id", "7", 1},
		    {"operation", "get_dashboard", 13},
		    {"query.period", "month", 5},
		    {"body", "a\0b", 3},
		    {"empty", "", 0}};
	struct frame_writer w = {0};
	struct frame_reader r, entry;
	struct frame_attribute a;
	size_t i;

	write_example(NULL, &w);
	ck_assert(frame_read(&r, w.data, w.length));
	ck_assert_uint_eq(r.entries, 2);
	ck_assert(frame_next_entry(&r, &entry));
	for (i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		ck_assert(frame_next(&entry, &a));
		ck_assert_msg(frame_is(&a, want[i].name), "attribute %zu is not %s", i, want[i].name);
		ck_assert_uint_eq(a.length, want[i].length);
		ck_assert_mem_eq(a.value, want[i].value, a.length);
	}
	ck_assert(!frame_next(&entry, &a));
	ck_assert(frame_next_entry(&r, &entry));
	ck_assert(!frame_next(&entry, &a));
	ck_assert(!frame_next_entry(&r, &entry));
	talloc_free(w.data);
}
END_TEST

/* The bytes are the agreement between neighbouring versions, so they are spelled out once. */
START_TEST(test_bytes)
{
	static const char want[] = "AEf1\0\0\0\1\0\0\0\11\2id\0\0\0\2-3";
	struct frame_writer w = {0};

	frame_begin(NULL, &w);
	frame_entry(&w);
	frame_put_integer(&w, "id", -3);
	frame_end(&w);
	ck_assert_uint_eq(w.length, sizeof(want) - 1);
	ck_assert_mem_eq(w.data, want, w.length);
	talloc_free(w.data);
}
END_TEST

START_TEST(test_memory_is_kept)
{
	struct frame_writer w = {0};
	struct frame_reader r;
	char big[10000];
	const char *data;

	memset(big, 'x', sizeof(big));
	frame_begin(NULL, &w);
	frame_entry(&w);
	frame_put(&w, "body", big, sizeof(big));
	frame_end(&w);
	ck_assert(frame_read(&r, w.data, w.length));
	data = w.data;
	frame_begin(NULL, &w);
	ck_assert_ptr_eq(w.data, data);
	frame_end(&w);
	ck_assert_uint_eq(w.length, 8);
	ck_assert(frame_read(&r, w.data, w.length));
	ck_assert_uint_eq(r.entries, 0);
	talloc_free(w.data);
}
END_TEST

START_TEST(test_long_names)
{
	struct frame_writer w = {0};
	struct frame_reader r, entry;
	struct frame_attribute a;
	char name[300];

	memset(name, 'n', sizeof(name));
	frame_begin(NULL, &w);
	frame_entry(&w);
	name[250] = '\0';
	frame_put_prefixed(&w, "query", name, "too long by one", 15);
	name[249] = '\0';
	frame_put_prefixed(&w, "query", name, "fits", 4);
	frame_end(&w);
	ck_assert(frame_read(&r, w.data, w.length));
	ck_assert(frame_next_entry(&r, &entry) && frame_next(&entry, &a));
	ck_assert_uint_eq(a.name_length, 255);
	ck_assert(a.length == 4 && memcmp(a.value, "fits", 4) == 0);
	ck_assert(!frame_next(&entry, &a));
	talloc_free(w.data);
}
END_TEST

/* Every proper beginning, each in memory of just that size so that the sanitizer sees a read too far. */
START_TEST(test_truncated)
{
	struct frame_writer w = {0};
	struct frame_reader r;
	size_t length;
	char *copy;

	write_example(NULL, &w);
	for (length = 0; length < w.length; length++) {
		copy = malloc(length + (length == 0));
		memcpy(copy, w.data, length);
		ck_assert_msg(!frame_read(&r, copy, length), "%zu of %zu bytes are no frame", length,
			      w.length);
		free(copy);
	}
	talloc_free(w.data);
}
END_TEST

/* Any byte changed to anything: refused, or read to the end within bounds. */
START_TEST(test_damaged)
{
	struct frame_writer w = {0};
	struct frame_reader r, entry;
	struct frame_attribute a;
	size_t i, sum = 0;
	int byte;
	char *copy;

	write_example(NULL, &w);
	copy = malloc(w.length);
	for (i = 0; i < w.length; i++)
		for (byte = 0; byte < 256; byte++) {
			memcpy(copy, w.data, w.length);
			copy[i] = (char)byte;
			if (!frame_read(&r, copy, w.length))
				continue;
			while (frame_next_entry(&r, &entry))
				while (frame_next(&entry, &a))
					sum += a.length + (size_t)frame_integer(&a, 1);
		}
	ck_assert_uint_gt(sum, 0);
	free(copy);
	talloc_free(w.data);
}
END_TEST

START_TEST(test_garbage)
{
	static const struct {
		const char *in;
		size_t length;
		const char *why;
	} cases[] = {
		{"", 0, "nothing"},
		{"AEf2\0\0\0\0", 8, "another version"},
		{"AEf1\0\0\0\0x", 9, "a byte behind the last entry"},
		{"AEf1\0\0\0\1", 8, "an entry that is not there"},
		{"AEf1\377\377\377\377", 8, "four billion of them"},
		{"AEf1\0\0\0\1\377\377\377\377", 12, "an entry longer than memory"},
		{"AEf1\0\0\0\1\0\0\0\1\0", 13, "an entry of one byte"},
		{"AEf1\0\0\0\1\0\0\0\6\0\377\377\377\377x", 18, "a value longer than memory"},
		{"AEf1\0\0\0\1\0\0\0\5\377\0\0\0\0", 17, "a name longer than its entry"},
	};
	struct frame_reader r;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(!frame_read(&r, cases[i].in, cases[i].length), "%s", cases[i].why);
}
END_TEST

START_TEST(test_integers)
{
	static const struct {
		const char *in;
		int64_t want;
	} cases[] = {
		{"0", 0},
		{"42", 42},
		{"-1", -1},
		{"9223372036854775807", INT64_MAX},
		{"-9223372036854775808", INT64_MIN},
		{"9223372036854775808", -99},
		{"-9223372036854775809", -99},
		{"99999999999999999999", -99},
		{"", -99},
		{"-", -99},
		{"+1", -99},
		{" 1", -99},
		{"1 ", -99},
		{"0x1", -99},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct frame_attribute a = {"id", 2, cases[i].in, strlen(cases[i].in)};

		ck_assert_msg(frame_integer(&a, -99) == cases[i].want, "\"%s\"", cases[i].in);
	}
}
END_TEST

START_TEST(test_integers_written)
{
	static const int64_t values[] = {0, 1, -1, INT64_MAX, INT64_MIN, 1000000007};
	struct frame_writer w = {0};
	struct frame_reader r, entry;
	struct frame_attribute a;
	size_t i;

	for (i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		frame_begin(NULL, &w);
		frame_entry(&w);
		frame_put_integer(&w, "n", values[i]);
		frame_end(&w);
		ck_assert(frame_read(&r, w.data, w.length));
		ck_assert(frame_next_entry(&r, &entry) && frame_next(&entry, &a));
		ck_assert_int_eq(frame_integer(&a, 5), values[i]);
	}
	talloc_free(w.data);
}
END_TEST

START_TEST(test_is)
{
	struct frame_attribute a = {"identity", 2, "", 0};

	ck_assert(frame_is(&a, "id"));
	ck_assert(!frame_is(&a, "i"));
	ck_assert(!frame_is(&a, "identity"));
	ck_assert(!frame_is(&a, ""));
}
END_TEST

UNIT_MAIN("frame", test_round_trip, test_bytes, test_memory_is_kept, test_long_names, test_truncated,
	  test_damaged, test_garbage, test_integers, test_integers_written, test_is)
