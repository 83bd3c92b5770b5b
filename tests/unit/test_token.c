/*
 * test_token.c - which tokens are believed, for each algorithm and each way to cheat
 */
#include <jose/b64.h>
#include <jose/jwk.h>
#include <jose/jws.h>
#include <string.h>
#include <sys/stat.h>
#include <talloc.h>
#include <time.h>
#include <unistd.h>

#include "common/operation.h"
#include "common/token.h"
#include "tests/unit/unit.h"

enum {
	NOW = 1800000000
};

/* Keys are made once: RSA takes its time. */
static json_t *ec, *rsa, *secret;
static const char *folder = "/tmp";

static json_t *key_make(const char *template)
{
	json_t *key = json_loads(template, 0, NULL);

	ck_assert(jose_jwk_gen(NULL, key));
	json_object_del(key, "key_ops");
	json_object_del(key, "alg");
	return key;
}

static void keys_make(void)
{
	if (ec)
		return;
	ec = key_make("{\"kty\":\"EC\",\"crv\":\"P-256\",\"kid\":\"ec\"}");
	rsa = key_make("{\"kty\":\"RSA\",\"bits\":2048,\"kid\":\"rsa\"}");
	secret = key_make("{\"kty\":\"oct\",\"bytes\":32,\"kid\":\"ec\"}");
}

static json_t *public_of(const json_t *key)
{
	json_t *public = json_deep_copy(key);

	ck_assert(jose_jwk_pub(NULL, public));
	return public;
}

/* Writes a set of keys and loads it. */
static struct token_keys *load(const void *parent, json_t *set, const char **error)
{
	char *path = talloc_asprintf(parent, "%s/test_token_%d.json", folder, (int)getpid());
	struct token_keys *keys;

	ck_assert_int_eq(json_dump_file(set, path, 0), 0);
	json_decref(set);
	keys = token_keys_load(parent, path, error);
	unlink(path);
	return keys;
}

/* A token of this header and these claims. */
static char *sign(const void *parent, const char *header, const char *claims, const json_t *key)
{
	json_t *jws = json_pack("{s:o}", "payload", jose_b64_enc(claims, strlen(claims)));
	json_t *sig = json_pack("{s:o}", "protected", json_loads(header, 0, NULL));
	char *token;

	ck_assert(jose_jws_sig(NULL, jws, sig, key));
	token = talloc_asprintf(parent, "%s.%s.%s", json_string_value(json_object_get(jws, "protected")),
				json_string_value(json_object_get(jws, "payload")),
				json_string_value(json_object_get(jws, "signature")));
	json_decref(jws);
	json_decref(sig);
	return token;
}

#define CLAIMS \
	"{\"iss\":\"i\",\"aud\":\"a\",\"sub\":\"m1\",\"roles\":[\"member\",\"admin\"],\"exp\":1800000100}"

static const struct {
	const char *header, *key, *want; /* want: a word of the reason, NULL = believed */
} algorithms[] = {
	{"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"ec\"}", "ec", NULL},
	{"{\"alg\":\"RS256\",\"typ\":\"JWT\",\"kid\":\"rsa\"}", "rsa", NULL},
	{"{\"alg\":\"PS256\",\"typ\":\"at+jwt\",\"kid\":\"rsa\"}", "rsa", NULL},
	{"{\"alg\":\"RS512\",\"typ\":\"at+jwt\",\"kid\":\"rsa\"}", "rsa", "algorithm is not accepted"},
	{"{\"alg\":\"RS256\",\"typ\":\"at+jwt\",\"kid\":\"ec\"}", "rsa", "does not fit its key"},
	{"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"rsa\"}", "ec", "does not fit its key"},
	{"{\"alg\":\"HS256\",\"typ\":\"at+jwt\",\"kid\":\"ec\"}", "secret", "algorithm is not accepted"},
	{"{\"alg\":\"ES256\",\"typ\":\"at+jwt\",\"kid\":\"other\"}", "ec", "not known"},
	{"{\"alg\":\"ES256\",\"kid\":\"ec\"}", "ec", "type"},
	{"{\"alg\":\"ES256\",\"typ\":\"at+jwt\"}", "ec", "names no key"},
};

static const json_t *key_named(const char *name)
{
	return strcmp(name, "ec") == 0 ? ec : strcmp(name, "rsa") == 0 ? rsa : secret;
}

