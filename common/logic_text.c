/*
 * logic_text.c - texts: put together, cut and ordered the way JavaScript does
 *
 * JavaScript counts and orders texts by UTF-16 units; here they are UTF-8, in which a character of
 * four bytes (lead byte F0 and above) has two units.
 */
#include <string.h>
#include <talloc.h>

#include "common/logic_value.h"

void text_add(struct evaluation *e, struct text *t, const char *bytes, size_t length)
{
	if (length > e->limits.bytes - e->bytes)
		evaluation_fail(e, talloc_asprintf(memory_of(e), "makes more than %zu bytes of text",
						   e->limits.bytes));
	if (e->fault || !spend_text(e, length))
		return;
	e->bytes += length;
	if (t->bytes == NULL || t->length + length + 1 > t->room) {
		t->room = t->length + length + 1 + t->room;
		t->bytes = talloc_realloc(memory_of(e), t->bytes, char, t->room);
	}
	memcpy(t->bytes + t->length, bytes, length);
	t->length += length;
	t->bytes[t->length] = '\0';
}

/* Nesting is bounded: what is made by the limit on depth, data by its reader. */
static void text_add_items(struct evaluation *e, struct text *t, struct value v)
{
	const struct list *items = value_items(e, v);
	size_t i;

	for (i = 0; items && i < items->count && spend(e, 1); i++) {
		if (i > 0)
			text_add(e, t, ",", 1);
		text_add_value(e, t, items->items[i]);
	}
}

void text_add_value(struct evaluation *e, struct text *t, struct value v)
{
	char digits[NUMBER_TEXT];
	const char *word = "";

	switch (v.kind) {
	case VALUE_UNDEFINED:
	case VALUE_NULL:
		return;
	case VALUE_BOOLEAN:
		word = v.boolean ? "true" : "false";
		break;
	case VALUE_NUMBER:
		word = number_to_text(v.number, digits);
		break;
	case VALUE_TEXT:
		text_add(e, t, v.text, v.length);
		return;
	case VALUE_ARRAY:
		text_add_items(e, t, v);
		return;
	case VALUE_OBJECT:
		word = "[object Object]";
		break;
	}
	text_add(e, t, word, strlen(word));
}

static size_t character_bytes(unsigned char lead)
{
	return lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
}

size_t text_units(const char *text, size_t length)
{
	size_t units = 0, i;

	for (i = 0; i < length; i++)
		units += ((unsigned char)text[i] & 0xC0) != 0x80 ? 1 + ((unsigned char)text[i] >= 0xF0) : 0;
	return units;
}

/* Units begin..end-1; half a surrogate pair at either end becomes U+FFFD. */
struct value text_slice(struct evaluation *e, struct value text, size_t begin, size_t end)
{
	const char *p = text.text, *stop = text.text + text.length, *from;
	struct text t = {NULL, 0, 0};
	size_t at = 0, units;

	spend_text(e, text.length);
	for (; p < stop && at < begin; p += character_bytes((unsigned char)*p))
		at += 1 + ((unsigned char)*p >= 0xF0);
	text_add(e, &t, "\xef\xbf\xbd", at > begin && begin < end ? 3 : 0);
	for (from = p; p < stop && at < end; p += character_bytes((unsigned char)*p)) {
		units = 1 + ((unsigned char)*p >= 0xF0);
		if (at + units > end)
			break;
		at += units;
	}
	text_add(e, &t, from, (size_t)(p - from));
	text_add(e, &t, "\xef\xbf\xbd", at < end && p < stop ? 3 : 0);
	return e->fault ? value_undefined
			: (struct value){.kind = VALUE_TEXT, .text = t.bytes, .length = t.length};
}

/* Above U+FFFF characters are written with surrogates, which come before U+E000 (lead byte EE). */
int text_compare(const char *a, size_t a_length, const char *b, size_t b_length)
{
	size_t length = a_length < b_length ? a_length : b_length, i;
	unsigned char x, y;

	for (i = 0; i < length && a[i] == b[i]; i++)
		;
	if (i == length)
		return a_length < b_length ? -1 : a_length > b_length;
	x = (unsigned char)a[i];
	y = (unsigned char)b[i];
	if ((x >= 0xF0 && y >= 0xEE && y < 0xF0) || (y >= 0xF0 && x >= 0xEE && x < 0xF0))
		return x >= 0xF0 ? -1 : 1;
	return x < y ? -1 : 1;
}
