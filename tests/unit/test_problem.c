/*
 * test_problem.c - the problem document, and the table of errors behind it
 */
#include <string.h>
#include <talloc.h>

#include "common/json.h"
#include "common/problem.h"
#include "tests/unit/unit.h"

START_TEST(test_whole)
{
	static const struct fault faults[] = {{"/data/amount_minor", "missing"},
					      {"?from", "not a day: \"x\"\n"}};
	const char *want = "{\"type\":\"urn:ae:problem:invalid-parameter\","
			   "\"title\":\"A parameter or field is not valid\",\"status\":400,"
			   "\"detail\":\"two faults\",\"instance\":\"/events\",\"code\":\"INVALID\","
			   "\"request_id\":\"r-1\",\"errors\":["
			   "{\"pointer\":\"/data/amount_minor\",\"detail\":\"missing\"},"
			   "{\"pointer\":\"?from\",\"detail\":\"not a day: \\\"x\\\"\\n\"}]}";
	size_t length;
	char *text = problem_text(NULL, ERR_INVALID, "two faults", "/events", "r-1", faults, 2, &length);

	ck_assert_str_eq(text, want);
	ck_assert_uint_eq(length, strlen(want));
	talloc_free(text);
}
END_TEST

/* Every row gives JSON with the members that clients rely on, and leaves out what is unknown. */
START_TEST(test_every_row)
{
	enum error e;
	const struct json *json;
	const char *error, *type;
	char *text;
	size_t length;

	for (e = ERR_OK; e < ERR_COUNT; e++) {
		text = problem_text(NULL, e, NULL, NULL, NULL, NULL, 0, &length);
		json = json_parse(text, text, length, &error);
		ck_assert_ptr_nonnull(json);
		ck_assert_uint_eq(json->count, 4);
		ck_assert_int_eq(json_get_integer(json, "status", 0), error_status(e));
		ck_assert_str_eq(json_get_text(json, "code", ""), error_name(e));
		ck_assert_str_eq(json_get_text(json, "title", ""), error_title(e));
		type = json_get_text(json, "type", "");
		ck_assert(e == ERR_OK ? strcmp(type, "about:blank") == 0
				      : strncmp(type, "urn:ae:problem:", 15) == 0);
		talloc_free(text);
	}
}
END_TEST

START_TEST(test_from_status)
{
	static const struct {
		int in;
		enum error want;
	} cases[] = {{200, ERR_OK},          {400, ERR_MALFORMED}, {404, ERR_NOT_FOUND},
		     {503, ERR_UNAVAILABLE}, {504, ERR_TIMEOUT},   {418, ERR_INTERNAL},
		     {0, ERR_INTERNAL},      {-1, ERR_INTERNAL},   {500, ERR_INTERNAL}};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(error_from_status(cases[i].in) == cases[i].want, "%d", cases[i].in);
	ck_assert(error_retryable(ERR_UNAVAILABLE) && !error_retryable(ERR_NOT_FOUND));
	ck_assert_str_eq(error_name((enum error)999), "INTERNAL");
	ck_assert_str_eq(error_kind(ERR_NOT_FOUND), "not-found");
}
END_TEST

UNIT_MAIN("problem", test_whole, test_every_row, test_from_status)