START_TEST(algorithms_are_bound_to_their_keys)
{
	void *scratch = talloc_new(NULL);
	const char *why = NULL;
	struct token_keys *keys;
	size_t i;

	keys_make();
	keys = load(scratch, json_pack("{s:[o,o]}", "keys", public_of(ec), public_of(rsa)), &why);
	ck_assert_msg(keys != NULL, "%s", why);
	for (i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++) {
		char *token = sign(scratch, algorithms[i].header, CLAIMS, key_named(algorithms[i].key));
		struct principal *p = token_verify(scratch, keys, token, "i", "a", NOW, &why);

		if (algorithms[i].want == NULL) {
			ck_assert_msg(p != NULL, "%s: %s", algorithms[i].header, why);
			ck_assert_str_eq(p->subject, "m1");
			ck_assert_uint_eq(p->roles, ROLE_MEMBER | ROLE_ADMIN);
			continue;
		}
		ck_assert_ptr_null(p);
		ck_assert_msg(strstr(why, algorithms[i].want) != NULL, "%s: %s", algorithms[i].header, why);
	}
	talloc_free(scratch);
}
END_TEST

START_TEST(a_changed_byte_is_noticed_anywhere)
{
	void *scratch = talloc_new(NULL);
	const char *why;
	struct token_keys *keys;
	char *token;
	size_t i;

	keys_make();
	keys = load(scratch, json_pack("{s:[o]}", "keys", public_of(ec)), &why);
	token = sign(scratch, algorithms[0].header, CLAIMS, ec);
	ck_assert_ptr_nonnull(token_verify(scratch, keys, token, "i", "a", NOW, &why));
	/* The last digit of the signature has bits that mean nothing. */
	for (i = 0; i + 1 < strlen(token); i++) {
		char was = token[i];

		token[i] = was == 'A' ? 'B' : 'A';
		ck_assert_msg(token_verify(scratch, keys, token, "i", "a", NOW, &why) == NULL, "byte %zu", i);
		token[i] = was;
	}
	talloc_free(scratch);
}
END_TEST

START_TEST(sets_with_bad_keys_are_refused)
{
	void *scratch = talloc_new(NULL);
	const char *why;
	json_t *nameless, *weak;

	keys_make();
	nameless = public_of(ec);
	json_object_del(nameless, "kid");
	weak = public_of(rsa); /* libjose makes no short keys: a modulus of 126 bytes, cut from a good one */
	json_object_set_new(weak, "n", json_stringn(json_string_value(json_object_get(weak, "n")), 168));
	ck_assert_ptr_null(load(scratch, json_pack("{s:[o]}", "keys", nameless), &why));
	ck_assert_ptr_nonnull(strstr(why, "kid"));
	ck_assert_ptr_null(load(scratch, json_pack("{s:[O]}", "keys", ec), &why));
	ck_assert_ptr_nonnull(strstr(why, "private"));
	ck_assert_ptr_null(load(scratch, json_pack("{s:[O]}", "keys", secret), &why));
	ck_assert_ptr_null(load(scratch, json_pack("{s:[O]}", "keys", weak), &why));
	ck_assert_ptr_nonnull(strstr(why, "2048"));
	ck_assert_ptr_null(load(scratch, json_pack("[]"), &why));
	json_decref(weak);
	talloc_free(scratch);
}
END_TEST

START_TEST(local_keys_sign_what_they_verify)
{
	static const char *const roles[] = {"service", NULL};
	void *scratch = talloc_new(NULL);
	char *private = talloc_asprintf(scratch, "%s/test_token_%d.private", folder, (int)getpid());
	char *public = talloc_asprintf(scratch, "%s/test_token_%d.public", folder, (int)getpid());
	const char *why;
	struct token_keys *keys;
	struct principal *p;
	struct stat status;
	char *token;

	ck_assert_msg(token_make_keys(private, public, &why), "%s", why);
	ck_assert(stat(private, &status) == 0 && (status.st_mode & 0777) == 0600);
	token = token_sign(scratch, private, "ae-local", "ae", "points-engine", roles, 60, &why);
	ck_assert_msg(token != NULL, "%s", why);
	keys = token_keys_load(scratch, public, &why);
	ck_assert_msg(keys != NULL, "%s", why);
	p = token_verify(scratch, keys, token, "ae-local", "ae", (int64_t)time(NULL), &why);
	ck_assert_msg(p != NULL, "%s", why);
	ck_assert_uint_eq(p->roles, ROLE_SERVICE);
	ck_assert_ptr_null(
		token_verify(scratch, keys, token, "ae-local", "ae", (int64_t)time(NULL) + 121, &why));
	unlink(private);
	unlink(public);
	talloc_free(scratch);
}
END_TEST

UNIT_MAIN("token", algorithms_are_bound_to_their_keys, a_changed_byte_is_noticed_anywhere,
	  sets_with_bad_keys_are_refused, local_keys_sign_what_they_verify)
