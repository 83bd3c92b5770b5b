/*
 * dkim_canon.c - the relaxed canonical forms of DKIM
 */
#include <stdbool.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/dkim_canon.h"

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The end of the field at p: the first CRLF that no blank follows. NULL: none. */
static const char *field_end(const char *p, const char *end)
{
	while ((p = memmem(p, (size_t)(end - p), "\r\n", 2)) != NULL) {
		if (p + 2 >= end || !is_blank(p[2]))
			return p;
		p += 2;
	}
	return NULL;
}

struct dkim_field *dkim_fields(const void *parent, const char *mail, size_t length, const char **body)
{
	struct dkim_field *fields = talloc_array(parent, struct dkim_field, 1);
	const char *p = mail, *end = mail + length, *stop, *colon;
	size_t count = 0;

	while (end - p >= 2 && memcmp(p, "\r\n", 2) != 0) {
		stop = field_end(p, end);
		colon = stop ? memchr(p, ':', (size_t)(stop - p)) : NULL;
		if (colon == NULL || colon == p)
			return NULL;
		fields = talloc_realloc(parent, fields, struct dkim_field, count + 2);
		fields[count].text = p;
		fields[count].length = (size_t)(stop - p);
		fields[count++].name_length = (size_t)(colon - p);
		p = stop + 2;
	}
	if (end - p < 2)
		return NULL;
	*body = p + 2;
	fields[count].text = NULL;
	return fields;
}

static bool is_gap(char c, bool folded)
{
	return is_blank(c) || (folded && (c == '\r' || c == '\n'));
}

/* How far the text is as it shall be: words with one space between them. */
static size_t settled(const char *text, size_t length, bool folded)
{
	size_t n = 0;

	while (n < length && (!is_gap(text[n], folded) ||
			      (n > 0 && text[n] == ' ' && n + 1 < length && !is_gap(text[n + 1], folded))))
		n++;
	return n;
}

/* A run of blanks (in a header CRLF counts as one) becomes a space; none at the end. */
static void put_collapsed(struct bytes *out, const char *text, size_t length, bool folded)
{
	bool gap = false;
	size_t n;

	for (; length > 0; text += n, length -= n) {
		n = settled(text, length, folded);
		if (n > 0 && gap)
			bytes_put(out, " ", 1);
		bytes_put(out, text, n);
		gap = n == 0;
		n += n == 0;
	}
}

void dkim_canon_field(struct bytes *out, const struct dkim_field *field)
{
	const char *value = field->text + field->name_length + 1, *end = field->text + field->length;
	size_t name = field->name_length, i;

	while (name > 0 && is_blank(field->text[name - 1]))
		name--;
	for (i = 0; i < name; i++) {
		char c = field->text[i];

		c = c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
		bytes_put(out, &c, 1);
	}
	bytes_put(out, ":", 1);
	while (value < end && (is_blank(*value) || *value == '\r' || *value == '\n'))
		value++;
	put_collapsed(out, value, (size_t)(end - value), true);
}

static bool all_blank(const char *text, size_t length)
{
	while (length > 0 && is_blank(text[length - 1]))
		length--;
	return length == 0;
}

/* Empty lines at the end do not count, so each waits for a line with something in it. */
void dkim_canon_body(struct bytes *out, const char *body, size_t length)
{
	const char *end = body + length, *stop;
	size_t empty = 0;

	for (; body < end; body = stop + 2) {
		stop = memmem(body, (size_t)(end - body), "\r\n", 2);
		if (stop == NULL)
			stop = end;
		if (all_blank(body, (size_t)(stop - body))) {
			empty++;
		} else {
			for (; empty > 0; empty--)
				bytes_put(out, "\r\n", 2);
			put_collapsed(out, body, (size_t)(stop - body), false);
			bytes_put(out, "\r\n", 2);
		}
		if (stop == end)
			break;
	}
}
