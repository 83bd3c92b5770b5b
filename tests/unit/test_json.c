/*
 * test_json.c - what the reader takes and refuses, and that what is written reads back
 */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "common/json.h"
#include "tests/unit/unit.h"

/* Reads a copy in memory of just that size, so that the sanitizer sees a read too far. */
static struct json *parse_n(void *parent, const char *text, size_t length, const char **error)
{
	char *copy = malloc(length + (length == 0));
	struct json *json;

	memcpy(copy, text, length);
	*error = NULL;
	json = json_parse(parent, copy, length, error);
	free(copy);
	ck_assert((json == NULL) == (*error != NULL));
	return json;
}

static struct json *parse(void *parent, const char *text)
{
	const char *error;
	struct json *json = parse_n(parent, text, strlen(text), &error);

	ck_assert_msg(json != NULL, "%s: %s", text, error);
	return json;
}

START_TEST(test_kinds)
{
	void *t = talloc_new(NULL);
	const struct json *j = parse(t, " {\"n\":null, \"b\":true,\"i\":-5,\"r\":1.25,\"t\":\"x\\u00e9\\n\","
					"\"a\":[1,[],{}],\"o\":{\"k\":\"v\"}} ");

	ck_assert_int_eq(j->kind, JSON_OBJECT);
	ck_assert_uint_eq(j->count, 7);
	ck_assert_int_eq(json_get(j, "n")->kind, JSON_NULL);
	ck_assert(json_get_boolean(j, "b", false));
	ck_assert_int_eq(json_get_integer(j, "i", 0), -5);
	ck_assert_double_eq(json_get_real(j, "r", 0), 1.25);
	ck_assert_double_eq(json_get_real(j, "i", 0), -5);
	ck_assert_str_eq(json_get_text(j, "t", ""), "x\xc3\xa9\n");
	ck_assert_uint_eq(json_get(j, "t")->length, 4);
	ck_assert_uint_eq(json_get(j, "a")->count, 3);
	ck_assert_str_eq(json_get_text(json_get(j, "o"), "k", ""), "v");
	talloc_free(t);
}
END_TEST

START_TEST(test_fallbacks)
{
	void *t = talloc_new(NULL);
	const struct json *j = parse(t, "{\"n\":null,\"t\":\"1\",\"r\":1.5,\"a\":[]}");

	ck_assert_ptr_null(json_get(NULL, "x"));
	ck_assert_ptr_null(json_get(j, "x"));
	ck_assert_ptr_null(json_get(json_get(j, "a"), "x"));
	ck_assert_int_eq(json_get_integer(j, "n", 7), 7);
	ck_assert_int_eq(json_get_integer(j, "t", 7), 7);
	ck_assert_int_eq(json_get_integer(j, "r", 7), 7);
	ck_assert_double_eq(json_get_real(j, "t", 7), 7);
	ck_assert_str_eq(json_get_text(j, "r", "f"), "f");
	ck_assert_ptr_null(json_get_text(NULL, "r", NULL));
	ck_assert(json_get_boolean(j, "t", true));
	talloc_free(t);
}
END_TEST

START_TEST(test_numbers)
{
	static const struct {
		const char *in;
		enum json_kind kind;
		int64_t integer;
		double real;
	} cases[] = {
		{"0", JSON_INTEGER, 0, 0},
		{"-0", JSON_INTEGER, 0, 0},
		{"9223372036854775807", JSON_INTEGER, INT64_MAX, 9223372036854775807.0},
		{"-9223372036854775808", JSON_INTEGER, INT64_MIN, -9223372036854775808.0},
		{"9223372036854775808", JSON_REAL, 0, 9223372036854775808.0},
		{"-9223372036854775809", JSON_REAL, 0, -9223372036854775808.0},
		{"9007199254740993", JSON_INTEGER, INT64_C(9007199254740993), 9007199254740992.0},
		{"1.0", JSON_INTEGER, 1, 1},
		{"1e2", JSON_INTEGER, 100, 100},
		{"-2.50e1", JSON_INTEGER, -25, -25},
		{"0.1", JSON_REAL, 0, 0.1},
		{"1e300", JSON_REAL, 0, 1e300},
		{"1e-400", JSON_INTEGER, 0, 0},
		{"1.7976931348623157e308", JSON_REAL, 0, DBL_MAX},
		{"5e-324", JSON_REAL, 0, 5e-324},
	};
	void *t = talloc_new(NULL);
	const struct json *j;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		j = parse(t, cases[i].in);
		ck_assert_msg(j->kind == cases[i].kind, "%s", cases[i].in);
		ck_assert_msg(j->kind == JSON_REAL || j->integer == cases[i].integer, "%s", cases[i].in);
		ck_assert_msg(j->real == cases[i].real, "%s", cases[i].in);
	}
	talloc_free(t);
}
END_TEST

