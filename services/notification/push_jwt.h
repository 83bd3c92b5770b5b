/*
 * push_jwt.h - tokens by which we prove to push services who we are: signed JWTs (RFC 7519, RFC 7515)
 *
 * common/token.h makes tokens for this system from a JWK; here the keys are PEM files as Google, Apple and
 * VAPID (RFC 8292) give them out.
 */
#ifndef AE_NOTIFICATION_PUSH_JWT_H
#define AE_NOTIFICATION_PUSH_JWT_H

#include <stdbool.h>
#include <stddef.h>

enum push_algorithm {
	PUSH_RS256, /* RSA of 2048 bits or more */
	PUSH_ES256  /* P-256; the signature is r||s, 64 bytes (RFC 7518, section 3.4) */
};

enum {
	PUSH_PUBLIC_BYTES = 65 /* of P-256: 4, x, y */
};

struct push_key;

/* A private key in PEM, wiped when freed. NULL: *error says why (constant text). */
struct push_key *push_key_read(const void *parent, const char *pem, size_t length,
			       enum push_algorithm algorithm, const char **error);
/* The same out of a file. NULL: *error names it, under parent. */
struct push_key *push_key_load(const void *parent, const char *path, enum push_algorithm algorithm,
			       const char **error);

/* The public half of an ES256 key. */
bool push_key_public(const struct push_key *key, unsigned char out[PUSH_PUBLIC_BYTES]);

/* A compact token over JSON claims; kid NULL: the header has none. NULL: OpenSSL failed. */
char *push_jwt(const void *parent, const struct push_key *key, const char *kid, const char *claims);

#endif
