/*
 * token.c - verifying bearer tokens: libjose checks the signature, this file everything else
 *
 * Order matters: the header is judged before any key is touched (algorithm on the list, no key
 * sent along, kid known, key of the algorithm's type), the signature before any claim.
 */
#include <jose/b64.h>
#include <jose/jwk.h>
#include <jose/jws.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "common/operation.h"
#include "common/token.h"

enum {
	LEEWAY_SECONDS = 60,
	RSA_BYTES_MIN = 256,
	ROLES_MAX = 16
};

struct token_keys {
	json_t *set; /* the array "keys" of the JWKS */
};

static const struct {
	const char *alg, *kty, *crv;
} algorithms[] = {{"ES256", "EC", "P-256"}, {"RS256", "RSA", NULL}, {"PS256", "RSA", NULL}};

static const struct {
	const char *name;
	unsigned role;
} roles[] = {
	{"member", ROLE_MEMBER}, {"service", ROLE_SERVICE}, {"analyst", ROLE_ANALYST}, {"admin", ROLE_ADMIN}};

unsigned token_role(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (strcmp(roles[i].name, name) == 0)
			return roles[i].role;
	return 0;
}

static int keys_free(struct token_keys *keys)
{
	json_decref(keys->set);
	return 0;
}

static const char *member_text(const json_t *object, const char *name)
{
	return json_string_value(json_object_get(object, name));
}

/* Whether a key may be in the set at all: public, named, of a kind that is on the list. */
static const char *key_fault(const json_t *key)
{
	const char *kty = member_text(key, "kty");
	const char *use = member_text(key, "use");

	if (member_text(key, "kid") == NULL)
		return "a key without \"kid\"";
	if (json_object_get(key, "d") || json_object_get(key, "k"))
		return "a private or symmetric key in the public set";
	if (use && strcmp(use, "sig") != 0)
		return "a key that is not for signatures";
	if (kty && strcmp(kty, "EC") == 0)
		return NULL;
	if (kty == NULL || strcmp(kty, "RSA") != 0)
		return "a key that is neither EC nor RSA";
	if (jose_b64_dec(json_object_get(key, "n"), NULL, 0) < RSA_BYTES_MIN ||
	    jose_b64_dec(json_object_get(key, "n"), NULL, 0) == SIZE_MAX)
		return "an RSA key of less than 2048 bits";
	return NULL;
}

struct token_keys *token_keys_load(const void *parent, const char *path, const char **error)
{
	struct token_keys *keys;
	json_error_t fault;
	json_t *file = json_load_file(path, JSON_REJECT_DUPLICATES, &fault), *set, *key;
	const char *why = NULL;
	size_t i;

	set = json_object_get(file, "keys");
	if (!json_is_array(set)) {
		*error = talloc_asprintf(parent, "%s: %s", path, file ? "no array \"keys\"" : fault.text);
		json_decref(file);
		return NULL;
	}
	json_array_foreach(set, i, key)
	{
		why = why ? why : key_fault(key);
	}
	if (why) {
		*error = talloc_asprintf(parent, "%s: %s", path, why);
		json_decref(file);
		return NULL;
	}
	keys = talloc_zero(parent, struct token_keys);
	keys->set = json_incref(set);
	json_decref(file);
	talloc_set_destructor(keys, keys_free);
	return keys;
}

/* The three parts as a flattened JWS; NULL if there are not three of base64url. */
static json_t *token_split(const char *token)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t header = strspn(token, alphabet), payload, signature;
	const char *second = token + header + 1, *third;

	if (header == 0 || token[header] != '.')
		return NULL;
	payload = strspn(second, alphabet);
	if (payload == 0 || second[payload] != '.')
		return NULL;
	third = second + payload + 1;
	signature = strspn(third, alphabet);
	if (signature == 0 || third[signature] != '\0')
		return NULL;
	return json_pack("{s:s%,s:s%,s:s%}", "protected", token, header, "payload", second, payload,
			 "signature", third, signature);
}

/* A part as a JSON object without duplicate names; NULL if it is none. */
static json_t *part_decode(const json_t *part)
{
	char bytes[TOKEN_LENGTH_MAX];
	size_t length = jose_b64_dec(part, bytes, sizeof(bytes));
	json_t *object;

	if (length == SIZE_MAX || length > sizeof(bytes))
		return NULL;
	object = json_loadb(bytes, length, JSON_REJECT_DUPLICATES, NULL);
	if (object && !json_is_object(object)) {
		json_decref(object);
		return NULL;
	}
	return object;
}

/* The key that the header names, if it is of the algorithm's kind. */
static const json_t *key_find(const struct token_keys *keys, const char *kid, size_t algorithm,
			      const char **why)
{
	const json_t *key;
	const char *alg, *crv;
	size_t i;

	json_array_foreach(keys->set, i, key)
	{
		if (strcmp(member_text(key, "kid"), kid) != 0)
			continue;
		alg = member_text(key, "alg");
		crv = member_text(key, "crv");
		if (strcmp(member_text(key, "kty"), algorithms[algorithm].kty) == 0 &&
		    (alg == NULL || strcmp(alg, algorithms[algorithm].alg) == 0) &&
		    (algorithms[algorithm].crv == NULL ||
		     (crv && strcmp(crv, algorithms[algorithm].crv) == 0)))
			return key;
		*why = "the token's algorithm does not fit its key";
		return NULL;
	}
	*why = "the token's key is not known";
	return NULL;
}

