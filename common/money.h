/*
 * money.h - minor units to major by ISO 4217
 */
#ifndef AE_MONEY_H
#define AE_MONEY_H

#include <stdint.h>

int currency_decimals(const char *currency); /* 2 for GBP, 0 for JPY, 3 for KWD; 2 for unknown ones */
double currency_major(int64_t minor, const char *currency);

#endif
