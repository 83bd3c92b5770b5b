/*
 * token.h - bearer tokens: signed JWTs (RFC 7519, RFC 9068) judged against a set of public keys
 *
 * The verifier takes ES256, RS256 and PS256 only, each bound to its key type, and only keys
 * from its own file. The local key set is for development: one ES256 key that aectl makes.
 */
#ifndef AE_TOKEN_H
#define AE_TOKEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	TOKEN_LENGTH_MAX = 8192
};

struct token_keys;

struct principal {
	const char *subject; /* of a member: the member id */
	unsigned roles;      /* of enum role: ROLE_MEMBER, ROLE_SERVICE, ROLE_ANALYST, ROLE_ADMIN */
	int64_t expires;     /* seconds since 1970 */
};

/* Reads a JWKS file. NULL: *error says why, and hangs under parent. */
struct token_keys *token_keys_load(const void *parent, const char *path, const char **error);

/*
 * Judges a token at the instant now (seconds since 1970), with 60 s of leeway. The principal
 * hangs under parent. NULL: *error is a sentence fit for the client.
 */
struct principal *token_verify(const void *parent, const struct token_keys *keys, const char *token,
			       const char *issuer, const char *audience, int64_t now, const char **error);

/* The role of a name ("member", ...); 0 if there is none. */
unsigned token_role(const char *name);

/* Makes a key set: the private key (mode 0600) and the public JWKS. False: *error says why (constant text).
 */
bool token_make_keys(const char *private_path, const char *public_path, const char **error);

/* A token signed with the private key of token_make_keys. roles ends in NULL. NULL: *error says why. */
char *token_sign(const void *parent, const char *private_path, const char *issuer, const char *audience,
		 const char *subject, const char *const *roles, int64_t lifetime_seconds, const char **error);

#endif
