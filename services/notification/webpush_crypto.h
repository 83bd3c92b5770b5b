/*
 * webpush_crypto.h - messages that only the browser can read: aes128gcm for Web Push (RFC 8291, RFC 8188)
 */
#ifndef AE_NOTIFICATION_WEBPUSH_CRYPTO_H
#define AE_NOTIFICATION_WEBPUSH_CRYPTO_H

#include <openssl/types.h>
#include <stdbool.h>
#include <stddef.h>

enum {
	WEBPUSH_POINT = 65, /* bytes of a P-256 point, uncompressed */
	WEBPUSH_AUTH = 16,
	WEBPUSH_SALT = 16,
	WEBPUSH_RECORD = 4096, /* a push service need not take more */
	WEBPUSH_HEADER = WEBPUSH_SALT + 4 + 1 + WEBPUSH_POINT,
	WEBPUSH_TAG = 16,
	WEBPUSH_PLAIN_MAX = WEBPUSH_RECORD - WEBPUSH_HEADER - WEBPUSH_TAG - 1 /* 3993 */
};

/* The browser's: "p256dh" and "auth" of its subscription. */
struct webpush_receiver {
	unsigned char point[WEBPUSH_POINT], auth[WEBPUSH_AUTH];
};

/* Ours, of one message: a fresh key and salt. The known answer of the RFC has its own. */
struct webpush_once {
	EVP_PKEY *key; /* freed by webpush_encrypt */
	unsigned char salt[WEBPUSH_SALT];
};
typedef bool webpush_chooser(struct webpush_once *once);

/* From OpenSSL's random numbers. */
bool webpush_choose(struct webpush_once *once);

/* Whether the point is on the curve. */
bool webpush_point_valid(const unsigned char point[WEBPUSH_POINT]);

/* The request's body under parent; NULL: a bad point, too long a text, or OpenSSL failed. */
unsigned char *webpush_encrypt(const void *parent, const struct webpush_receiver *to, webpush_chooser *choose,
			       const void *plain, size_t length, size_t *body_length);

#endif
