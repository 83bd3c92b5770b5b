/*
 * test_locale_text.c - numbers, money and days by language
 */
#include <string.h>
#include <talloc.h>

#include "common/locale_text.h"
#include "tests/unit/unit.h"

#define MINUS "\xe2\x88\x92"

START_TEST(numbers)
{
	static const struct {
		const char *locale;
		double value;
		const char *want;
	} cases[] = {
		{"en", 0, "0"},
		{"en", 999, "999"},
		{"en-GB", 1200, "1,200"},
		{"en_GB", 1234567, "1,234,567"},
		{"en", -1200, MINUS "1,200"},
		{"en", 12.5, "12.5"},
		{"en", 12.05, "12.05"},
		{"en", 1234.999, "1,235"},
		{"en", -0.001, "0"},
		{"en", 1e30, "1e+30"},
		{"de", 1200, "1.200"},
		{"de-DE", 1234.56, "1.234,56"},
		{"de-CH", 1200,
		 "1\xe2\x80\x99"
		 "200"},
		{"de-AT", 1200,
		 "1\xc2\xa0"
		 "200"},
		{"fr-FR", 1200,
		 "1\xe2\x80\xaf"
		 "200"},
		{"ja", 1200.5,
		 "1\xc2\xa0"
		 "200.5"},
		{"", 1200,
		 "1\xc2\xa0"
		 "200"},
		{"deutsch", 1200,
		 "1\xc2\xa0"
		 "200"},
	};
	void *scratch = talloc_new(NULL);
	const struct locale_rules *l;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		l = locale_find(cases[i].locale);
		ck_assert_str_eq(locale_real(scratch, l, cases[i].value), cases[i].want);
		if (cases[i].value == (double)(int64_t)cases[i].value)
			ck_assert_str_eq(locale_integer(scratch, l, (int64_t)cases[i].value), cases[i].want);
	}
	ck_assert_str_eq(locale_integer(scratch, locale_find("en"), INT64_MIN),
			 MINUS "9,223,372,036,854,775,808");
	talloc_free(scratch);
}
END_TEST

START_TEST(money)
{
	static const struct {
		const char *locale;
		int64_t minor;
		const char *currency, *want;
	} cases[] = {
		{"en-GB", 1250, "GBP", "GBP 12.50"},
		{"de-DE", 1250, "EUR", "12,50 EUR"},
		{"de-CH", 123450, "CHF",
		 "CHF 1\xe2\x80\x99"
		 "234.50"},
		{"de-AT", 1250, "EUR", "EUR 12,50"},
		{"en", 5, "USD", "USD 0.05"},
		{"en", -5, "USD", "USD " MINUS "0.05"},
		{"en", 123456789, "JPY", "JPY 123,456,789"},
		{"de", 1234567, "KWD", "1.234,567 KWD"},
		{"nl", 100, "EUR", "EUR 1,00"},
		{"pl", 100, "PLN", "1.00 PLN"},
		{"en", INT64_MIN, "GBP", "GBP " MINUS "92,233,720,368,547,758.08"},
	};
	void *scratch = talloc_new(NULL);
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_str_eq(locale_money(scratch, locale_find(cases[i].locale), cases[i].minor,
					      cases[i].currency),
				 cases[i].want);
	talloc_free(scratch);
}
END_TEST

START_TEST(days)
{
	static const struct {
		const char *locale, *day, *want;
	} cases[] = {
		{"en", "2026-11-30", "30 November 2026"},
		{"en-US", "2026-11-30", "November 30, 2026"},
		{"de", "2026-11-30", "30. November 2026"},
		{"de", "2026-03-01", "1. M\xc3\xa4rz 2026"},
		{"de-AT", "2026-01-05", "5. J\xc3\xa4nner 2026"},
		{"fr", "2026-12-01",
		 "1er d\xc3\xa9"
		 "cembre 2026"},
		{"es", "2026-02-28", "28 de febrero de 2026"},
		{"it", "2026-08-15", "15 agosto 2026"},
		{"nl", "2028-02-29", "29 februari 2028"},
		{"ja-JP", "2026-11-30", "2026-11-30"},
	};
	void *scratch = talloc_new(NULL);
	size_t i;
	day d;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert(day_parse(cases[i].day, &d));
		ck_assert_str_eq(locale_day(scratch, locale_find(cases[i].locale), d), cases[i].want);
	}
	talloc_free(scratch);
}
END_TEST

UNIT_MAIN("locale_text", numbers, money, days)
