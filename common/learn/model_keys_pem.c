/*
 * model_keys_pem.c - Ed25519 keys in PEM files, hashes, and hexadecimal (see model_keys.h)
 */
#include "common/learn/model_keys_pem.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/log.h"

/* A key under a passphrase is refused: libcrypto would ask the terminal for it. */
static int no_passphrase(char *buffer, int size, int writing, void *context)
{
	(void)buffer, (void)size, (void)writing, (void)context;
	return -1;
}

EVP_PKEY *model_key_read(const void *parent, const char *path, bool secret, const char **error)
{
	FILE *f = fopen(path, "re");
	EVP_PKEY *key;

	if (!f) {
		*error = talloc_asprintf(parent, "%s: %s", path, strerror(errno));
		return NULL;
	}
	key = secret ? PEM_read_PrivateKey(f, NULL, no_passphrase, NULL)
		     : PEM_read_PUBKEY(f, NULL, no_passphrase, NULL);
	fclose(f);
	ERR_clear_error();
	if (key && EVP_PKEY_is_a(key, "ED25519"))
		return key;
	EVP_PKEY_free(key);
	*error = talloc_asprintf(parent, "%s: is no %s Ed25519 key in PEM", path,
				 secret ? "secret" : "public");
	return NULL;
}

bool model_key_id(const EVP_PKEY *key, uint8_t id[MODEL_KEY_ID])
{
	uint8_t raw[32], hash[MODEL_HASH];
	size_t length = sizeof(raw);

	if (EVP_PKEY_get_raw_public_key(key, raw, &length) != 1 || length != sizeof(raw))
		return false;
	model_hash(raw, sizeof(raw), hash);
	memcpy(id, hash, MODEL_KEY_ID);
	return true;
}

/* Without the hash nothing can be judged: a libcrypto that lacks it is a broken installation. */
void model_hash(const void *bytes, size_t length, uint8_t hash[MODEL_HASH])
{
	if (EVP_Digest(bytes, length, hash, NULL, EVP_blake2b512(), NULL) != 1) {
		log_error("libcrypto has no BLAKE2b");
		abort();
	}
}

char *hex_text(const uint8_t *bytes, size_t count, char *text)
{
	static const char digits[] = "0123456789abcdef";
	size_t i;

	for (i = 0; i < count; i++) {
		text[2 * i] = digits[bytes[i] >> 4];
		text[2 * i + 1] = digits[bytes[i] & 15];
	}
	text[2 * count] = '\0';
	return text;
}

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool hex_bytes(const char *text, size_t count, uint8_t *bytes)
{
	size_t i;

	if (strlen(text) != 2 * count)
		return false;
	for (i = 0; i < count; i++) {
		int high = hex_digit(text[2 * i]), low = hex_digit(text[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}
