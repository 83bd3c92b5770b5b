/*
 * chart_scale.c - round ticks for a value axis, and numbers as people read them
 *
 * Numbers are printed from an integer of the last decimal's units: printf would ask the locale for its
 * decimal point and has no portable thousands separator. Only the scientific form, from 1e18 on, is its work.
 */
#include <math.h>
#include <stdio.h>
#include <stdint.h>

#include "common/chart_scale.h"

static const struct magnitude {
	double divisor;
	const char *suffix;
} magnitudes[] = {{1e12, "tn"}, {1e9, "bn"}, {1e6, "M"}, {1, ""}};

/* The largest suffix that leaves at least 1 in front of it. */
static const struct magnitude *magnitude_of(double value)
{
	const struct magnitude *m = magnitudes;

	while (m->divisor > 1 && fabs(value) < m->divisor)
		m++;
	return m;
}

/* Prints the digits backwards from the end of the buffer; returns the first. */
static char *digits_put(char *end, uint64_t units, int decimals, const char *suffix)
{
	size_t n = 0;
	int place;

	while (suffix[n])
		n++;
	*--end = '\0';
	while (n)
		*--end = suffix[--n];
	for (place = 0; place <= decimals || units; place++, units /= 10) {
		if (place && place == decimals)
			*--end = '.';
		else if (place > decimals && (place - decimals) % 3 == 0)
			*--end = ',';
		*--end = (char)('0' + units % 10);
	}
	return end;
}

static const char *number_put(double value, int decimals, const char *suffix, char buffer[NUMBER_TEXT])
{
	double units = round(fabs(value) * pow(10, decimals));
	char *first;

	if (!(units < 1e18)) {
		snprintf(buffer, NUMBER_TEXT, "%.3g%s", value, suffix);
		return buffer;
	}
	first = digits_put(buffer + NUMBER_TEXT, (uint64_t)units, decimals, suffix);
	if (value < 0 && units > 0) {
		*--first = '\x92'; /* U+2212, last byte first */
		*--first = '\x88';
		*--first = '\xe2';
	}
	return first;
}

const char *number_format(double value, int decimals, char buffer[NUMBER_TEXT])
{
	if (fabs(value) >= 1e15)
		return number_short(value, decimals, buffer);
	return number_put(value, decimals, "", buffer);
}

const char *number_short(double value, int decimals, char buffer[NUMBER_TEXT])
{
	const struct magnitude *m = magnitude_of(value);
	double scaled = value / m->divisor;

	if (m->divisor > 1)
		decimals = fabs(scaled) < 10 ? 2 : fabs(scaled) < 100 ? 1 : 0;
	if (fabs(scaled) >= 1e6) {
		scaled = value;
		m = &magnitudes[3];
		decimals = 3; /* the scientific form, which number_put chooses by size */
	}
	return number_put(scaled, decimals, m->suffix, buffer);
}

/* The next of 1, 2, 2.5, 5, 10 times a power of ten that is not below the raw step. */
static double step_round(double raw, double finest)
{
	static const double steps[] = {1, 2, 2.5, 5, 10};
	double power = pow(10, floor(log10(raw)));
	size_t i = 0;

	while (i < 4 && steps[i] * power < raw * (1 - 1e-9))
		i++;
	if (steps[i] * power <= finest)
		return finest;
	if (steps[i] == 2.5 && power <= finest * 1.5) /* 2.5 of whole things would need another decimal */
		i++;
	return steps[i] * power;
}

/* How many decimals a multiple of step needs. */
static int step_decimals(double step)
{
	int decimals = 0;

	while (decimals < 9 && fabs(step - round(step)) > 1e-6 * step) {
		step *= 10;
		decimals++;
	}
	return decimals;
}

struct scale scale_fit(double low, double high, int steps, int decimals)
{
	struct scale s = {.min = low};
	const struct magnitude *m;

	if (!(high > low)) {
		low = fmin(low, 0);
		high = high > 0 ? high : low < 0 ? 0 : 1;
	}
	s.step = step_round((high - low) / (steps > 1 ? steps : 1), pow(10, -decimals));
	s.min = floor(low / s.step + 1e-9) * s.step;
	s.max = ceil(high / s.step - 1e-9) * s.step;
	if (s.max <= s.min)
		s.max = s.min + s.step;
	s.ticks = (size_t)(round((s.max - s.min) / s.step)) + 1;
	m = magnitude_of(fmax(fabs(s.min), fabs(s.max)));
	if (m->divisor > 1 && fmax(fabs(s.min), fabs(s.max)) >= 1e18)
		m = &magnitudes[3];
	s.divisor = m->divisor;
	s.suffix = m->suffix;
	s.decimals = step_decimals(s.step / m->divisor);
	if (s.divisor == 1 && s.decimals > 0 && s.decimals < decimals)
		s.decimals = decimals; /* 0.50 rather than 0.5 where values are shown as 0.25 */
	return s;
}

double scale_tick(const struct scale *s, size_t i)
{
	return s->min + (double)i * s->step;
}

/* A tick's text; zero has no suffix. */
const char *scale_format(const struct scale *s, double value, char buffer[NUMBER_TEXT])
{
	if (fabs(value) < s->step / 2)
		return number_put(0, s->divisor > 1 ? 0 : s->decimals, "", buffer);
	return number_put(value / s->divisor, s->decimals, s->suffix, buffer);
}
