/*
 * mime_read.h - a mail that came from outside, cut into its parts (RFC 2045, RFC 2046)
 *
 * Everything is taken that can be: bare line feeds, headers that are none, a multipart without its last
 * boundary. Size, depth, parts and fields are bounded; what is beyond is left out, not an error.
 */
#ifndef AE_NOTIFICATION_MIME_READ_H
#define AE_NOTIFICATION_MIME_READ_H

#include <stdbool.h>
#include <stddef.h>

enum {
	MIME_SIZE_MAX = 1024 * 1024,
	MIME_DEPTH_MAX = 8,
	MIME_PARTS_MAX = 100,
	MIME_FIELDS_MAX = 500, /* of one header */
	MIME_VALUE_MAX = 8192  /* of one field, unfolded; the rest is cut */
};

struct mime_field {
	const char *name, *value; /* unfolded, without outer blanks; a NUL byte or control becomes a space */
};

struct mime_part {
	struct mime_field *fields;
	size_t field_count;
	const char *type; /* "multipart/report", lower case; "text/plain" if there is none */
	const char *body; /* as it stands, in the mail's own memory */
	size_t length;
	struct mime_part *first, *next;
};

/* NULL only if the mail is larger than MIME_SIZE_MAX. The mail must outlive the parts. */
struct mime_part *mime_read(const void *parent, const char *mail, size_t length);
/* Reads fields up to an empty line or the end; returns where the body begins. */
const char *mime_read_fields(const void *parent, const char *text, const char *end,
			     struct mime_field **fields, size_t *count);
/* The first field of that name; NULL if there is none. */
const char *mime_get(const struct mime_field *fields, size_t count, const char *name);
/* A parameter of a value such as Content-Type's: "report-type"; NULL if there is none. */
const char *mime_parameter(const void *parent, const char *value, const char *name);
/* The part's content with its transfer encoding undone, NUL-terminated, under parent. */
char *mime_content(const void *parent, const struct mime_part *part, size_t *length);
/* The first part of a type, the tree searched in reading order. NULL if there is none. */
const struct mime_part *mime_find(const struct mime_part *part, const char *type);

#endif
