/*
 * locale_text.c - the table of languages, and what is written by it
 */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "common/locale_text.h"
#include "common/money.h"

#define MINUS "\xe2\x88\x92"
#define HARD  "\xc2\xa0"     /* a blank that no line breaks at */
#define THIN  "\xe2\x80\xaf" /* the same, narrow */

struct locale_rules {
	const char *tag, *group, *decimal;
	bool currency_first;
	const char *date;  /* %d, %m, %y; NULL = ISO 8601 */
	const char *first; /* how the first of a month is written, NULL = 1 */
	const char *const *months;
};

static const char *const english[] = {"January", "February", "March",     "April",   "May",      "June",
				      "July",    "August",   "September", "October", "November", "December"};
static const char *const german[] = {"Januar", "Februar", "M\xc3\xa4rz", "April",   "Mai",      "Juni",
				     "Juli",   "August",  "September",   "Oktober", "November", "Dezember"};
static const char *const austrian[] = {"J\xc3\xa4nner", "Februar", "M\xc3\xa4rz", "April",
				       "Mai",           "Juni",    "Juli",        "August",
				       "September",     "Oktober", "November",    "Dezember"};
static const char *const french[] = {"janvier",   "f\xc3\xa9vrier", "mars",     "avril",
				     "mai",       "juin",           "juillet",  "ao\xc3\xbbt",
				     "septembre", "octobre",        "novembre", "d\303\251cembre"};
static const char *const spanish[] = {"enero", "febrero", "marzo",      "abril",   "mayo",      "junio",
				      "julio", "agosto",  "septiembre", "octubre", "noviembre", "diciembre"};
static const char *const italian[] = {"gennaio", "febbraio", "marzo",     "aprile",  "maggio",   "giugno",
				      "luglio",  "agosto",   "settembre", "ottobre", "novembre", "dicembre"};
static const char *const dutch[] = {"januari", "februari", "maart",     "april",   "mei",      "juni",
				    "juli",    "augustus", "september", "oktober", "november", "december"};

/* A region stands before its language. The last row is everybody else's. */
static const struct locale_rules rules[] = {
	{"en-US", ",", ".", true, "%m %d, %y", NULL, english},
	{"en", ",", ".", true, "%d %m %y", NULL, english},
	{"de-AT", HARD, ",", true, "%d. %m %y", NULL, austrian},
	{"de-CH", "\xe2\x80\x99", ".", true, "%d. %m %y", NULL, german},
	{"de", ".", ",", false, "%d. %m %y", NULL, german},
	{"fr", THIN, ",", false, "%d %m %y", "1er", french},
	{"es", ".", ",", false, "%d de %m de %y", NULL, spanish},
	{"it", ".", ",", false, "%d %m %y", NULL, italian},
	{"nl", ".", ",", true, "%d %m %y", NULL, dutch},
	{"", HARD, ".", false, NULL, NULL, NULL},
};

static bool same_tag(const char *row, const char *tag, size_t length)
{
	size_t i;

	if (strlen(row) != length)
		return false;
	for (i = 0; i < length; i++)
		if (row[i] != tag[i] && !(row[i] == '-' && tag[i] == '_'))
			return false;
	return true;
}

const struct locale_rules *locale_find(const char *tag)
{
	const size_t count = sizeof(rules) / sizeof(rules[0]), length = strlen(tag),
		     language = strcspn(tag, "-_");
	size_t i;

	for (i = 0; i < count; i++)
		if (same_tag(rules[i].tag, tag, length))
			return &rules[i];
	for (i = 0; i < count; i++)
		if (same_tag(rules[i].tag, tag, language))
			return &rules[i];
	return &rules[count - 1];
}

/* Digits with a mark between thousands. */
static char *grouped(const void *parent, const struct locale_rules *l, uint64_t value)
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%" PRIu64, value), i;
	char *out = talloc_strdup(parent, "");

	for (i = 0; i < length; i++) {
		if (i > 0 && (length - i) % 3 == 0)
			out = talloc_strdup_append_buffer(out, l->group);
		out = talloc_strndup_append_buffer(out, digits + i, 1);
	}
	return out;
}

static uint64_t magnitude(int64_t value)
{
	return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

const char *locale_integer(const void *parent, const struct locale_rules *l, int64_t value)
{
	return talloc_asprintf(parent, "%s%s", value < 0 ? MINUS : "", grouped(parent, l, magnitude(value)));
}

const char *locale_real(const void *parent, const struct locale_rules *l, double value)
{
	double hundreds = round(fabs(value) * 100);
	uint64_t whole, rest;
	const char *number;

	if (!(hundreds < 1e18))
		return talloc_asprintf(parent, "%.6g", value);
	whole = (uint64_t)hundreds / 100;
	rest = (uint64_t)hundreds % 100;
	number = talloc_asprintf(parent, "%s%s", value < 0 && hundreds > 0 ? MINUS : "",
				 grouped(parent, l, whole));
	if (rest == 0)
		return number;
	if (rest % 10 == 0)
		return talloc_asprintf(parent, "%s%s%" PRIu64, number, l->decimal, rest / 10);
	return talloc_asprintf(parent, "%s%s%02" PRIu64, number, l->decimal, rest);
}

const char *locale_money(const void *parent, const struct locale_rules *l, int64_t minor,
			 const char *currency)
{
	static const unsigned units[] = {1, 10, 100, 1000};
	int decimals = currency_decimals(currency);
	uint64_t all = magnitude(minor), unit = units[decimals];
	char *number = talloc_asprintf(parent, "%s%s", minor < 0 ? MINUS : "",
				       grouped(parent, l, all / unit));

	if (decimals > 0)
		number = talloc_asprintf(parent, "%s%s%0*" PRIu64, number, l->decimal, decimals, all % unit);
	return l->currency_first ? talloc_asprintf(parent, "%s %s", currency, number)
				 : talloc_asprintf(parent, "%s %s", number, currency);
}

const char *locale_day(const void *parent, const struct locale_rules *l, day d)
{
	char iso[DAY_TEXT], *out = talloc_strdup(parent, "");
	int year, month, mday;
	const char *p;

	if (l->date == NULL)
		return talloc_strdup(parent, day_format(d, iso));
	day_to_civil(d, &year, &month, &mday);
	for (p = l->date; *p; p++)
		if (*p != '%')
			out = talloc_strndup_append_buffer(out, p, 1);
		else if (*++p == 'm')
			out = talloc_strdup_append_buffer(out, l->months[month - 1]);
		else if (*p == 'd' && mday == 1 && l->first)
			out = talloc_strdup_append_buffer(out, l->first);
		else
			out = talloc_asprintf_append_buffer(out, "%d", *p == 'd' ? mday : year);
	return out;
}