START_TEST(test_refused)
{
#define TEXT(x) x, sizeof(x) - 1
	static const struct {
		const char *in;
		size_t length;
		const char *why;
	} cases[] = {
		{TEXT(""), "nothing"},
		{TEXT("  "), "only spaces"},
		{TEXT("{\"a\":1,\"a\":2}"), "a name twice"},
		{TEXT("{\"a\":1,\"\\u0061\":2}"), "a name twice, spelled in two ways"},
		{TEXT("{\"a\":{\"b\":1,\"b\":1}}"), "a name twice further down"},
		{TEXT("\"\\u0000\""), "NUL"},
		{TEXT("{\"\\u0000\":1}"), "NUL in a name"},
		{TEXT("\"a\0b\""), "a bare NUL"},
		{TEXT("\0"), "nothing but NUL"},
		{TEXT("\"\\ud800\""), "a high surrogate alone"},
		{TEXT("\"\\udc00\""), "a low surrogate alone"},
		{TEXT("\"\\ud800\\ud800\""), "two high ones"},
		{TEXT("\"\\ud83dx\\ude00\""), "something between the two"},
		{TEXT("\"\\ud83d\\\\ude00\""), "an escaped backslash between"},
		{TEXT("\"\\ud83d\\u"), "cut within the second"},
		{TEXT("\"\\u"), "cut within an escape"},
		{TEXT("\"\\u1"), "cut within an escape, one digit"},
		{TEXT("\"\\u123"), "cut within an escape, three digits"},
		{TEXT("\"\\"), "cut behind a backslash"},
		{TEXT("\"\\u12g4\""), "not hexadecimal"},
		{TEXT("\"\\u-001\""), "a sign is no digit"},
		{TEXT("\"\\x41\""), "no such escape"},
		{TEXT("\"\n\""), "a bare newline"},
		{TEXT("\"\xff\""), "no UTF-8"},
		{TEXT("\"\xc0\x80\""), "overlong NUL"},
		{TEXT("\"\xe0\x80\xaf\""), "overlong slash"},
		{TEXT("\"\xed\xa0\x80\""), "a surrogate in UTF-8"},
		{TEXT("\"\xf4\x90\x80\x80\""), "beyond U+10FFFF"},
		{TEXT("\"\xf8\x88\x80\x80\x80\""), "five bytes"},
		{TEXT("\"\xc3\""), "a character cut by the quote"},
		{TEXT("\"\xe2\x82"), "a character cut by the end"},
		{TEXT("\"\x80\""), "a lone continuation byte"},
		{TEXT("1e400"), "too large for a double"},
		{TEXT("-1e400"), "too small for a double"},
		{TEXT("[1,]"), "a comma too many"},
		{TEXT("{\"a\":1,}"), "a comma too many"},
		{TEXT("[1 2]"), "a comma too few"},
		{TEXT("{\"a\"}"), "no value"},
		{TEXT("{a:1}"), "a name without quotes"},
		{TEXT("{1:1}"), "a number for a name"},
		{TEXT("['a']"), "single quotes"},
		{TEXT("[1"), "not closed"},
		{TEXT("[1}"), "closed by the wrong one"},
		{TEXT("1 2"), "two values"},
		{TEXT("{} x"), "something behind"},
		{TEXT("[]]"), "closed twice"},
		{TEXT("01"), "a leading zero"},
		{TEXT("+1"), "a plus"},
		{TEXT("1."), "no fraction"},
		{TEXT(".5"), "no whole part"},
		{TEXT("1e"), "no exponent"},
		{TEXT("-"), "no digits"},
		{TEXT("0x10"), "hexadecimal"},
		{TEXT("NaN"), "not a number"},
		{TEXT("Infinity"), "infinity"},
		{TEXT("nul"), "half a word"},
		{TEXT("True"), "a capital"},
		{TEXT("/* c */ 1"), "a comment"},
		{TEXT("\xef\xbb\xbf{}"), "a byte order mark"},
		{TEXT("1234567890123456789012345678901234567890123456789012345678901234"), "64 digits"},
	};
	void *t = talloc_new(NULL);
	const char *error;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_msg(parse_n(t, cases[i].in, cases[i].length, &error) == NULL, "%s", cases[i].why);
		ck_assert_msg(*error != '\0' && strchr(error, '\n') == NULL, "%s: %s", cases[i].why, error);
	}
	talloc_free(t);
}
END_TEST

