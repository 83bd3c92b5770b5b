/*
 * mime_body.h - the transfer encodings of a mail's parts (RFC 2045 6.7 and 6.8), written
 */
#ifndef AE_NOTIFICATION_MIME_BODY_H
#define AE_NOTIFICATION_MIME_BODY_H

#include "services/notification/bytes.h"

/* UTF-8 text as quoted-printable, 76 columns. CRLF, CR and LF all end a line; the last one is ended too. */
void mime_put_quoted(struct bytes *out, const char *text);
/* Bytes as base64, 76 columns. */
void mime_put_base64(struct bytes *out, const void *bytes, size_t length);

#endif
