/*
 * words.h - amounts, counts and dates as a sentence has them
 */
#ifndef AE_WORDS_H
#define AE_WORDS_H

#include "common/clock.h"

/* "GBP 1,234.50", "JPY 1,200", "KWD 1.250": decimals by ISO 4217. All hang under parent. */
const char *money_words(const void *parent, int64_t minor, const char *currency);
const char *count_words(const void *parent, int64_t count); /* "1,234" */
/* "1 day", "2 days"; plural is noun + s. */
const char *counted_words(const void *parent, int64_t count, const char *noun);
const char *day_words(const void *parent, day d);   /* "5 December 2026" */
const char *month_words(const void *parent, day d); /* "December 2026" */
const char *weekday_words(int weekday);             /* 0 = "Monday" */
/* "7.5", "12": at most two digits after the point. */
const char *real_words(const void *parent, double value);

#endif