START_TEST(test_accepted)
{
	static const struct {
		const char *in, *want;
	} cases[] = {
		{"\"\\ud83d\\ude00\"", "\xf0\x9f\x98\x80"},
		{"\"\\uD83D\\uDE00x\"", "\xf0\x9f\x98\x80x"},
		{"\"\\\\u0000\"", "\\u0000"},
		{"\"\\\\ud800\"", "\\ud800"},
		{"\"\\/\\b\\f\\r\\t\\\"\"", "/\b\f\r\t\""},
		{"\"\xf4\x8f\xbf\xbf\xee\x80\x80\xed\x9f\xbf\xc2\x80\"",
		 "\xf4\x8f\xbf\xbf\xee\x80\x80\xed\x9f\xbf\xc2\x80"},
		{"\"\"", ""},
		{"\"\x7f\"", "\x7f"},
	};
	void *t = talloc_new(NULL);
	const struct json *j;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		j = parse(t, cases[i].in);
		ck_assert_str_eq(j->text, cases[i].want);
		ck_assert_uint_eq(j->length, strlen(cases[i].want));
	}
	talloc_free(t);
}
END_TEST

/* Every beginning of a document is refused and read within its bounds. */
START_TEST(test_truncated)
{
	static const char text[] =
		"{\"a\":[1.5e3,\"\\ud83d\\ude00\xe2\x82\xac\\n\",null,true],\"b\":{\"c\":-1}}";
	void *t = talloc_new(NULL);
	const char *error;
	size_t length;

	for (length = 0; length < sizeof(text) - 1; length++)
		ck_assert_msg(parse_n(t, text, length, &error) == NULL, "%zu bytes", length);
	ck_assert_ptr_nonnull(parse_n(t, text, length, &error));
	talloc_free(t);
}
END_TEST

START_TEST(test_depth)
{
	void *t = talloc_new(NULL);
	char text[4 * JSON_DEPTH_MAX];
	const char *error;
	size_t depth;

	for (depth = JSON_DEPTH_MAX - 1; depth <= JSON_DEPTH_MAX + 1; depth++) {
		memset(text, '[', depth);
		memset(text + depth, ']', depth);
		ck_assert_int_eq(parse_n(t, text, 2 * depth, &error) != NULL, depth <= JSON_DEPTH_MAX);
		ck_assert(error == NULL || strncmp(error, "nested too deeply", 17) == 0);
	}
	ck_assert_ptr_nonnull(parse(t,
				    "[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],"
				    "[],[],[],[],[],[],[],[],[],[],[],[],[],[]]"));
	talloc_free(t);
}
END_TEST

