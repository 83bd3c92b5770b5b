/*
 * push_jwt.c - RS256 and ES256 on OpenSSL's primitives
 */
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>
#include <talloc.h>

#include "common/json.h"
#include "services/notification/base64url.h"
#include "services/notification/push_jwt.h"
#include "services/notification/secret.h"

enum {
	RSA_BITS_MIN = 2048,
	RSA_BITS_MAX = 8192,
	HALF_BYTES = 32, /* of an ES256 signature: r, or s */
	SIGNATURE_MAX = RSA_BITS_MAX / 8
};

struct push_key {
	EVP_PKEY *key;
	enum push_algorithm algorithm;
};

/* --- keys ------------------------------------------------------------------------------------------ */

/* Nobody is there to be asked for a key's password. */
static int no_password(char *buffer, int size, int writing, void *context)
{
	(void)buffer;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

/* EVP_PKEY_free wipes the private numbers. */
static int key_free(struct push_key *k)
{
	EVP_PKEY_free(k->key);
	return 0;
}

static const char *key_fault(const struct push_key *k)
{
	char group[32] = "";

	if (k->key == NULL)
		return "is not an unencrypted private key in PEM";
	if (k->algorithm == PUSH_ES256) {
		if (EVP_PKEY_is_a(k->key, "EC") != 1 ||
		    EVP_PKEY_get_group_name(k->key, group, sizeof(group), NULL) != 1 ||
		    strcmp(group, "prime256v1") != 0)
			return "is not a key on the curve P-256";
		return NULL;
	}
	if (EVP_PKEY_is_a(k->key, "RSA") != 1)
		return "is not an RSA key";
	if (EVP_PKEY_get_bits(k->key) < RSA_BITS_MIN || EVP_PKEY_get_bits(k->key) > RSA_BITS_MAX)
		return "is an RSA key of less than 2048 or more than 8192 bits";
	return NULL;
}

struct push_key *push_key_read(const void *parent, const char *pem, size_t length,
			       enum push_algorithm algorithm, const char **error)
{
	struct push_key *k = talloc_zero(parent, struct push_key);
	BIO *in = length <= SECRET_FILE_MAX ? BIO_new_mem_buf(pem, (int)length) : NULL;

	talloc_set_destructor(k, key_free);
	k->algorithm = algorithm;
	k->key = in ? PEM_read_bio_PrivateKey(in, NULL, no_password, NULL) : NULL;
	BIO_free(in);
	if ((*error = key_fault(k)) == NULL)
		return k;
	talloc_free(k);
	return NULL;
}

struct push_key *push_key_load(const void *parent, const char *path, enum push_algorithm algorithm,
			       const char **error)
{
	size_t length;
	char *pem = secret_file(parent, path, &length, error);
	struct push_key *k;

	if (pem == NULL)
		return NULL;
	k = push_key_read(parent, pem, length, algorithm, error);
	talloc_free(pem);
	if (k == NULL)
		*error = talloc_asprintf(parent, "%s: %s", path, *error);
	return k;
}

bool push_key_public(const struct push_key *key, unsigned char out[PUSH_PUBLIC_BYTES])
{
	size_t length = 0;

	/* A key that was read is asked for its point as the file had it: compressed is possible. */
	return EVP_PKEY_set_utf8_string_param(key->key, OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
					      OSSL_PKEY_EC_POINT_CONVERSION_FORMAT_UNCOMPRESSED) == 1 &&
	       EVP_PKEY_get_octet_string_param(key->key, OSSL_PKEY_PARAM_PUB_KEY, out, PUSH_PUBLIC_BYTES,
					       &length) == 1 &&
	       length == PUSH_PUBLIC_BYTES && out[0] == 4;
}

/* --- signatures ------------------------------------------------------------------------------------ */

/* OpenSSL's DER to the two numbers one behind the other. */
static bool ecdsa_raw(unsigned char *signature, size_t *length)
{
	const unsigned char *der = signature;
	ECDSA_SIG *numbers = d2i_ECDSA_SIG(NULL, &der, (long)*length);
	unsigned char raw[2 * HALF_BYTES];
	bool good = numbers && BN_bn2binpad(ECDSA_SIG_get0_r(numbers), raw, HALF_BYTES) == HALF_BYTES &&
		    BN_bn2binpad(ECDSA_SIG_get0_s(numbers), raw + HALF_BYTES, HALF_BYTES) == HALF_BYTES;

	ECDSA_SIG_free(numbers);
	if (!good)
		return false;
	memcpy(signature, raw, sizeof(raw));
	*length = sizeof(raw);
	return true;
}

/* RSASSA-PKCS1-v1_5 or ECDSA, each over SHA-256. */
static bool sign(const struct push_key *key, const char *text, unsigned char *signature, size_t *length)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx && EVP_DigestSignInit(ctx, NULL, EVP_sha256(), NULL, key->key) == 1 &&
		    EVP_DigestSign(ctx, signature, length, (const unsigned char *)text, strlen(text)) == 1;

	EVP_MD_CTX_free(ctx);
	return good && (key->algorithm == PUSH_RS256 || ecdsa_raw(signature, length));
}

static const char *header_text(const void *parent, const struct push_key *key, const char *kid)
{
	struct json_writer *w = json_writer_new(parent);

	json_open_object(w, NULL);
	json_put_text(w, "typ", "JWT");
	json_put_text(w, "alg", key->algorithm == PUSH_RS256 ? "RS256" : "ES256");
	if (kid)
		json_put_text(w, "kid", kid);
	json_close(w);
	return json_text(w, NULL);
}

char *push_jwt(const void *parent, const struct push_key *key, const char *kid, const char *claims)
{
	void *scratch = talloc_new(parent);
	const char *header = header_text(scratch, key, kid), *input;
	unsigned char signature[SIGNATURE_MAX];
	size_t length = sizeof(signature);
	char *token = NULL;

	input = talloc_asprintf(scratch, "%s.%s", base64url_encode(scratch, header, strlen(header)),
				base64url_encode(scratch, claims, strlen(claims)));
	if (sign(key, input, signature, &length))
		token = talloc_asprintf(parent, "%s.%s", input, base64url_encode(scratch, signature, length));
	talloc_free(scratch);
	return token;
}
