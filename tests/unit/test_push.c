/*
 * test_push.c - what the push drivers share: tokens judged by OpenSSL, URLs, texts cut to size
 */
#include "services/notification/push_jwt.h"
#include "services/notification/secret.h"
#include "services/notification/push_payload.h"
#include "services/notification/push_url.h"
#include "tests/unit/push_kit.h"

START_TEST(test_base64url)
{
	static const struct {
		const char *text;
		size_t length;
		bool good;
	} cases[] = {
		{"", 0, true},       {"AA", 1, true},     {"-_8", 2, true},       {"AAAA", 3, true},
		{"AA==", 1, true},   {"AA=", 1, false},   {"AA===", 1, false},    {"A", 0, false},
		{"AAA", 1, false},   {"AA", 2, false},    {"+/8", 2, false},      {"A A", 2, false},
		{"AA==x", 1, false}, {"AAAA=", 3, false}, {"AAAA====", 3, false},
	};
	unsigned char bytes[8];
	void *t = talloc_new(NULL);
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(base64url_decode(cases[i].text, bytes, cases[i].length) == cases[i].good,
			      "%s as %zu bytes", cases[i].text, cases[i].length);
	ck_assert_str_eq(base64url_encode(t, "\xfb\xff", 2), "-_8");
	ck_assert_str_eq(base64url_encode(t, "", 0), "");
	talloc_free(t);
}
END_TEST

static void check_token(EVP_PKEY *key, enum push_algorithm algorithm, const char *name)
{
	void *t = talloc_new(NULL);
	const char *pem = pem_of(t, key), *error, *token;
	struct push_key *k = push_key_read(t, pem, strlen(pem), algorithm, &error);
	char *changed;
	int i;

	ck_assert_msg(k != NULL, "%s", error);
	/* An ES256 number begins with a zero byte once in 256 times. */
	for (i = 0; i < 300; i++) {
		token = push_jwt(t, k, i ? "key-1" : NULL, "{\"iss\":\"a\"}");
		ck_assert(token_good(t, token, key));
		if (algorithm == PUSH_RS256 && i > 1)
			break;
	}
	ck_assert_str_eq(json_get_text(token_json(t, token, 0), "alg", ""), name);
	ck_assert_str_eq(json_get_text(token_json(t, token, 0), "kid", ""), "key-1");
	ck_assert_str_eq(json_get_text(token_json(t, token, 1), "iss", ""), "a");
	changed = talloc_strdup(t, token);
	i = (int)(strchr(changed, '.') - changed) + 3;
	changed[i] = changed[i] == 'A' ? 'B' : 'A';
	ck_assert(!token_good(t, changed, key));
	talloc_free(t);
}

START_TEST(test_tokens)
{
	EVP_PKEY *rsa = EVP_RSA_gen(2048), *ec = EVP_EC_gen("P-256");

	check_token(rsa, PUSH_RS256, "RS256");
	check_token(ec, PUSH_ES256, "ES256");
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ec);
}
END_TEST

START_TEST(test_keys_that_are_none)
{
	void *t = talloc_new(NULL);
	EVP_PKEY *small = EVP_RSA_gen(1024), *other = EVP_EC_gen("P-384"), *ec = EVP_EC_gen("P-256");
	const char *pem, *error, *path;
	unsigned char public[PUSH_PUBLIC_BYTES];
	struct push_key *k;

	pem = pem_of(t, small);
	ck_assert_ptr_null(push_key_read(t, pem, strlen(pem), PUSH_RS256, &error));
	ck_assert_str_eq(error, "is an RSA key of less than 2048 or more than 8192 bits");
	ck_assert_ptr_null(push_key_read(t, pem, strlen(pem), PUSH_ES256, &error));
	ck_assert_str_eq(error, "is not a key on the curve P-256");
	pem = pem_of(t, other);
	ck_assert_ptr_null(push_key_read(t, pem, strlen(pem), PUSH_ES256, &error));
	pem = pem_of(t, ec);
	ck_assert_ptr_null(push_key_read(t, pem, strlen(pem), PUSH_RS256, &error));
	ck_assert_str_eq(error, "is not an RSA key");
	ck_assert_ptr_null(push_key_read(t, "", 0, PUSH_ES256, &error));
	ck_assert_str_eq(error, "is not an unencrypted private key in PEM");
	path = file_of(t, repeated(t, "x", SECRET_FILE_MAX + 1));
	ck_assert_ptr_null(push_key_load(t, path, PUSH_ES256, &error));
	ck_assert_ptr_nonnull(strstr(error, "is larger than 64 KiB"));
	unlink(path);
	ck_assert_ptr_null(push_key_load(t, path, PUSH_ES256, &error));
	ck_assert_ptr_nonnull(strstr(error, "No such file"));
	path = file_of(t, pem);
	k = push_key_load(t, path, PUSH_ES256, &error);
	unlink(path);
	ck_assert_ptr_nonnull(k);
	ck_assert(push_key_public(k, public));
	ck_assert_int_eq(public[0], 4);
	EVP_PKEY_free(small);
	EVP_PKEY_free(other);
	EVP_PKEY_free(ec);
	talloc_free(t);
}
END_TEST

