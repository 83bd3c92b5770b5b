/*
 * bytes.h - a run of bytes that grows: mails are written into it
 *
 * data always ends in a NUL that length does not count; bytes inside may be NUL too.
 */
#ifndef AE_NOTIFICATION_BYTES_H
#define AE_NOTIFICATION_BYTES_H

#include <stddef.h>

struct bytes {
	char *data;
	size_t length, size;
};

struct bytes *bytes_new(const void *parent);
void bytes_put(struct bytes *b, const void *data, size_t length);
void bytes_text(struct bytes *b, const char *text);
void bytes_print(struct bytes *b, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* How many bytes stand behind the last line feed. */
size_t bytes_column(const struct bytes *b);

#endif