START_TEST(test_many_names)
{
	void *t = talloc_new(NULL);
	struct json_writer *w = json_writer_new(t);
	const char *error, *text;
	char name[16];
	size_t i, count, length;

	for (count = JSON_NAMES_MAX; count <= JSON_NAMES_MAX + 1; count++) {
		json_writer_reset(w);
		json_open_object(w, NULL);
		for (i = 0; i < count; i++) {
			snprintf(name, sizeof(name), "n%zu", i);
			json_put_null(w, name);
		}
		json_close(w);
		text = json_text(w, &length);
		ck_assert_int_eq(parse_n(t, text, length, &error) != NULL, count == JSON_NAMES_MAX);
	}
	talloc_free(t);
}
END_TEST

/* begin and end cut each container out of the text. */
START_TEST(test_slices)
{
	static const char text[] =
		"  { \"data\" : {\"x\":[1, 2 ]} ,\"e\\u0041\":[ ], \"l\":[{},{\"y\":\"}\"}] }  ";
	void *t = talloc_new(NULL);
	const struct json *j = parse(t, text), *v;
	static const struct {
		const char *name, *want;
	} cases[] = {{"data", "{\"x\":[1, 2 ]}"}, {"eA", "[ ]"}, {"l", "[{},{\"y\":\"}\"}]"}};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		v = json_get(j, cases[i].name);
		ck_assert_uint_eq(v->end - v->begin, strlen(cases[i].want));
		ck_assert_mem_eq(text + v->begin, cases[i].want, strlen(cases[i].want));
	}
	v = v->first->next;
	ck_assert_mem_eq(text + v->begin, "{\"y\":\"}\"}", v->end - v->begin);
	ck_assert_uint_eq(j->begin, 2);
	ck_assert_uint_eq(j->end, sizeof(text) - 3);
	talloc_free(t);
}
END_TEST

START_TEST(test_pointers)
{
	void *t = talloc_new(NULL);
	const struct json *j = parse(t, "{\"a\":[10,{\"b/c\":{\"~d\":1}}],\"\":2}"), *v;

	ck_assert_str_eq(json_pointer(t, j), "");
	ck_assert_str_eq(json_pointer(t, NULL), "");
	ck_assert_str_eq(json_pointer(t, json_get(j, "")), "/");
	v = json_get(j, "a")->first;
	ck_assert_str_eq(json_pointer(t, v), "/a/0");
	ck_assert_str_eq(json_pointer(t, v->next), "/a/1");
	v = json_get(json_get(v->next, "b/c"), "~d");
	ck_assert_str_eq(json_pointer(t, v), "/a/1/b~1c/~0d");
	talloc_free(t);
}
END_TEST

START_TEST(test_writing)
{
	void *t = talloc_new(NULL);
	struct json_writer *w = json_writer_new(t);
	const char *want = "{\"t\":\"a\\\"\\\\\\n\\u0001\xc3\xa9/\",\"nil\":null,\"i\":-9223372036854775808,"
			   "\"b\":true,\"a\":[1,0.5,null,[],{}],\"raw\":{\"k\":[1, 2]},\"n\":\"ab\"}";
	size_t length;
	int round;

	for (round = 0; round < 3; round++) {
		json_open_object(w, NULL);
		json_put_text(w, "t", "a\"\\\n\x01\xc3\xa9/");
		json_put_text(w, "nil", NULL);
		json_put_integer(w, "i", INT64_MIN);
		json_put_boolean(w, "b", true);
		json_open_array(w, "a");
		json_put_integer(w, NULL, 1);
		json_put_real(w, NULL, 0.5);
		json_put_real(w, NULL, NAN);
		json_open_array(w, NULL);
		json_close(w);
		json_open_object(w, NULL);
		json_close(w);
		json_close(w);
		json_put_raw(w, "raw", "{\"k\":[1, 2]}", 12);
		json_put_text_n(w, "n", "abc", 2);
		json_close(w);
		ck_assert_str_eq(json_text(w, &length), want);
		ck_assert_uint_eq(length, strlen(want));
		json_writer_reset(w);
		ck_assert_str_eq(json_text(w, &length), "");
		ck_assert_uint_eq(length, 0);
	}
	talloc_free(t);
}
END_TEST

