/*
 * line.c - one event's JSON text, built with as few steps as possible
 */
#include "services/ctl/line.h"

#include <string.h>
#include <talloc.h>

struct line *line_new(const void *parent)
{
	struct line *l = talloc_zero(parent, struct line);

	l->room = 4096;
	l->text = talloc_array(l, char, l->room);
	return l;
}

static void line_grow(struct line *l, size_t length)
{
	while (l->length + length > l->room)
		l->room *= 2;
	l->text = talloc_realloc(l, l->text, char, l->room);
}

void line_bytes(struct line *l, const char *bytes, size_t length)
{
	if (l->length + length > l->room)
		line_grow(l, length);
	memcpy(l->text + l->length, bytes, length);
	l->length += length;
}

void line_word(struct line *l, const char *word)
{
	line_bytes(l, word, strlen(word));
}

void line_integer(struct line *l, int64_t value)
{
	char digits[24], *p = digits + sizeof(digits);
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

	do
		*--p = (char)('0' + rest % 10);
	while (rest /= 10);
	if (value < 0)
		*--p = '-';
	line_bytes(l, p, (size_t)(digits + sizeof(digits) - p));
}

/* Length of the UTF-8 sequence that begins here, 0 if it is none (also overlong, surrogate, too large). */
static size_t utf8_length(const unsigned char *p)
{
	size_t n = p[0] < 0x80   ? 1
		   : p[0] < 0xc2 ? 0
		   : p[0] < 0xe0 ? 2
		   : p[0] < 0xf0 ? 3
		   : p[0] < 0xf5 ? 4
				 : 0,
	       i;

	for (i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f))
		return 0;
	if ((p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

static void line_escaped(struct line *l, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	char text[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};

	if (c == '"' || c == '\\') {
		text[1] = (char)c;
		line_bytes(l, text, 2);
	} else
		line_bytes(l, text, 6);
}

void line_text(struct line *l, const char *text)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n;

	LINE(l, "\"");
	while (*p) {
		n = utf8_length(p);
		if (n == 0)
			LINE(l, "\xef\xbf\xbd");
		else if (*p < 0x20 || *p == '"' || *p == '\\')
			line_escaped(l, *p);
		else
			line_bytes(l, (const char *)p, n);
		p += n ? n : 1;
	}
	LINE(l, "\"");
}

static void two_digits(char *at, int value)
{
	at[0] = (char)('0' + value / 10);
	at[1] = (char)('0' + value % 10);
}

/* Events come day by day, so the date's spelling is kept from one call to the next. */
void line_instant(struct line *l, instant t)
{
	static day known = INT32_MIN;
	static char text[] = "\"0000-00-00T00:00:00Z\"";
	int64_t seconds = t / SECOND, rest;
	day d = (day)(seconds / DAY_SECONDS);
	int year, month, mday;

	if ((rest = seconds % DAY_SECONDS) < 0) {
		rest += DAY_SECONDS;
		d--;
	}
	if (d != known) {
		day_to_civil(d, &year, &month, &mday);
		two_digits(text + 1, year / 100);
		two_digits(text + 3, year % 100);
		two_digits(text + 6, month);
		two_digits(text + 9, mday);
		known = d;
	}
	two_digits(text + 12, (int)(rest / 3600));
	two_digits(text + 15, (int)(rest / 60 % 60));
	two_digits(text + 18, (int)(rest % 60));
	line_bytes(l, text, sizeof(text) - 1);
}