START_TEST(test_urls)
{
	static const struct {
		const char *url;
		bool allow_plain;
		const char *want; /* NULL: refused */
		bool plain;
	} cases[] = {
		{"", false, "https://fallback.example", false},
		{"https://push.example/", false, "https://push.example", false},
		{"https://push.example:8443/a//", true, "https://push.example:8443/a", false},
		{"http://127.0.0.1:80/", true, "http://127.0.0.1:80", true},
		{"http://[::1]:80", true, "http://[::1]:80", true},
		{"http://localhost", true, "http://localhost", true},
		{"http://127.0.0.1:80/", false, NULL, false},
		{"http://push.example/", true, NULL, false},
		{"http://127.0.0.1@push.example/", true, NULL, false},
		{"http://localhost.push.example/", true, NULL, false},
		{"https://user:word@push.example/", false, NULL, false},
		{"https://user@push.example/", false, NULL, false},
		{"https://:word@push.example/", false, NULL, false},
		{"https://push.example/?a", false, NULL, false},
		{"https://push.example/#a", false, NULL, false},
		{"https://push.example/\r\nX: y", false, NULL, false},
		{"ftp://push.example/", true, NULL, false},
		{"https://", false, NULL, false},
		{"push.example", false, NULL, false},
	};
	void *t = talloc_new(NULL);
	const char *error, *got;
	bool plain;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		got = push_base_url(t, "url", cases[i].url, "https://fallback.example", cases[i].allow_plain,
				    &plain, &error);
		ck_assert_msg((got != NULL) == (cases[i].want != NULL), "%s", cases[i].url);
		ck_assert(got == NULL || (strcmp(got, cases[i].want) == 0 && plain == cases[i].plain));
	}
	ck_assert_str_eq(push_url_origin(t, "https://Push.Example:443/a?b"), "https://push.example");
	ck_assert_str_eq(push_url_origin(t, "https://push.example:8443/a"), "https://push.example:8443");
	ck_assert_str_eq(push_url_origin(t, "http://127.0.0.1:80/"), "http://127.0.0.1");
	ck_assert_ptr_null(push_url_origin(t, "https://a b/"));
	talloc_free(t);
}
END_TEST

static void write_two(struct json_writer *w, const struct message *m, const char *text)
{
	json_open_array(w, NULL);
	json_put_text(w, NULL, m->title);
	json_put_text(w, NULL, text);
	json_close(w);
}

/* The longest beginning that fits is taken, whole characters, and nothing is lost where all fits. */
START_TEST(test_fit)
{
	static const char *const pieces[] = {
		"a", "\"", "\x01", "\xc3\xa9", "\xe2\x82\xac", "\xf0\x9f\x8e\x89", "\n "};
	static const size_t growth[] = {1, 2, 6, 2, 3, 4, 3};
	void *t = talloc_new(NULL);
	struct message m = a_message("x");
	const char *json, *fault, *text;
	size_t i, times, length, kept;

	m.title = "t";
	for (i = 0; i < sizeof(pieces) / sizeof(pieces[0]); i++)
		for (times = 1; times <= 1000; times++) {
			m.text = repeated(t, pieces[i], times);
			json = push_fit(t, &m, 500, write_two, &length);
			ck_assert_ptr_nonnull(json);
			ck_assert_uint_le(length, 500);
			ck_assert_uint_eq(length, strlen(json));
			text = json_parse(t, json, length, &fault)->last->text;
			if (strlen("[\"t\",\"\"]") + times * growth[i] <= 500) {
				ck_assert_str_eq(text, m.text);
				continue;
			}
			kept = strlen(text) - 3;
			ck_assert_str_eq(text + kept, "\xe2\x80\xa6");
			ck_assert(strncmp(text, m.text, kept) == 0);
			if (i <
			    6) { /* no more would have fitted; white space before the ellipsis is dropped */
				ck_assert_uint_eq(kept % strlen(pieces[i]), 0);
				ck_assert_uint_gt(length + growth[i], 500);
			}
		}
	m.title = repeated(t, "t", 500);
	ck_assert_ptr_null(push_fit(t, &m, 500, write_two, &length));
	ck_assert_str_eq(push_fit_fault(&m), "the message is too long even without its text");
	m.title = m.text = "";
	ck_assert_ptr_null(push_fit(t, &m, 500, write_two, &length));
	ck_assert_str_eq(push_fit_fault(&m), "neither title nor text");
	talloc_free(t);
}
END_TEST

START_TEST(test_lifetime_and_collapse)
{
	void *t = talloc_new(NULL);
	struct message m = a_message("x");

	ck_assert_int_eq(push_lifetime(&m), PUSH_LIFETIME_MAX);
	m.expires = NOW + 90 * SECOND;
	ck_assert_int_eq(push_lifetime(&m), 90);
	m.expires = NOW + 29 * DAY_SECONDS * SECOND;
	ck_assert_int_eq(push_lifetime(&m), PUSH_LIFETIME_MAX);
	m.expires = NOW - 1;
	ck_assert_int_eq(push_lifetime(&m), 0);
	m.expires = INSTANT_MIN;
	ck_assert_int_eq(push_lifetime(&m), 0);
	ck_assert_str_eq(push_collapse_id(t, &m), NOTIFICATION);
	m.collapse_key = "points";
	ck_assert_str_eq(push_collapse_id(t, &m), "points");
	m.collapse_key = repeated(t, "k", 64);
	ck_assert_str_eq(push_collapse_id(t, &m), m.collapse_key);
	m.collapse_key = repeated(t, "k", 65);
	ck_assert_uint_eq(strlen(push_collapse_id(t, &m)), 64);
	m.collapse_key = "a\r\nX: y";
	ck_assert_uint_eq(strspn(push_collapse_id(t, &m), "0123456789abcdef"), 64);
	talloc_free(t);
}
END_TEST

UNIT_MAIN("push", test_base64url, test_tokens, test_keys_that_are_none, test_urls, test_fit,
	  test_lifetime_and_collapse)
