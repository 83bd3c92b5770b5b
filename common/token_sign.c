/*
 * token_sign.c - the local key set and tokens signed with it, for development and tests
 *
 * A real installation has an identity provider; its public keys go into the gateway's "keys".
 */
#include <errno.h>
#include <fcntl.h>
#include <jose/b64.h>
#include <jose/jwk.h>
#include <jose/jws.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <talloc.h>
#include <time.h>
#include <unistd.h>

#include "common/token.h"

/* Writes the document beside the path and moves it there, so that a reader sees all or nothing. */
static bool document_write(const char *path, mode_t mode, const json_t *document)
{
	char *text = json_dumps(document, JSON_INDENT(1) | JSON_SORT_KEYS);
	char *beside = talloc_asprintf(NULL, "%s.new", path);
	int fd;
	bool done;

	unlink(beside);
	fd = open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
	done = fd >= 0 && text && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
	if (fd >= 0)
		done = close(fd) == 0 && done;
	done = done && rename(beside, path) == 0;
	talloc_free(beside);
	free(text);
	return done;
}

/* A new ES256 key, named by its own thumbprint. */
static json_t *key_new(void)
{
	json_t *key = json_pack("{s:s}", "alg", "ES256");
	json_t *thumbprint;

	if (!jose_jwk_gen(NULL, key) || (thumbprint = jose_jwk_thp(NULL, key, "S256")) == NULL) {
		json_decref(key);
		return NULL;
	}
	json_object_set_new(key, "kid", thumbprint);
	json_object_set_new(key, "use", json_string("sig"));
	json_object_del(key, "key_ops");
	return key;
}

bool token_make_keys(const char *private_path, const char *public_path, const char **error)
{
	json_t *private = key_new(), *public = json_deep_copy(private);
	bool done = false;

	*error = "no key could be made";
	if (private && jose_jwk_pub(NULL, public)) {
		json_t *set = json_pack("{s:[O]}", "keys", public);

		*error = "the key files could not be written";
		done = document_write(private_path, 0600, private) && document_write(public_path, 0644, set);
		json_decref(set);
	}
	json_decref(private);
	json_decref(public);
	return done;
}

static json_t *claims_new(const char *issuer, const char *audience, const char *subject,
			  const char *const *roles, int64_t lifetime)
{
	json_int_t now = (json_int_t)time(NULL);
	json_t *list = json_array();

	for (; *roles; roles++)
		json_array_append_new(list, json_string(*roles));
	return json_pack("{s:s,s:s,s:s,s:o,s:I,s:I}", "iss", issuer, "aud", audience, "sub", subject, "roles",
			 list, "iat", now, "exp", now + (json_int_t)lifetime);
}

/* The compact form of a signed, flattened JWS. */
static char *token_compact(const void *parent, const json_t *jws)
{
	return talloc_asprintf(parent, "%s.%s.%s", json_string_value(json_object_get(jws, "protected")),
			       json_string_value(json_object_get(jws, "payload")),
			       json_string_value(json_object_get(jws, "signature")));
}

char *token_sign(const void *parent, const char *private_path, const char *issuer, const char *audience,
		 const char *subject, const char *const *roles, int64_t lifetime_seconds, const char **error)
{
	json_t *key = json_load_file(private_path, JSON_REJECT_DUPLICATES, NULL);
	json_t *claims, *jws, *header;
	char *text, *token = NULL;

	*error = "the private key cannot be read";
	if (key == NULL)
		return NULL;
	claims = claims_new(issuer, audience, subject, roles, lifetime_seconds);
	text = json_dumps(claims, JSON_COMPACT);
	jws = json_pack("{s:o}", "payload", jose_b64_enc(text, strlen(text)));
	header = json_pack("{s:{s:s,s:s,s:O}}", "protected", "alg", "ES256", "typ", "at+jwt", "kid",
			   json_object_get(key, "kid"));
	*error = "the key does not sign ES256";
	if (header && jose_jws_sig(NULL, jws, header, key))
		token = token_compact(parent, jws);
	free(text);
	json_decref(claims);
	json_decref(header);
	json_decref(jws);
	json_decref(key);
	return token;
}
