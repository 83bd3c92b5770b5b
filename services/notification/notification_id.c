/*
 * notification_id.c - ULIDs to bytes and back, and out of a Message-ID
 */
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/notification_id.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/* 26 characters are 130 bits: the first may be 7 at most. */
bool notification_id_decode(const char *text, unsigned char bytes[NOTIFICATION_ID_BYTES])
{
	unsigned bits = 0, held = 0;
	const char *at;
	size_t i, out = 0;

	if (strnlen(text, NOTIFICATION_ID_LENGTH + 1) != NOTIFICATION_ID_LENGTH || text[0] > '7')
		return false;
	for (i = 0; i < NOTIFICATION_ID_LENGTH; i++) {
		if ((at = strchr(alphabet, text[i])) == NULL)
			return false;
		bits = bits << 5 | (unsigned)(at - alphabet);
		held += i == 0 ? 3 : 5;
		if (held >= 8) {
			held -= 8;
			bytes[out++] = (unsigned char)(bits >> held);
		}
	}
	return true;
}

bool notification_id_valid(const char *text)
{
	unsigned char bytes[NOTIFICATION_ID_BYTES];

	return notification_id_decode(text, bytes);
}

void notification_id_encode(const unsigned char bytes[NOTIFICATION_ID_BYTES],
			    char text[NOTIFICATION_ID_LENGTH + 1])
{
	unsigned bits = 0, held = 2; /* two leading zero bits make 130 of 128 */
	size_t i, out = 0;

	for (i = 0; i < NOTIFICATION_ID_BYTES; i++) {
		bits = bits << 8 | bytes[i];
		for (held += 8; held >= 5; held -= 5)
			text[out++] = alphabet[bits >> (held - 5) & 31];
	}
	text[out] = '\0';
}

bool notification_id_instant(const char *text, instant *made)
{
	unsigned char bytes[NOTIFICATION_ID_BYTES];
	int64_t milliseconds = 0;
	size_t i;

	if (!notification_id_decode(text, bytes))
		return false;
	for (i = 0; i < 6; i++)
		milliseconds = milliseconds << 8 | bytes[i];
	*made = milliseconds > INSTANT_MAX / 1000 ? INSTANT_MAX : milliseconds * 1000;
	return true;
}

const char *notification_id_of_message(const void *parent, const char *message_id)
{
	char text[NOTIFICATION_ID_LENGTH + 1];

	if (message_id == NULL)
		return NULL;
	message_id += strspn(message_id, "< \t");
	if (strcspn(message_id, "@") != NOTIFICATION_ID_LENGTH || message_id[NOTIFICATION_ID_LENGTH] != '@')
		return NULL;
	memcpy(text, message_id, NOTIFICATION_ID_LENGTH);
	text[NOTIFICATION_ID_LENGTH] = '\0';
	return notification_id_valid(text) ? talloc_strdup(parent, text) : NULL;
}

const char *notification_id_new(const void *parent, instant now)
{
	unsigned char bytes[NOTIFICATION_ID_BYTES];
	char *text = talloc_array(parent, char, NOTIFICATION_ID_LENGTH + 1);
	int64_t milliseconds = now / 1000;
	int i;

	for (i = 5; i >= 0; i--, milliseconds >>= 8)
		bytes[i] = (unsigned char)milliseconds;
	if (RAND_bytes(bytes + 6, NOTIFICATION_ID_BYTES - 6) != 1)
		abort();
	notification_id_encode(bytes, text);
	return text;
}
