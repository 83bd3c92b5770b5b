/*
 * mime_header.c - header fields, encoded and folded
 *
 * A value that needs encoding is encoded as a whole: space between encoded words means nothing
 * (RFC 2047 6.2), so that mixing plain and encoded words is where spaces get lost.
 */
#include <glib.h>
#include <openssl/evp.h>
#include <stdbool.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/address.h"
#include "services/notification/mime_header.h"

enum {
	FOLD_AT = 78,
	LINE_MAX_HARD = 998,
	WORD_LINE_MAX = 76, /* a line with an encoded word */
	WORD_MARKS = 12,    /* =?utf-8?q? and ?= */
	WORD_MAX = 75 - WORD_MARKS,
	QUOTED_NAME_MAX = 60 /* "Reply-To: " before and two quotes around fit into 78 */
};

static void fail(struct mime_headers *h, const char *name, const char *what)
{
	if (h->error == NULL)
		h->error = talloc_asprintf(h->out, "%s: %s", name, what);
}

/* False, and the fault kept, if the value cannot be a header's at all. */
static bool value_fine(struct mime_headers *h, const char *name, const char *value)
{
	const char *what = NULL;

	if (strpbrk(value, "\r\n"))
		what = "has a line break";
	else if (!g_utf8_validate(value, -1, NULL))
		what = "is not UTF-8";
	if (what)
		fail(h, name, what);
	return what == NULL;
}

static bool is_printable_ascii(const char *text)
{
	for (; *text; text++)
		if (*text < ' ' || *text > '~')
			return false;
	return true;
}

/* The longest run without a space. */
static size_t longest_word(const char *text)
{
	size_t longest = 0, n;

	for (; *text; text += n + (text[n] == ' ')) {
		n = strcspn(text, " ");
		longest = n > longest ? n : longest;
	}
	return longest;
}

static bool needs_encoding(const char *name, const char *value)
{
	size_t length = strlen(value);

	return !is_printable_ascii(value) || strstr(value, "=?") || strstr(value, "  ") || value[0] == ' ' ||
	       (length > 0 && value[length - 1] == ' ') || longest_word(value) + strlen(name) + 2 > FOLD_AT;
}

/* What RFC 2047 5(3) lets stand for itself inside a phrase; so everywhere. */
static bool stands_for_itself(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
	       (c != '\0' && strchr("!*+-/", c) != NULL);
}

static size_t q_size(const char *text, size_t length)
{
	size_t i, size = 0;

	for (i = 0; i < length; i++)
		size += stands_for_itself(text[i]) || text[i] == ' ' ? 1 : 3;
	return size;
}

static size_t b_size(size_t length)
{
	return (length + 2) / 3 * 4;
}

static void put_q(struct bytes *out, const char *text, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		if (text[i] == ' ')
			bytes_text(out, "_");
		else if (stands_for_itself(text[i]))
			bytes_put(out, &text[i], 1);
		else
			bytes_print(out, "=%02X", (unsigned char)text[i]);
	}
}

static void put_b(struct bytes *out, const char *text, size_t length)
{
	unsigned char code[WORD_MAX + 4];
	int n = EVP_EncodeBlock(code, (const unsigned char *)text, (int)length);

	bytes_put(out, code, (size_t)n);
}

/* How many bytes of whole characters fit into room; at least one character. */
static size_t fitting(const char *text, size_t room, bool base64)
{
	size_t taken = 0, next;

	do {
		next = (size_t)(g_utf8_next_char(text + taken) - text);
		if (taken > 0 && (base64 ? b_size(next) : q_size(text, next)) > room)
			break;
		taken = next;
	} while (text[taken] != '\0');
	return taken;
}

/* The whole text as encoded words, in the shorter of the two codings. */
static void put_encoded(struct bytes *out, const char *text)
{
	size_t length = strlen(text), n, room;
	bool base64 = b_size(length) < q_size(text, length);

	while (*text) {
		room = WORD_LINE_MAX - WORD_MARKS - bytes_column(out);
		n = fitting(text, room < WORD_MAX ? room : WORD_MAX, base64);
		bytes_text(out, base64 ? "=?utf-8?b?" : "=?utf-8?q?");
		if (base64)
			put_b(out, text, n);
		else
			put_q(out, text, n);
		bytes_text(out, "?=");
		text += n;
		if (*text)
			bytes_text(out, "\r\n ");
	}
}

/* Words with one space each before them but the first; a line break goes before the space. */
static void put_folded(struct mime_headers *h, const char *name, const char *value)
{
	size_t n;

	while (*value) {
		n = 1 + strcspn(value + 1, " ");
		if (*value == ' ' && bytes_column(h->out) + n > FOLD_AT)
			bytes_text(h->out, "\r\n");
		bytes_put(h->out, value, n);
		if (bytes_column(h->out) > LINE_MAX_HARD)
			fail(h, name, "has a word that makes a line longer than 998 octets");
		value += n;
	}
}

void mime_header_text(struct mime_headers *h, const char *name, const char *value)
{
	if (!value_fine(h, name, value))
		return;
	bytes_print(h->out, "%s: ", name);
	if (needs_encoding(name, value))
		put_encoded(h->out, value);
	else
		put_folded(h, name, value);
	bytes_text(h->out, "\r\n");
}

void mime_header_token(struct mime_headers *h, const char *name, const char *value)
{
	if (!value_fine(h, name, value))
		return;
	if (!is_printable_ascii(value)) {
		fail(h, name, "is not printable ASCII");
		return;
	}
	bytes_print(h->out, "%s: ", name);
	put_folded(h, name, value);
	bytes_text(h->out, "\r\n");
}

static void put_quoted(struct bytes *out, const char *text)
{
	bytes_text(out, "\"");
	for (; *text; text++) {
		if (*text == '"' || *text == '\\')
			bytes_text(out, "\\");
		bytes_put(out, text, 1);
	}
	bytes_text(out, "\"");
}

void mime_header_mailbox(struct mime_headers *h, const char *name, const char *display, const char *address)
{
	const char *fault = address_fault(h->out, address);

	if (fault)
		fail(h, name, fault);
	if (fault || !value_fine(h, name, display))
		return;
	bytes_print(h->out, "%s: ", name);
	if (*display == '\0') {
		bytes_print(h->out, "%s\r\n", address);
		return;
	}
	if (is_printable_ascii(display) && !strstr(display, "=?") && strlen(display) <= QUOTED_NAME_MAX)
		put_quoted(h->out, display);
	else
		put_encoded(h->out, display);
	if (bytes_column(h->out) + strlen(address) + 3 > FOLD_AT)
		bytes_text(h->out, "\r\n");
	bytes_print(h->out, " <%s>\r\n", address);
}
