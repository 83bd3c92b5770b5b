/*
 * bytes.c - a run of bytes that grows
 */
#include <stdarg.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/bytes.h"

struct bytes *bytes_new(const void *parent)
{
	struct bytes *b = talloc_zero(parent, struct bytes);

	b->size = 1024;
	b->data = talloc_array(b, char, b->size);
	b->data[0] = '\0';
	return b;
}

void bytes_put(struct bytes *b, const void *data, size_t length)
{
	if (length == 0)
		return;
	if (b->length + length + 1 > b->size) {
		b->size = (b->length + length + 1) * 2;
		b->data = talloc_realloc(b, b->data, char, b->size);
	}
	memcpy(b->data + b->length, data, length);
	b->length += length;
	b->data[b->length] = '\0';
}

void bytes_text(struct bytes *b, const char *text)
{
	bytes_put(b, text, strlen(text));
}

void bytes_print(struct bytes *b, const char *format, ...)
{
	va_list arguments;
	char *text;

	va_start(arguments, format);
	text = talloc_vasprintf(b, format, arguments);
	va_end(arguments);
	bytes_text(b, text);
	talloc_free(text);
}

size_t bytes_column(const struct bytes *b)
{
	const char *end = b->length > 0 ? memrchr(b->data, '\n', b->length) : NULL;

	return end ? (size_t)(b->data + b->length - end - 1) : b->length;
}
