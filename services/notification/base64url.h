/*
 * base64url.h - base64url without padding (RFC 4648, section 5)
 */
#ifndef AE_NOTIFICATION_BASE64URL_H
#define AE_NOTIFICATION_BASE64URL_H

#include <stdbool.h>
#include <stddef.h>

/* Under parent. */
char *base64url_encode(const void *parent, const void *bytes, size_t length);

/* Exactly that many bytes; "=" at the end, as some clients write it, is allowed. */
bool base64url_decode(const char *text, void *bytes, size_t length);

#endif
