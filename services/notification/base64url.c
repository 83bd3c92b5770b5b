/*
 * base64url.c - by libjose; a file of its own, since jansson's names collide with common/json.h
 */
#include <jose/b64.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/base64url.h"

char *base64url_encode(const void *parent, const void *bytes, size_t length)
{
	size_t size = (length * 4 + 2) / 3;
	char *text = talloc_array(parent, char, size + 1);

	if (length > 0)
		jose_b64_enc_buf(bytes, length, text, size);
	text[size] = '\0';
	return text;
}

bool base64url_decode(const char *text, void *bytes, size_t length)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t digits = strspn(text, alphabet), padding = strspn(text + digits, "=");

	if (digits != (length * 4 + 2) / 3 || text[digits + padding] != '\0' ||
	    (padding > 0 && (digits + padding) % 4 != 0) || padding > 2)
		return false;
	return jose_b64_dec_buf(text, digits, bytes, length) == length;
}
