/*
 * push_kit.h - what the tests of the push drivers share: keys, messages, answers, tokens taken apart
 */
#ifndef AE_TESTS_PUSH_KIT_H
#define AE_TESTS_PUSH_KIT_H

#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>
#include <talloc.h>
#include <unistd.h>

#include "services/notification/base64url.h"
#include "services/notification/channel.h"
#include "tests/unit/unit.h"

#define NOTIFICATION "01JDF0ZZZZ8QYV6W3M2K1T4R5N"
#define NOW          (INT64_C(1794800000) * SECOND)

static inline struct message a_message(const char *address)
{
	return (struct message){.notification_id = NOTIFICATION,
				.member_id = "m",
				.attempt = 1,
				.priority = PRIORITY_TRANSACTIONAL,
				.category = "milestones",
				.address = address,
				.platform = "",
				.locale = "en-GB",
				.title = "Well done",
				.text = "Ten visits",
				.html = "",
				.link = "https://example.org/m",
				.collapse_key = "",
				.unsubscribe = "",
				.now = NOW,
				.expires = INSTANT_MAX};
}

static inline struct answer an_answer(int status, const char *headers, const char *body)
{
	return (struct answer){.transported = true,
			       .error = "",
			       .status = status,
			       .headers = headers,
			       .body = body,
			       .length = strlen(body),
			       .now = NOW};
}

static inline char *repeated(const void *t, const char *piece, size_t times)
{
	size_t length = strlen(piece), i;
	char *out = talloc_size(t, length * times + 1);

	for (i = 0; i < times; i++)
		memcpy(out + i * length, piece, length);
	out[length * times] = '\0';
	return out;
}

/* A private key in PEM. */
static inline char *pem_of(const void *t, EVP_PKEY *key)
{
	BIO *out = BIO_new(BIO_s_mem());
	char *text, *copy;
	long length;

	ck_assert_int_eq(PEM_write_bio_PrivateKey(out, key, NULL, NULL, 0, NULL, NULL), 1);
	length = BIO_get_mem_data(out, &text);
	copy = talloc_strndup(t, text, (size_t)length);
	BIO_free(out);
	return copy;
}

/* A file with that text, for this process only. */
static inline const char *file_of(const void *t, const char *text)
{
	char *path = talloc_strdup(t, "/tmp/test_push.XXXXXX");
	int fd = mkstemp(path);

	ck_assert_int_ge(fd, 0);
	ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return path;
}

/* Part 0, 1 or 2 of a compact token, decoded; NUL-terminated. */
static inline unsigned char *token_part(const void *t, const char *token, int n, size_t *length)
{
	unsigned char *bytes;
	size_t digits;

	for (; n > 0; n--)
		token = strchr(token, '.') + 1;
	digits = strcspn(token, ".");
	*length = digits * 3 / 4;
	bytes = talloc_zero_size(t, *length + 1);
	ck_assert(base64url_decode(talloc_strndup(t, token, digits), bytes, *length));
	return bytes;
}

static inline const struct json *token_json(const void *t, const char *token, int n)
{
	size_t length;
	const char *text = (const char *)token_part(t, token, n, &length), *fault;
	const struct json *j = json_parse(t, text, length, &fault);

	ck_assert_msg(j != NULL, "%s", fault);
	return j;
}

/* Whether OpenSSL itself accepts the token's signature; of an ES256 token r||s becomes DER first. */
static inline bool token_good(const void *t, const char *token, EVP_PKEY *key)
{
	size_t length, signed_length = (size_t)(strrchr(token, '.') - token);
	unsigned char *signature = token_part(t, token, 2, &length), *der = NULL;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good;

	if (EVP_PKEY_is_a(key, "EC")) {
		ECDSA_SIG *numbers = ECDSA_SIG_new();

		ck_assert_uint_eq(length, 64);
		ECDSA_SIG_set0(numbers, BN_bin2bn(signature, 32, NULL), BN_bin2bn(signature + 32, 32, NULL));
		length = (size_t)i2d_ECDSA_SIG(numbers, &der);
		ECDSA_SIG_free(numbers);
	}
	good = EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
	       EVP_DigestVerify(ctx, der ? der : signature, length, (const unsigned char *)token,
				signed_length) == 1;
	OPENSSL_free(der);
	EVP_MD_CTX_free(ctx);
	return good;
}

/* The value of a request header "Name: value". */
static inline const char *sent_header(const struct step_out *out, const char *name)
{
	size_t i, length = strlen(name);

	for (i = 0; i < out->transfer.header_count; i++)
		if (strncmp(out->transfer.headers[i], name, length) == 0 &&
		    strncmp(out->transfer.headers[i] + length, ": ", 2) == 0)
			return out->transfer.headers[i] + length + 2;
	return NULL;
}

#endif
