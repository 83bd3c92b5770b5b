/*
 * locale_text.h - numbers, money and days as the readers of a language write them
 *
 * The languages of a small table, some with their regions; whoever speaks another one gets ISO dates and
 * figures that nobody can misread. No locale of the C library is touched.
 */
#ifndef AE_LOCALE_TEXT_H
#define AE_LOCALE_TEXT_H

#include "common/clock.h"

struct locale_rules;

/* "de-AT" or "de_AT": its own row, else its language's, else the neutral one. Never NULL. */
const struct locale_rules *locale_find(const char *tag);

/* All under parent. */
const char *locale_integer(const void *parent, const struct locale_rules *l, int64_t value); /* "1,200" */
/* At most two decimals, none that are noughts at the end: "12.5". */
const char *locale_real(const void *parent, const struct locale_rules *l, double value);
const char *locale_money(const void *parent, const struct locale_rules *l, int64_t minor,
			 const char *currency); /* "GBP 12.50", "12,50 EUR" */
const char *locale_day(const void *parent, const struct locale_rules *l, day d); /* "30 November 2026" */

#endif
