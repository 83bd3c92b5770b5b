/*
 * mime_header.h - header fields of a mail: encoded (RFC 2047), folded (RFC 5322 2.2.3), and safe
 *
 * A CR, LF or other control character that would end a field or hide one is refused; the first fault
 * stays in error and names its header. Lines are at most 78 octets, 76 with an encoded word, and never
 * more than 998. Field names are ours, never input.
 */
#ifndef AE_NOTIFICATION_MIME_HEADER_H
#define AE_NOTIFICATION_MIME_HEADER_H

#include "services/notification/bytes.h"

struct mime_headers {
	struct bytes *out;
	const char *error; /* NULL so far; "Subject: has a line break", under out */
};

/* Unstructured text in UTF-8 (Subject): as it is where it can be, else as encoded words. */
void mime_header_text(struct mime_headers *h, const char *name, const char *value);
/* A structured value in printable ASCII, folded at its spaces only. */
void mime_header_token(struct mime_headers *h, const char *name, const char *value);
/* A mailbox: display name ("" for none) and a plain address, which is never encoded. */
void mime_header_mailbox(struct mime_headers *h, const char *name, const char *display, const char *address);

#endif
