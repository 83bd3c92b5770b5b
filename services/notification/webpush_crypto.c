/*
 * webpush_crypto.c - one record: salt | record size | key id length | our point | ciphertext and tag
 *
 * Names are those of RFC 8291, section 3.4: ecdh_secret, IKM, CEK, NONCE.
 */
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/webpush_crypto.h"

enum {
	SECRET = 32, /* bytes of ecdh_secret and of IKM */
	CEK = 16,
	NONCE = 12
};

struct record_keys {
	unsigned char secret[SECRET], ikm[SECRET], cek[CEK], nonce[NONCE];
};

/* The peer's key from its point; NULL if it is not on the curve. */
static EVP_PKEY *peer_of(const unsigned char point[WEBPUSH_POINT])
{
	char group[] = "prime256v1";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
		OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)point, WEBPUSH_POINT),
		OSSL_PARAM_construct_end()};
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL), *check = NULL;
	EVP_PKEY *key = NULL;

	/* 4: x and y follow; the hybrid forms 6 and 7 are as long, and not allowed here. */
	if (point[0] == 4 && ctx && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) == 1)
		check = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	if (check == NULL || EVP_PKEY_public_check(check) != 1) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	EVP_PKEY_CTX_free(check);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

bool webpush_point_valid(const unsigned char point[WEBPUSH_POINT])
{
	EVP_PKEY *key = peer_of(point);

	EVP_PKEY_free(key);
	return key != NULL;
}

bool webpush_choose(struct webpush_once *once)
{
	once->key = EVP_EC_gen("P-256");
	return once->key && RAND_bytes(once->salt, sizeof(once->salt)) == 1;
}

static bool point_of(EVP_PKEY *key, unsigned char point[WEBPUSH_POINT])
{
	size_t length = 0;

	return EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, WEBPUSH_POINT, &length) ==
		       1 &&
	       length == WEBPUSH_POINT && point[0] == 4;
}

static bool agree(EVP_PKEY *own, EVP_PKEY *peer, unsigned char secret[SECRET])
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, own, NULL);
	size_t length = SECRET;
	bool good = ctx && EVP_PKEY_derive_init(ctx) == 1 && EVP_PKEY_derive_set_peer(ctx, peer) == 1 &&
		    EVP_PKEY_derive(ctx, secret, &length) == 1 && length == SECRET;

	EVP_PKEY_CTX_free(ctx);
	return good;
}

/* HKDF with SHA-256 (RFC 5869), extract and expand. */
static bool hkdf(const unsigned char *salt, size_t salt_length, const unsigned char *key, const void *info,
		 size_t info_length, unsigned char *out, size_t length)
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, digest, 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)salt, salt_length),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)key, SECRET),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)info, info_length),
		OSSL_PARAM_construct_end()};
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *ctx = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	bool good = ctx && EVP_KDF_derive(ctx, out, length, params) == 1;

	EVP_KDF_CTX_free(ctx);
	EVP_KDF_free(kdf);
	return good;
}

/* The texts' NULs belong to the info. */
static bool derive(const struct webpush_receiver *to, const unsigned char own[WEBPUSH_POINT],
		   const unsigned char salt[WEBPUSH_SALT], struct record_keys *k)
{
	static const char key_label[] = "WebPush: info", cek_label[] = "Content-Encoding: aes128gcm",
			  nonce_label[] = "Content-Encoding: nonce";
	unsigned char info[sizeof(key_label) + 2 * WEBPUSH_POINT];

	memcpy(info, key_label, sizeof(key_label));
	memcpy(info + sizeof(key_label), to->point, WEBPUSH_POINT);
	memcpy(info + sizeof(key_label) + WEBPUSH_POINT, own, WEBPUSH_POINT);
	return hkdf(to->auth, WEBPUSH_AUTH, k->secret, info, sizeof(info), k->ikm, SECRET) &&
	       hkdf(salt, WEBPUSH_SALT, k->ikm, cek_label, sizeof(cek_label), k->cek, CEK) &&
	       hkdf(salt, WEBPUSH_SALT, k->ikm, nonce_label, sizeof(nonce_label), k->nonce, NONCE);
}

/* out has room for length + 1 + WEBPUSH_TAG. 2 ends the last record (RFC 8188, section 2). */
static bool seal(const struct record_keys *k, const void *plain, size_t length, unsigned char *out)
{
	static const unsigned char last = 2;
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	int n = 0, m = 0, rest = 0;
	bool good = ctx && EVP_EncryptInit_ex(ctx, EVP_aes_128_gcm(), NULL, k->cek, k->nonce) == 1 &&
		    EVP_EncryptUpdate(ctx, out, &n, plain, (int)length) == 1 &&
		    EVP_EncryptUpdate(ctx, out + n, &m, &last, 1) == 1 &&
		    EVP_EncryptFinal_ex(ctx, out + n + m, &rest) == 1 &&
		    (size_t)n + (size_t)m + (size_t)rest == length + 1 &&
		    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_GCM_GET_TAG, WEBPUSH_TAG, out + length + 1) == 1;

	EVP_CIPHER_CTX_free(ctx);
	return good;
}

static void put_header(unsigned char *body, const unsigned char salt[WEBPUSH_SALT])
{
	memcpy(body, salt, WEBPUSH_SALT);
	body[WEBPUSH_SALT] = body[WEBPUSH_SALT + 1] = 0; /* the record size, big end first */
	body[WEBPUSH_SALT + 2] = WEBPUSH_RECORD >> 8;
	body[WEBPUSH_SALT + 3] = WEBPUSH_RECORD & 0xff;
	body[WEBPUSH_SALT + 4] = WEBPUSH_POINT;
}

unsigned char *webpush_encrypt(const void *parent, const struct webpush_receiver *to, webpush_chooser *choose,
			       const void *plain, size_t length, size_t *body_length)
{
	struct webpush_once once = {0};
	struct record_keys keys;
	EVP_PKEY *peer = peer_of(to->point);
	unsigned char *body, *own;
	bool good = false;

	*body_length = WEBPUSH_HEADER + length + 1 + WEBPUSH_TAG;
	if (peer && length <= WEBPUSH_PLAIN_MAX && choose(&once)) {
		body = talloc_array(parent, unsigned char, *body_length);
		own = body + WEBPUSH_SALT + 5;
		put_header(body, once.salt);
		good = point_of(once.key, own) && agree(once.key, peer, keys.secret) &&
		       derive(to, own, once.salt, &keys) && seal(&keys, plain, length, body + WEBPUSH_HEADER);
		OPENSSL_cleanse(&keys, sizeof(keys));
		if (!good)
			talloc_free(body);
	}
	EVP_PKEY_free(once.key);
	EVP_PKEY_free(peer);
	return good ? body : NULL;
}
