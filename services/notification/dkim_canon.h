/*
 * dkim_canon.h - the relaxed canonical forms of DKIM (RFC 6376 3.4.2 and 3.4.4)
 */
#ifndef AE_NOTIFICATION_DKIM_CANON_H
#define AE_NOTIFICATION_DKIM_CANON_H

#include "services/notification/bytes.h"

/* A header field of a mail as it stands there, folded lines included, without its last CRLF. */
struct dkim_field {
	const char *text;
	size_t length, name_length;
};

/* The header's fields, the last with a NULL text; *body is where the body begins. NULL: no well-formed
 * header. */
struct dkim_field *dkim_fields(const void *parent, const char *mail, size_t length, const char **body);
/* "name:value", lower case, unfolded, blanks collapsed, without CRLF. */
void dkim_canon_field(struct bytes *out, const struct dkim_field *field);
void dkim_canon_body(struct bytes *out, const char *body, size_t length);

#endif