/* Judges the header and finds the key. */
static const json_t *header_judge(const struct token_keys *keys, const json_t *header, const char **why)
{
	static const char *const refused[] = {"jwk", "jku", "x5u", "x5c", "crit", "b64", "zip", "enc"};
	const char *alg = member_text(header, "alg"), *typ = member_text(header, "typ");
	const char *kid = member_text(header, "kid");
	size_t i;

	for (i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		if (json_object_get(header, refused[i])) {
			*why = "the token's header has a member that is not accepted";
			return NULL;
		}
	if (typ == NULL || (strcasecmp(typ, "at+jwt") != 0 && strcasecmp(typ, "application/at+jwt") != 0 &&
			    strcasecmp(typ, "JWT") != 0)) {
		*why = "the token's type is not at+jwt or JWT";
		return NULL;
	}
	if (kid == NULL) {
		*why = "the token names no key";
		return NULL;
	}
	for (i = 0; alg && i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (strcmp(algorithms[i].alg, alg) == 0)
			return key_find(keys, kid, i, why);
	*why = "the token's algorithm is not accepted";
	return NULL;
}

/* aud is a string or an array of strings. */
static bool audience_holds(const json_t *aud, const char *audience)
{
	const json_t *one;
	size_t i;

	if (json_is_string(aud))
		return strcmp(json_string_value(aud), audience) == 0;
	json_array_foreach(aud, i, one)
	{
		if (json_is_string(one) && strcmp(json_string_value(one), audience) == 0)
			return true;
	}
	return false;
}

/* A claim in whole seconds: true if it is absent and need not be there, or a number; absent leaves *out. */
static bool claim_seconds(const json_t *claims, const char *name, bool needed, int64_t *out)
{
	const json_t *claim = json_object_get(claims, name);
	double seconds;

	if (claim == NULL)
		return !needed;
	if (!json_is_number(claim))
		return false;
	seconds = json_number_value(claim);
	if (!(seconds >= 0 && seconds < 1e12))
		return false;
	*out = (int64_t)seconds;
	return true;
}

static const char *time_fault(const json_t *claims, int64_t now, int64_t *expires)
{
	int64_t not_before = 0, issued = 0;

	if (!claim_seconds(claims, "exp", true, expires) ||
	    !claim_seconds(claims, "nbf", false, &not_before) ||
	    !claim_seconds(claims, "iat", false, &issued))
		return "exp, nbf or iat is missing or is not a time";
	if (*expires + LEEWAY_SECONDS <= now)
		return "the token has expired";
	if (not_before > now + LEEWAY_SECONDS || issued > now + LEEWAY_SECONDS)
		return "the token is not valid yet";
	return NULL;
}

static const char *roles_fault(const json_t *claims, unsigned *out)
{
	const json_t *list = json_object_get(claims, "roles"), *one;
	size_t i;

	if (!json_is_array(list) || json_array_size(list) == 0 || json_array_size(list) > ROLES_MAX)
		return "the token's roles are not an array of names";
	json_array_foreach(list, i, one)
	{
		if (!json_is_string(one))
			return "the token's roles are not an array of names";
		*out |= token_role(json_string_value(one));
	}
	return NULL;
}

/* Whether a subject can stand in a log line and be a member id. */
static bool subject_valid(const char *subject)
{
	size_t length = subject ? strlen(subject) : 0;

	return length >= 1 && length <= 64 &&
	       strspn(subject, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:@-") ==
		       length;
}

static const char *claims_judge(const json_t *claims, const char *issuer, const char *audience, int64_t now,
				struct principal *out)
{
	const char *iss = member_text(claims, "iss"), *fault;

	if (iss == NULL || strcmp(iss, issuer) != 0)
		return "the token's issuer is not accepted";
	if (!audience_holds(json_object_get(claims, "aud"), audience))
		return "the token is for another audience";
	if ((fault = time_fault(claims, now, &out->expires)) != NULL)
		return fault;
	if (!subject_valid(member_text(claims, "sub")))
		return "the token's subject is missing or is not a valid id";
	if ((fault = roles_fault(claims, &out->roles)) != NULL)
		return fault;
	out->subject = talloc_strdup(out, member_text(claims, "sub"));
	return NULL;
}

static const char *token_judge(const struct token_keys *keys, const json_t *jws, const char *issuer,
			       const char *audience, int64_t now, struct principal *out)
{
	json_t *header = part_decode(json_object_get(jws, "protected")), *claims = NULL;
	const char *fault = "the token cannot be read";
	const json_t *key;

	if (header && (key = header_judge(keys, header, &fault)) != NULL) {
		fault = "the token's signature is wrong";
		if (jose_jws_ver(NULL, jws, NULL, key, false)) {
			claims = part_decode(json_object_get(jws, "payload"));
			fault = claims ? claims_judge(claims, issuer, audience, now, out)
				       : "the token cannot be read";
		}
	}
	json_decref(header);
	json_decref(claims);
	return fault;
}

struct principal *token_verify(const void *parent, const struct token_keys *keys, const char *token,
			       const char *issuer, const char *audience, int64_t now, const char **error)
{
	struct principal *out;
	json_t *jws;

	*error = "the token cannot be read";
	if (strlen(token) > TOKEN_LENGTH_MAX || (jws = token_split(token)) == NULL)
		return NULL;
	out = talloc_zero(parent, struct principal);
	*error = token_judge(keys, jws, issuer, audience, now, out);
	json_decref(jws);
	if (*error == NULL)
		return out;
	talloc_free(out);
	return NULL;
}
