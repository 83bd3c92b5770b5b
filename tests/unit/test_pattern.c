/*
 * test_pattern.c - regular expressions: what they match, what is refused, and that nothing takes long
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "common/clock.h"
#include "common/pattern.h"
#include "tests/unit/unit.h"

START_TEST(matches)
{
	static const struct {
		const char *pattern, *text;
		bool want;
	} cases[] = {
		{"", "", true},
		{"b", "abc", true},
		{"^b", "abc", false},
		{"c$", "abc", true},
		{"c$", "abc\n", false},
		{"^$", "", true},
		{"^$", "x", false},
		{"^a*$", "aaaa", true},
		{"^a+$", "", false},
		{"^(a|bc)+?d$", "abcad", true},
		{"^(?:a|)b$", "b", true},
		{"^(?<year>[0-9]{4})-[0-9]{2}$", "2026-11", true},
		{"^[A-Z]{3}$", "EUR", true},
		{"^[A-Z]{3}$", "EURO", false},
		{"^a{2,}$", "a", false},
		{"^a{2,}$", "aaaaa", true},
		{"^a{2,3}$", "aaaa", false},
		{"^a{0}$", "", true},
		{"^(ab){0,2}$", "abab", true},
		{"^.$", "\xc3\xa9", true},
		{"^.$", "\n", false},
		{"^[^x]$", "\n", true},
		{"^\\u00e9$", "\xc3\xa9", true},
		{"^\\u{1F600}\\uD83D\\uDE00$", "\xf0\x9f\x98\x80\xf0\x9f\x98\x80", true},
		{"^[\xc3\xa0-\xc3\xbf]+$", "\xc3\xa9\xc3\xa8", true},
		{"^\\d+$", "123", true},
		{"^\\d+$", "\xd9\xa3", false}, /* an Arabic digit is none */
		{"^\\D\\W\\S$", "a-b", true},
		{"^[\\s\\d_-]+$", "1 _-\xc2\xa0", true},
		{"^[^\\D]$", "5", true},
		{"^[\\]\\\\-]+$", "]\\-", true},
		{"^[a-]$", "-", true},
		{"^[]$", "", false},
		{"^[^]$", "]", true},
		{"\\bcat\\b", "a cat!", true},
		{"\\bcat\\b", "concat", false},
		{"\\Bcat", "concat", true},
		{"^a\\/b\\.c\\x41\\t$", "a/b.cA\t", true},
		{"^(a*)*$", "aaab", false},
		{"^(|a)+$", "aaa", true},
		{"(^|,)x(,|$)", "a,x", true},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *error = "";
		struct pattern *p = pattern_parse(NULL, cases[i].pattern, strlen(cases[i].pattern), &error);
		int64_t steps = 100000;

		ck_assert_msg(p != NULL, "%s: %s", cases[i].pattern, error);
		ck_assert_msg(pattern_find(p, cases[i].text, strlen(cases[i].text), &steps) == cases[i].want,
			      "%s in %s", cases[i].pattern, cases[i].text);
		talloc_free(p);
	}
}
END_TEST

START_TEST(refused)
{
	static const struct {
		const char *pattern, *why;
	} cases[] = {
		{"(", "( without"},
		{"a)", ") without"},
		{"[a", "[ without"},
		{"[a\\]", "[ without"},
		{"[a-", "[ without"},
		{"[b-a]", "backwards"},
		{"[\\d-z]", "begins with a class"},
		{"[a-\\d]", "ends with a class"},
		{"*", "means nothing"},
		{"a**", "means nothing"},
		{"a{2", "without its }"},
		{"a{x}", "no count"},
		{"a{3,2}", "backwards"},
		{"a{1001}", "1,000"},
		{"a{99999999999}", "1,000"},
		{"}", "means nothing"},
		{"(a)\\1", "back reference"},
		{"(?=a)", "ahead"},
		{"(?<!a)", "ahead"},
		{"(?i)a", "kind of group"},
		{"(?<>a)", "kind of group"},
		{"\\p{L}", "\\p"},
		{"\\q", "backslash"},
		{"\\", "backslash"},
		{"\\uD83D", "backslash"},
		{"\\u{110000}", "backslash"},
		{"^*", "edge"},
		{"((a{1000}){1000}){1000}", "too much"},
		{"(((){1000}){1000}){1000}", "too much"},
		{"((((((((((((((((((((((((((((((((((a))))))))))))))))))))))))))))))))))", "deep"},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *error = "";

		ck_assert_msg(pattern_parse(NULL, cases[i].pattern, strlen(cases[i].pattern), &error) == NULL,
			      "%s is taken", cases[i].pattern);
		ck_assert_msg(strstr(error, cases[i].why) != NULL, "%s: %s", cases[i].pattern, error);
	}
}
END_TEST

/* What sends others into exponential time. */
START_TEST(hostile_patterns_are_quick)
{
	static const char *const patterns[] = {
		"^(a+)+$",  "^(a|a)*$",          "^(a|aa)+$",        "^([a-z]+)*@$",
		"(x+x+)+y", "^(a?){100}a{100}$", "^((a*)*(a*)*)*b$", "(.*)(.*)(.*)(.*)(.*)z"};
	char text[10001];
	size_t i;

	memset(text, 'a', 10000);
	text[10000] = '\0';
	text[9999] = '!';
	for (i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
		const char *error = "";
		struct pattern *p = pattern_parse(NULL, patterns[i], strlen(patterns[i]), &error);
		int64_t steps = 50000000, from = clock_monotonic();

		ck_assert_msg(p != NULL, "%s: %s", patterns[i], error);
		ck_assert_msg(!pattern_find(p, text, 10000, &steps), "%s", patterns[i]);
		ck_assert_msg(steps > 0 && clock_monotonic() - from < 2 * SECOND, "%s takes too long",
			      patterns[i]);
		talloc_free(p);
	}
}
END_TEST

START_TEST(work_is_counted)
{
	const char *error = "";
	struct pattern *p = pattern_parse(NULL, "x(a|b|c)*y", 10, &error);
	char text[1000];
	int64_t steps = 500;

	memset(text, 'a', sizeof(text));
	ck_assert(!pattern_find(p, text, sizeof(text), &steps) && steps < 0 && steps > -50);
	steps = 50000;
	ck_assert(!pattern_find(p, text, sizeof(text), &steps) && steps > 0);
	talloc_free(p);
}
END_TEST

UNIT_MAIN("pattern", matches, refused, hostile_patterns_are_quick, work_is_counted)
