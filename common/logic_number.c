/*
 * logic_number.c - numbers read from and written as text the way JavaScript does
 *
 * ECMA-262: StringToNumber (7.1.4.1), parseFloat (19.2.4), Number::toString (6.1.6.1.20).
 */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/logic_value.h"

enum {
	DIGITS_TEXT = 32 /* 17 digits with sign, dot and exponent */
};

/* The bytes that the white space or line end at p takes; 0 if there is none. */
static size_t space_length(const char *p)
{
	static const char *const wide[] = {"\xc2\xa0",     "\xe1\x9a\x80", "\xe2\x80\x80", "\xe2\x80\x81",
					   "\xe2\x80\x82", "\xe2\x80\x83", "\xe2\x80\x84", "\xe2\x80\x85",
					   "\xe2\x80\x86", "\xe2\x80\x87", "\xe2\x80\x88", "\xe2\x80\x89",
					   "\xe2\x80\x8a", "\xe2\x80\xa8", "\xe2\x80\xa9", "\xe2\x80\xaf",
					   "\xe2\x81\x9f", "\xe3\x80\x80", "\xef\xbb\xbf"};
	size_t i;

	if (*p == ' ' || (*p >= '\t' && *p <= '\r'))
		return 1;
	if ((unsigned char)*p < 0xC2)
		return 0;
	for (i = 0; i < sizeof(wide) / sizeof(wide[0]); i++)
		if (strncmp(p, wide[i], strlen(wide[i])) == 0)
			return strlen(wide[i]);
	return 0;
}

static const char *skip_space(const char *p)
{
	size_t n;

	while ((n = space_length(p)) > 0)
		p += n;
	return p;
}

static const char *skip_digits(const char *p)
{
	while (isdigit((unsigned char)*p))
		p++;
	return p;
}

/* The end of the longest decimal number at p, sign and exponent included; p itself if there is none. */
static const char *decimal_end(const char *p)
{
	const char *start = p, *digits, *end, *exponent;
	size_t count;

	if (*p == '+' || *p == '-')
		p++;
	digits = p;
	end = skip_digits(p);
	count = (size_t)(end - digits);
	if (*end == '.') {
		p = skip_digits(end + 1);
		count += (size_t)(p - end - 1);
		end = p;
	}
	if (count == 0)
		return start;
	if (*end == 'e' || *end == 'E') {
		exponent = end + 1;
		if (*exponent == '+' || *exponent == '-')
			exponent++;
		if (isdigit((unsigned char)*exponent))
			end = skip_digits(exponent);
	}
	return end;
}

/*
 * strtod reads exactly what decimal_end found: every character that could make it go on (x, p, n, i)
 * stands behind a digit or a dot, except "0x", whose 0 is taken care of here.
 */
static double decimal_value(const char *begin, const char *end)
{
	const char *digits = begin + (*begin == '+' || *begin == '-');

	if (end == digits + 1 && *digits == '0')
		return *begin == '-' ? -0.0 : 0.0;
	return strtod(begin, NULL);
}

/* "Infinity" with or without a sign; sets *end behind it. */
static bool infinity_at(const char *p, const char **end, double *value)
{
	const char *word = p + (*p == '+' || *p == '-');

	if (strncmp(word, "Infinity", 8) != 0)
		return false;
	*value = *p == '-' ? -INFINITY : INFINITY;
	*end = word + 8;
	return true;
}

static int digit_value(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

/*
 * The value of digits in base 2, 8 or 16, rounded to nearest even: 64 bits are kept, of what is below
 * only whether there is any. NaN if there are none; *end is behind them.
 */
static double base_value(const char *p, int bits, const char **end)
{
	const char *start = p;
	uint64_t kept = 0;
	bool below = false;
	int digit, bit, shift = 0;

	for (; (digit = digit_value(*p)) < 1 << bits; p++)
		for (bit = bits - 1; bit >= 0; bit--) {
			if (kept >> 63) {
				below |= (digit >> bit) & 1;
				shift += shift < 2000;
			} else {
				kept = kept << 1 | (unsigned)((digit >> bit) & 1);
			}
		}
	*end = p;
	return p == start ? (double)NAN : ldexp((double)(kept | below), shift);
}

double number_from_text(const char *text, size_t length)
{
	const char *p = skip_space(text), *end = p;
	int bits = 0;
	double value;

	if (*p == '\0')
		return p == text + length ? 0 : (double)NAN;
	if (*p == '0' && p[1] != '\0' && strchr("xXoObB", p[1])) {
		bits = tolower((unsigned char)p[1]) == 'x' ? 4 : tolower((unsigned char)p[1]) == 'o' ? 3 : 1;
		value = base_value(p + 2, bits, &end);
	} else if (!infinity_at(p, &end, &value)) {
		end = decimal_end(p);
		if (end == p)
			return (double)NAN;
		value = decimal_value(p, end);
	}
	return skip_space(end) == text + length ? value : (double)NAN;
}

double number_parse_float(const char *text)
{
	const char *p = skip_space(text), *end;
	double value;

	if (infinity_at(p, &end, &value))
		return value;
	end = decimal_end(p);
	return end == p ? (double)NAN : decimal_value(p, end);
}

/* The fewest significant digits that read back equal, and the power of ten: 0.d1d2... x 10^point. */
static int shortest_digits(double number, char digits[DIGITS_TEXT], int *point)
{
	char text[DIGITS_TEXT], *mark;
	int precision = 0, count = 0;
	const char *p;

	do
		snprintf(text, sizeof(text), "%.*e", precision, number);
	while (strtod(text, NULL) != number && ++precision < 17);
	mark = strchr(text, 'e');
	*point = (int)strtol(mark + 1, NULL, 10) + 1;
	for (p = text; p < mark; p++)
		if (*p != '.')
			digits[count++] = *p;
	while (count > 1 && digits[count - 1] == '0')
		count--;
	digits[count] = '\0';
	return count;
}

const char *number_to_text(double number, char buffer[NUMBER_TEXT])
{
	char digits[DIGITS_TEXT];
	const char *sign = number < 0 ? "-" : "";
	int count, point;

	if (!isfinite(number) || number == 0) {
		snprintf(buffer, NUMBER_TEXT, "%s%s", sign,
			 isnan(number) ? "NaN"
			 : number == 0 ? "0"
				       : "Infinity");
		return buffer;
	}
	count = shortest_digits(fabs(number), digits, &point);
	if (count <= point && point <= 21)
		snprintf(buffer, NUMBER_TEXT, "%s%s%.*s", sign, digits, point - count,
			 "00000000000000000000");
	else if (0 < point && point <= 21)
		snprintf(buffer, NUMBER_TEXT, "%s%.*s.%s", sign, point, digits, digits + point);
	else if (-6 < point && point <= 0)
		snprintf(buffer, NUMBER_TEXT, "%s0.%.*s%s", sign, -point, "00000", digits);
	else
		snprintf(buffer, NUMBER_TEXT, "%s%c%s%.17se%+d", sign, digits[0], count > 1 ? "." : "",
			 digits + 1, point - 1);
	return buffer;
}
