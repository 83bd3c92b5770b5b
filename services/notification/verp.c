/*
 * verp.c - addresses that say which notification they are about, and prove it
 */
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdint.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "services/notification/bytes.h"
#include "services/notification/notification_id.h"
#include "services/notification/verp.h"

enum {
	MAC_BYTES = 10, /* 80 bits */
	TOKEN_BYTES = NOTIFICATION_ID_BYTES + MAC_BYTES,
	TOKEN_TEXT = (TOKEN_BYTES * 8 + 4) / 5
};

static const char *const prefixes[VERP_PURPOSE_COUNT] = {"b+", "unsubscribe+"};

static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";

/* Digits of 5 bits each to bytes, from the front; slack bits (the last ones) must be 0. False: a character
 * that is no digit. */
static bool base32_read(const char *text, size_t count, uint8_t *out)
{
	uint32_t held = 0;
	int bits = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		const char *digit = text[i] ? strchr(base32, text[i]) : NULL;

		if (digit == NULL)
			return false;
		held = (held << 5) | (uint32_t)(digit - base32);
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			*out++ = (uint8_t)(held >> bits);
			held &= (1U << bits) - 1;
		}
	}
	return held == 0;
}

static void base32_write(const uint8_t *in, size_t length, char *out)
{
	uint32_t held = 0;
	int bits = 0;
	size_t i;

	for (i = 0; i < length; i++) {
		held = (held << 8) | in[i];
		bits += 8;
		while (bits >= 5) {
			bits -= 5;
			*out++ = base32[held >> bits];
			held &= (1U << bits) - 1;
		}
	}
	if (bits > 0)
		*out++ = base32[held << (5 - bits)];
	*out = '\0';
}

/* The first 80 bits of the HMAC over "b+" or "unsubscribe+" and the ULID. */
static void mac(const char *secret, const char *prefix, const uint8_t ulid[NOTIFICATION_ID_BYTES],
		uint8_t out[MAC_BYTES])
{
	uint8_t whole[EVP_MAX_MD_SIZE];
	struct bytes *in = bytes_new(NULL);

	bytes_text(in, prefix);
	bytes_put(in, ulid, NOTIFICATION_ID_BYTES);
	HMAC(EVP_sha256(), secret, (int)strlen(secret), (uint8_t *)in->data, in->length, whole, NULL);
	talloc_free(in);
	memcpy(out, whole, MAC_BYTES);
}

const char *verp_make(const void *parent, enum verp_purpose purpose, const char *notification_id,
		      const char *secret, const char *domain)
{
	uint8_t bytes[TOKEN_BYTES];
	char token[TOKEN_TEXT + 1];

	if (!notification_id_decode(notification_id, bytes))
		return NULL;
	mac(secret, prefixes[purpose], bytes, bytes + NOTIFICATION_ID_BYTES);
	base32_write(bytes, sizeof(bytes), token);
	return talloc_asprintf(parent, "%s%s@%s", prefixes[purpose], token, domain);
}

/* Where the token begins; NULL if the address is none of ours. */
static const char *token_of(const char *address, const char *domain, enum verp_purpose *purpose)
{
	const char *at = strrchr(address, '@');
	size_t i, n;

	if (at == NULL || strcasecmp(at + 1, domain) != 0)
		return NULL;
	for (i = 0; i < VERP_PURPOSE_COUNT; i++) {
		n = strlen(prefixes[i]);
		if (strncasecmp(address, prefixes[i], n) != 0 || (size_t)(at - address) != n + TOKEN_TEXT)
			continue;
		*purpose = (enum verp_purpose)i;
		return address + n;
	}
	return NULL;
}

bool verp_shaped(const char *address, const char *domain)
{
	enum verp_purpose purpose;

	return token_of(address, domain, &purpose) != NULL;
}

const char *verp_read(const void *parent, const char *address, const char *secret, const char *domain,
		      enum verp_purpose *purpose)
{
	const char *found = token_of(address, domain, purpose);
	char token[TOKEN_TEXT], id[NOTIFICATION_ID_LENGTH + 1];
	uint8_t bytes[TOKEN_BYTES + 1], want[MAC_BYTES];
	size_t i;

	if (found == NULL)
		return NULL;
	for (i = 0; i < TOKEN_TEXT; i++)
		token[i] = (char)(found[i] >= 'A' && found[i] <= 'Z' ? found[i] + 'a' - 'A' : found[i]);
	if (!base32_read(token, TOKEN_TEXT, bytes))
		return NULL;
	mac(secret, prefixes[*purpose], bytes, want);
	if (CRYPTO_memcmp(want, bytes + NOTIFICATION_ID_BYTES, MAC_BYTES) != 0)
		return NULL;
	notification_id_encode(bytes, id);
	return talloc_strdup(parent, id);
}
