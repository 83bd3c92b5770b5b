/*
 * words.c - amounts, counts and dates in plain English (see words.h)
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/money.h"
#include "services/analytics/words.h"

static const char *const month_names[12] = {"January",   "February", "March",    "April",
					    "May",       "June",     "July",     "August",
					    "September", "October",  "November", "December"};

static char *grouped(const void *parent, uint64_t value)
{
	char *out = talloc_asprintf(parent, "%03" PRIu64, value % 1000);
	size_t zeros;

	for (value /= 1000; value > 0; value /= 1000)
		out = talloc_asprintf(parent, "%03" PRIu64 ",%s", value % 1000, out);
	for (zeros = 0; out[zeros] == '0' && out[zeros + 1] != '\0';)
		zeros++;
	return out + zeros;
}

static uint64_t magnitude(int64_t value)
{
	return value < 0 ? -(uint64_t)value : (uint64_t)value;
}

const char *money_words(const void *parent, int64_t minor, const char *currency)
{
	static const uint64_t units[] = {1, 10, 100, 1000};
	int decimals = currency_decimals(currency);
	uint64_t whole = magnitude(minor) / units[decimals], rest = magnitude(minor) % units[decimals];
	const char *sign = minor < 0 ? "-" : "";

	if (decimals == 0)
		return talloc_asprintf(parent, "%s %s%s", currency, sign, grouped(parent, whole));
	return talloc_asprintf(parent, "%s %s%s.%0*" PRIu64, currency, sign, grouped(parent, whole), decimals,
			       rest);
}

const char *count_words(const void *parent, int64_t count)
{
	return talloc_asprintf(parent, "%s%s", count < 0 ? "-" : "", grouped(parent, magnitude(count)));
}

const char *counted_words(const void *parent, int64_t count, const char *noun)
{
	return talloc_asprintf(parent, "%s %s%s", count_words(parent, count), noun, count == 1 ? "" : "s");
}

const char *day_words(const void *parent, day d)
{
	int year, month, mday;

	day_to_civil(d, &year, &month, &mday);
	return talloc_asprintf(parent, "%d %s %d", mday, month_names[month - 1], year);
}

const char *month_words(const void *parent, day d)
{
	int year, month, mday;

	day_to_civil(d, &year, &month, &mday);
	return talloc_asprintf(parent, "%s %d", month_names[month - 1], year);
}

const char *weekday_words(int weekday)
{
	static const char *const names[7] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
					     "Friday", "Saturday", "Sunday"};

	return names[weekday];
}

const char *real_words(const void *parent, double value)
{
	char *out = talloc_asprintf(parent, "%.2f", value);
	size_t end = strlen(out);

	while (out[end - 1] == '0')
		out[--end] = '\0';
	if (out[end - 1] == '.')
		out[--end] = '\0';
	return out;
}
