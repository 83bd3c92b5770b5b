/*
 * test_form.c - forms as browsers, mail programs and others send them
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/form.h"
#include "tests/unit/unit.h"

#define ENCODED "application/x-www-form-urlencoded"
#define PARTS   "multipart/form-data; boundary=x-1"

START_TEST(test_fields)
{
	static const struct {
		const char *type, *body, *name, *want, *why;
	} cases[] = {
		{ENCODED, "List-Unsubscribe=One-Click", "List-Unsubscribe", "One-Click", "RFC 8058"},
		{ENCODED "; charset=UTF-8", "a=1&b=2", "b", "2", "a parameter of the type"},
		{"Application/X-WWW-Form-URLencoded", "a=1", "a", "1", "a type in any case"},
		{ENCODED, "zone=Europe%2FVienna&t=22%3A00", "zone", "Europe/Vienna", "escapes"},
		{ENCODED, "a=b+c", "a", "b c", "plus is a space"},
		{ENCODED, "a=1&a=2", "a", "1", "the first of two"},
		{ENCODED, "a", "a", "", "no value"},
		{ENCODED, "&&=x&a=1&", "a", "1", "empty pieces"},
		{ENCODED, "a=%zz%", "a", "%zz%", "what is no escape stays"},
		{ENCODED, "a=%c3%bc%0d%0a", "a", "????", "only ASCII comes through"},
		{ENCODED, "a=%00b", "a", "", "nothing behind a NUL"},
		{ENCODED, "", "a", NULL, "empty"},
		{PARTS,
		 "--x-1\r\nContent-Disposition: form-data; "
		 "name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x-1--\r\n",
		 "List-Unsubscribe", "One-Click", "RFC 8058 as parts"},
		{PARTS,
		 "--x-1\r\ncontent-disposition: form-data; name=a\r\n\r\n1\r\n--x-1\r\nContent-Disposition: "
		 "form-data; "
		 "name=b\r\n\r\n2\r\n--x-1--",
		 "b", "2", "two parts"},
		{PARTS, "--x-1\r\nContent-Disposition: form-data; name=a\r\n\r\n1", "a", "1", "no end"},
		{PARTS, "--x-1\r\n\r\nOne-Click\r\n--x-1--", "List-Unsubscribe", NULL, "no name"},
		{PARTS, "List-Unsubscribe=One-Click", "List-Unsubscribe", NULL, "no parts"},
		{"multipart/form-data", "--x-1\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--x-1--",
		 "a", NULL, "no boundary"},
		{"multipart/form-data; boundary=\"\"", "--\r\n\r\n", "a", NULL, "an empty boundary"},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		void *t = talloc_new(NULL);
		enum error error;
		struct form *f = form_read(t, cases[i].type, cases[i].body, strlen(cases[i].body), &error);
		const char *got = form_get(f, cases[i].name);

		ck_assert_msg(f != NULL, "%s", cases[i].why);
		ck_assert_msg(cases[i].want ? got && strcmp(got, cases[i].want) == 0 : got == NULL,
			      "%s: got %s", cases[i].why, got ? got : "nothing");
		talloc_free(t);
	}
}
END_TEST

START_TEST(test_refused)
{
	static const char *const types[] = {NULL,
					    "",
					    "text/plain",
					    "application/json",
					    "application/x-www-form-urlencodedx",
					    "multipart/mixed; boundary=x"};
	void *t = talloc_new(NULL);
	enum error error;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		ck_assert_ptr_null(form_read(t, types[i], "a=1", 3, &error));
		ck_assert_int_eq(error, ERR_UNSUPPORTED_MEDIA);
	}
	talloc_free(t);
}
END_TEST

/* Whatever is sent costs no more than its own size. */
START_TEST(test_bounds)
{
	void *t = talloc_new(NULL);
	char *many = talloc_strdup(t, ""), *long_value = talloc_strdup(t, "a=");
	enum error error;
	struct form *f;
	size_t i;

	for (i = 0; i <= FORM_FIELDS_MAX; i++)
		many = talloc_strdup_append_buffer(many, "a=1&");
	ck_assert_ptr_null(form_read(t, ENCODED, many, strlen(many), &error));
	ck_assert_int_eq(error, ERR_TOO_LARGE);
	for (i = 0; i < 3 * FORM_VALUE_MAX; i++)
		long_value = talloc_strdup_append_buffer(long_value, "x");
	f = form_read(t, ENCODED, long_value, strlen(long_value), &error);
	ck_assert_uint_eq(strlen(form_get(f, "a")), FORM_VALUE_MAX);
	ck_assert_ptr_null(form_get(NULL, "a"));
	talloc_free(t);
}
END_TEST

/* Every cut of a body is read without reading beyond it (the sanitizers look). */
START_TEST(test_cuts)
{
	static const char parts[] =
		"--x-1\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--x-1--\r\n",
			  encoded[] = "a=1%2&b=%32&c";
	void *t = talloc_new(NULL);
	enum error error;
	size_t i;

	for (i = 0; i < sizeof(parts); i++)
		form_read(t, PARTS, talloc_memdup(t, parts, i), i, &error);
	for (i = 0; i < sizeof(encoded); i++)
		form_read(t, ENCODED, talloc_memdup(t, encoded, i), i, &error);
	talloc_free(t);
}
END_TEST

UNIT_MAIN("form", test_fields, test_refused, test_bounds, test_cuts)
