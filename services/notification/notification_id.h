/*
 * notification_id.h - a notification's id is a ULID: 48 bits of milliseconds, 80 random bits,
 * written as 26 characters of Crockford's base 32
 */
#ifndef AE_NOTIFICATION_NOTIFICATION_ID_H
#define AE_NOTIFICATION_NOTIFICATION_ID_H

#include "common/clock.h"

enum {
	NOTIFICATION_ID_BYTES = 16,
	NOTIFICATION_ID_LENGTH = 26 /* characters, without the NUL */
};

/* Exactly 26 upper-case characters of the alphabet, at most 128 bits; false otherwise. */
bool notification_id_decode(const char *text, unsigned char bytes[NOTIFICATION_ID_BYTES]);
bool notification_id_valid(const char *text);
void notification_id_encode(const unsigned char bytes[NOTIFICATION_ID_BYTES],
			    char text[NOTIFICATION_ID_LENGTH + 1]);

/* A new id under parent; ids made later sort later, to the millisecond. */
const char *notification_id_new(const void *parent, instant now);

/* When the id was made. */
bool notification_id_instant(const char *text, instant *made);

/* The id in a Message-ID "<ULID@domain>", brackets or not; NULL if it is not one of ours. Under parent. */
const char *notification_id_of_message(const void *parent, const char *message_id);

#endif
