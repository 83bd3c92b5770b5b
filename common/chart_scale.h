/*
 * chart_scale.h - round ticks for a value axis, and numbers as people read them
 *
 * Texts use a comma between thousands, U+2212 for minus, and M, bn, tn from a million on
 * where space is short. They do not depend on the locale.
 */
#ifndef AE_CHART_SCALE_H
#define AE_CHART_SCALE_H

#include <stddef.h>

enum {
	NUMBER_TEXT = 64
}; /* a buffer that always suffices */

struct scale {
	double min, max, step; /* min and max are multiples of step */
	size_t ticks;
	double divisor; /* what suffix stands for; 1 without */
	const char *suffix;
	int decimals;
};

/* The roundest scale over low..high with about the wanted number of steps, none finer than decimals allow. */
struct scale scale_fit(double low, double high, int steps, int decimals);
double scale_tick(const struct scale *s, size_t i);
const char *scale_format(const struct scale *s, double value, char buffer[NUMBER_TEXT]);

/* "1,234.50"; from 1e15 on in the short form. */
const char *number_format(double value, int decimals, char buffer[NUMBER_TEXT]);
/* "1,234.50" below a million, then three or four digits and a suffix: "12.3M". */
const char *number_short(double value, int decimals, char buffer[NUMBER_TEXT]);

#endif