START_TEST(test_reals_written)
{
	static const struct {
		double in;
		const char *want;
	} cases[] = {{0, "0"},
		     {0.1, "0.1"},
		     {0.05, "0.05"},
		     {-0.05, "-0.05"},
		     {12.34, "12.34"},
		     {-12.3, "-12.3"},
		     {0.125, "0.125"},
		     {100, "100"},
		     {0.1 + 0.2, "0.30000000000000004"},
		     {1.0 / 3, "0.3333333333333333"},
		     {1e15, "1e+15"},
		     {123456789012345.0, "123456789012345"},
		     {9999999999.99, "9999999999.99"},
		     {INFINITY, "null"},
		     {-INFINITY, "null"}};
	void *t = talloc_new(NULL);
	struct json_writer *w = json_writer_new(t);
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_writer_reset(w);
		json_put_real(w, NULL, cases[i].in);
		ck_assert_str_eq(json_text(w, NULL), cases[i].want);
	}
	talloc_free(t);
}
END_TEST

/* Doubles of every size come back as they were; the sequence is the same each time. */
START_TEST(test_reals_round_trip)
{
	void *t = talloc_new(NULL);
	struct json_writer *w = json_writer_new(t);
	const char *error, *text;
	uint64_t bits = 88172645463325252u;
	double value;
	struct json *j;
	size_t length;
	int i;

	for (i = 0; i < 50000; i++) {
		bits ^= bits << 13;
		bits ^= bits >> 7;
		bits ^= bits << 17;
		memcpy(&value, &bits, sizeof(value));
		if (i % 2)
			value = (double)(int64_t)(bits % 2000000000) / (i % 3 ? 100 : 1000);
		if (!isfinite(value))
			continue;
		json_writer_reset(w);
		json_put_real(w, NULL, value);
		text = json_text(w, &length);
		j = json_parse(t, text, length, &error);
		ck_assert_msg(j != NULL && j->real == value, "%a written as %s", value, text);
		talloc_free(j);
	}
	talloc_free(t);
}
END_TEST

START_TEST(test_round_trip)
{
	static const char text[] = "{\"a\":[1,-2.5,null,true,false,\"x\\ny\",[],{},[[[\"\xe2\x82\xac\"]]]],"
				   "\"o\":{\"\":0,\"k\":9223372036854775807}}";
	void *t = talloc_new(NULL);
	struct json_writer *w = json_writer_new(t);
	const struct json *j = parse(t, text);

	json_put_value(w, NULL, j);
	ck_assert_str_eq(json_text(w, NULL), text);
	json_writer_reset(w);
	json_open_object(w, NULL);
	json_put_value(w, "copy", json_get(j, "o"));
	json_close(w);
	ck_assert_str_eq(json_text(w, NULL), "{\"copy\":{\"\":0,\"k\":9223372036854775807}}");
	talloc_free(t);
}
END_TEST

/* Nothing is left behind, neither by documents that are good nor by ones that are not. */
START_TEST(test_no_leaks)
{
	static const char *const texts[] = {"{\"a\":[1,{\"b\":\"c\"}]}", "{\"a\":[1,{\"b\":\"c\"",
					    "{\"a\":1,\"a\":2}", "[1,2,\"\\ud800\"]", "["};
	void *t = talloc_new(NULL);
	const char *error;
	struct json *j;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		j = parse_n(t, texts[i], strlen(texts[i]), &error);
		talloc_free(j);
		talloc_free((void *)error);
		ck_assert_uint_eq(talloc_total_blocks(t), 1);
	}
	talloc_free(t);
}
END_TEST

UNIT_MAIN("json", test_kinds, test_fallbacks, test_numbers, test_refused, test_accepted, test_truncated,
	  test_depth, test_many_names, test_slices, test_pointers, test_writing, test_reals_written,
	  test_reals_round_trip, test_round_trip, test_no_leaks)
