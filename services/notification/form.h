/*
 * form.h - a page's form as it was sent: urlencoded, or multipart/form-data
 */
#ifndef AE_NOTIFICATION_FORM_H
#define AE_NOTIFICATION_FORM_H

#include "common/error.h"

#include <stdbool.h>
#include <stddef.h>

enum {
	FORM_FIELDS_MAX = 128,
	FORM_VALUE_MAX = 128 /* bytes; the rest is cut */
};

struct form_field {
	const char *name, *value;
};

struct form {
	struct form_field *fields;
	size_t count;
};

/*
 * Reads a body by its Content-Type (may be NULL). What our pages ask for is ASCII: other bytes become "?".
 * NULL: *error is ERR_UNSUPPORTED_MEDIA, or ERR_TOO_LARGE for more fields than any page of ours has.
 */
struct form *form_read(const void *parent, const char *content_type, const char *body, size_t length,
		       enum error *error);
/* The first field of that name; NULL if there is none. form may be NULL. */
const char *form_get(const struct form *form, const char *name);

#endif
