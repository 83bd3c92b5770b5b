/*
 * money.c - how many decimals a currency has (ISO 4217, list one)
 */
#include <string.h>

#include "common/money.h"

int currency_decimals(const char *currency)
{
	static const char none[] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
	static const char three[] = "BHD IQD JOD KWD LYD OMR TND";

	if (strlen(currency) != 3)
		return 2;
	return strstr(none, currency) ? 0 : strstr(three, currency) ? 3 : 2;
}

double currency_major(int64_t minor, const char *currency)
{
	static const double units[] = {1, 10, 100, 1000};

	return (double)minor / units[currency_decimals(currency)];
}
