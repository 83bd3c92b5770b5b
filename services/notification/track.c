/*
 * track.c - version | key id | kind | notification id | link | expiry | HMAC-SHA256/128, in base64url
 *
 * 1 + 1 + 1 + 16 + 2 + 5 + 16 = 42 bytes: a multiple of three, so that there is one spelling only.
 */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/track.h"

enum {
	VERSION = 1,
	AT_KEY = 1,
	AT_KIND = 2,
	AT_ID = 3,
	AT_LINK = AT_ID + NOTIFICATION_ID_BYTES,
	AT_EXPIRY = AT_LINK + 2,
	EXPIRY_BYTES = 5, /* seconds since 1970 */
	AT_MAC = AT_EXPIRY + EXPIRY_BYTES,
	MAC_BYTES = 16,
	TOKEN_BYTES = AT_MAC + MAC_BYTES
};

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void put_number(unsigned char *at, size_t bytes, uint64_t value)
{
	while (bytes-- > 0) {
		at[bytes] = (unsigned char)value;
		value >>= 8;
	}
}

static uint64_t get_number(const unsigned char *at, size_t bytes)
{
	uint64_t value = 0;

	while (bytes-- > 0)
		value = value << 8 | *at++;
	return value;
}

static bool sign(const struct track_key *key, const unsigned char *bytes, unsigned char mac[MAC_BYTES])
{
	unsigned char whole[EVP_MAX_MD_SIZE];
	unsigned length = 0;

	if (key->length < TRACK_SECRET_MIN || key->length > 4096 ||
	    HMAC(EVP_sha256(), key->secret, (int)key->length, bytes, AT_MAC, whole, &length) == NULL)
		return false;
	memcpy(mac, whole, MAC_BYTES);
	return true;
}

static const struct track_key *find_key(const struct track_keys *keys, uint8_t id)
{
	size_t i;

	for (i = 0; i < keys->count; i++)
		if (keys->keys[i].id == id)
			return &keys->keys[i];
	return NULL;
}

static void encode(const unsigned char bytes[TOKEN_BYTES], char text[TRACK_TOKEN_LENGTH + 1])
{
	unsigned group;
	size_t i, j;

	for (i = 0; i < TOKEN_BYTES; i += 3) {
		group = (unsigned)get_number(bytes + i, 3);
		for (j = 0; j < 4; j++)
			*text++ = alphabet[group >> (18 - 6 * j) & 63];
	}
	*text = '\0';
}

static bool decode(const char *text, unsigned char bytes[TOKEN_BYTES])
{
	unsigned group;
	const char *at;
	size_t i, j;

	if (strnlen(text, TRACK_TOKEN_LENGTH + 1) != TRACK_TOKEN_LENGTH)
		return false;
	for (i = 0; i < TOKEN_BYTES; i += 3) {
		for (group = 0, j = 0; j < 4; j++) {
			if ((at = strchr(alphabet, *text++)) == NULL)
				return false;
			group = group << 6 | (unsigned)(at - alphabet);
		}
		put_number(bytes + i, 3, group);
	}
	return true;
}

char *track_make(const void *parent, const struct track_keys *keys, const struct track *t, const char **error)
{
	unsigned char bytes[TOKEN_BYTES] = {VERSION};
	int64_t seconds = t->expires / SECOND;
	char *text;

	*error = NULL;
	if (keys->count == 0)
		*error = "there is no key for tracking tokens";
	else if (seconds < 0 || seconds >> 8 * EXPIRY_BYTES)
		*error = "the expiry is out of range";
	else if (!notification_id_decode(t->notification_id, bytes + AT_ID))
		*error = "the notification id is not a ULID";
	if (*error)
		return NULL;
	bytes[AT_KEY] = keys->keys[0].id;
	bytes[AT_KIND] = (unsigned char)t->kind;
	put_number(bytes + AT_LINK, 2, t->link);
	put_number(bytes + AT_EXPIRY, EXPIRY_BYTES, (uint64_t)seconds);
	if (!sign(&keys->keys[0], bytes, bytes + AT_MAC)) {
		*error = "the key for tracking tokens is shorter than 16 bytes";
		return NULL;
	}
	text = talloc_array(parent, char, TRACK_TOKEN_LENGTH + 1);
	encode(bytes, text);
	return text;
}

bool track_read(const struct track_keys *keys, const char *token, enum track_kind kind, instant now,
		struct track *out, const char **error)
{
	unsigned char bytes[TOKEN_BYTES], mac[MAC_BYTES];
	const struct track_key *key;

	*error = NULL;
	*out = (struct track){.expires = 0};
	if (!decode(token, bytes) || bytes[0] != VERSION)
		*error = "not one of our tokens";
	else if ((key = find_key(keys, bytes[AT_KEY])) == NULL)
		*error = "signed with a key that is no longer used";
	else if (!sign(key, bytes, mac) || CRYPTO_memcmp(mac, bytes + AT_MAC, MAC_BYTES) != 0)
		*error = "its signature is another one";
	else if (bytes[AT_KIND] != (unsigned char)kind)
		*error = "made for something else";
	if (*error)
		return false;
	*out = (struct track){.kind = kind, .link = (uint16_t)get_number(bytes + AT_LINK, 2)};
	notification_id_encode(bytes + AT_ID, out->notification_id);
	out->expires = (instant)get_number(bytes + AT_EXPIRY, EXPIRY_BYTES) * SECOND;
	if (now <= out->expires)
		return true;
	*error = "too old";
	return false;
}
