/*
 * trace.c - request ids and W3C trace context
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "services/gateway/gateway.h"

static const char hex[] = "0123456789abcdef";

/* Random bytes, fetched from the kernel a page at a time. */
static void random_bytes(unsigned char *out, size_t length)
{
	static unsigned char pool[4096];
	static size_t left;

	if (left < length) {
		if (getrandom(pool, sizeof(pool), 0) != (ssize_t)sizeof(pool))
			abort();
		left = sizeof(pool);
	}
	left -= length;
	memcpy(out, pool + left, length);
}

/* Writes twice as many digits as bytes, and no NUL. */
static void random_hex(char *out, size_t bytes)
{
	unsigned char raw[16];
	size_t i;

	random_bytes(raw, bytes);
	for (i = 0; i < bytes; i++) {
		out[2 * i] = hex[raw[i] >> 4];
		out[2 * i + 1] = hex[raw[i] & 15];
	}
}

/* The client's id if it is 8-64 safe characters, else a new one. */
void trace_request_id(const struct head *head, char out[REQUEST_ID_SIZE])
{
	const char *given = head ? head_get(head, "x-request-id") : NULL;
	size_t length = given ? strlen(given) : 0;

	if (length >= 8 && length < REQUEST_ID_SIZE &&
	    strspn(given, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.") == length) {
		memcpy(out, given, length + 1);
		return;
	}
	random_hex(out, 16);
	out[32] = '\0';
}

static bool hex_run(const char *text, size_t length)
{
	return strspn(text, hex) >= length && strspn(text, "0") < length;
}

/* "00-<32 hex>-<16 hex>-<2 hex>"; a later version may have more behind a dash. */
static bool traceparent_valid(const char *text)
{
	size_t length = strlen(text);

	if (length < 55 || strspn(text, hex) != 2 || strncmp(text, "ff", 2) == 0)
		return false;
	if (text[2] != '-' || !hex_run(text + 3, 32) || text[35] != '-' || !hex_run(text + 36, 16) ||
	    text[52] != '-')
		return false;
	if (strspn(text + 53, hex) != 2)
		return false;
	return length == 55 || (strncmp(text, "00", 2) != 0 && text[55] == '-');
}

/* Continues the client's trace with a span of our own, or begins one. */
void trace_parent(const struct head *head, char out[TRACEPARENT_SIZE])
{
	const char *given = head_get(head, "traceparent");

	memcpy(out, "00-", 3);
	if (given && traceparent_valid(given)) {
		memcpy(out + 3, given + 3, 32);
		memcpy(out + 53, given + 53, 2);
	} else {
		random_hex(out + 3, 16);
		memcpy(out + 53, "00", 2);
	}
	out[35] = '-';
	random_hex(out + 36, 8);
	out[52] = '-';
	out[55] = '\0';
}
