/*
 * mime_body.c - quoted-printable and base64, written
 */
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>

#include "services/notification/mime_body.h"

enum {
	QUOTED_MAX = 75, /* the 76th column is for the soft line break's "=" */
	BASE64_BYTES = 57
};

/* Whether this character stands for itself: blanks do, but not at a line's end. */
static bool is_plain(const char *text, size_t column)
{
	if (*text == ' ' || *text == '\t')
		return text[1] != '\0' && text[1] != '\r' && text[1] != '\n';
	/* A dot alone ends a mail in careless hands, and "From " begins one in an mbox. */
	if (column == 0 && (*text == '.' || strncmp(text, "From ", 5) == 0))
		return false;
	return *text > ' ' && *text <= '~' && *text != '=';
}

/* How many characters stand for themselves, at most `most`; none where is_plain has to be asked. */
static size_t plain_run(const char *text, size_t column, size_t most)
{
	size_t n = 0;

	if (!is_plain(text, column))
		return 0;
	while (n < most &&
	       ((text[n] > ' ' && text[n] <= '~' && text[n] != '=') || (text[n] == ' ' && text[n + 1] > ' ')))
		n++;
	return n;
}

/* How many bytes the UTF-8 character at text has, its first byte says. */
static size_t character(const char *text)
{
	size_t n = 1;

	while (n < 4 && ((unsigned char)text[n] & 0xc0) == 0x80)
		n++;
	return ((unsigned char)text[0] & 0x80) ? n : 1;
}

/* Writes one character; a line that would become too long is cut before it. */
static size_t put_character(struct bytes *out, const char *text, size_t *column)
{
	static const char hex[] = "0123456789ABCDEF";
	size_t n = character(text), width = is_plain(text, *column) ? 1 : 3 * n, i;

	if (*column + width > QUOTED_MAX) {
		bytes_text(out, "=\r\n");
		*column = 0;
		width = is_plain(text, 0) ? 1 : 3 * n;
	}
	if (width == 1)
		bytes_put(out, text, 1);
	else
		for (i = 0; i < n; i++)
			bytes_put(out, (char[]){'=', hex[(unsigned char)text[i] >> 4], hex[text[i] & 15]}, 3);
	*column += width;
	return n;
}

void mime_put_quoted(struct bytes *out, const char *text)
{
	size_t column = 0, run;

	while (*text) {
		if ((run = plain_run(text, column, QUOTED_MAX - column)) > 0) {
			bytes_put(out, text, run);
			text += run;
			column += run;
		} else if (*text == '\r' || *text == '\n') {
			text += *text == '\r' && text[1] == '\n' ? 2 : 1;
			bytes_text(out, "\r\n");
			column = 0;
		} else {
			text += put_character(out, text, &column);
		}
	}
	if (column > 0)
		bytes_text(out, "\r\n");
}

void mime_put_base64(struct bytes *out, const void *bytes, size_t length)
{
	const unsigned char *at = bytes;
	unsigned char line[BASE64_BYTES / 3 * 4 + 1];
	size_t n;

	for (; length > 0; at += n, length -= n) {
		n = length < BASE64_BYTES ? length : BASE64_BYTES;
		bytes_put(out, line, (size_t)EVP_EncodeBlock(line, at, (int)n));
		bytes_text(out, "\r\n");
	}
}
