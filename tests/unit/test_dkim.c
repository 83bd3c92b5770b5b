/*
 * test_dkim.c - canonical forms, keys, and signatures that a second reading of the RFC verifies
 *
 * System tests have the mails verified by an implementation that is not ours.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include <unistd.h>

#include "services/notification/dkim.h"
#include "services/notification/dkim_canon.h"
#include "tests/unit/unit.h"

static const struct {
	const char *in, *want, *why;
} bodies[] = {
	{" C \r\nD \t E\r\n\r\n\r\n", " C\r\nD E\r\n", "RFC 6376 3.4.5"},
	{"", "", "an empty body stays empty"},
	{"\r\n\r\n", "", "nothing but empty lines"},
	{" \r\n\t\r\n", "", "lines of blanks are empty lines"},
	{"a", "a\r\n", "a last line without CRLF gets one"},
	{"a\r\n\r\n \r\nb\r\n", "a\r\n\r\n\r\nb\r\n", "empty lines inside stay"},
	{"\r\na\r\n", "\r\na\r\n", "an empty line first"},
	{"a\nb \rc\r\n", "a\nb \rc\r\n", "lone CR and LF are bytes like others"},
};

static const struct {
	const char *in, *want;
} fields[] = {
	{"A: X", "a:X"},    {"B : Y\t\r\n\tZ  ", "b:Y Z"}, {"SUBJect:", "subject:"},
	{"a:b:c", "a:b:c"}, {"x: \r\n y", "x:y"},
};

START_TEST(canonical_forms)
{
	void *scratch = talloc_new(NULL);
	size_t i;

	for (i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		struct bytes *out = bytes_new(scratch);

		dkim_canon_body(out, bodies[i].in, strlen(bodies[i].in));
		ck_assert_msg(strcmp(out->data, bodies[i].want) == 0, "%s: got %s", bodies[i].why, out->data);
	}
	for (i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
		struct bytes *out = bytes_new(scratch);
		struct dkim_field f = {fields[i].in, strlen(fields[i].in), strcspn(fields[i].in, ":")};

		dkim_canon_field(out, &f);
		ck_assert_str_eq(out->data, fields[i].want);
	}
	talloc_free(scratch);
}
END_TEST

/* Writes a key and gives the file's name. */
static const char *key_file(const void *parent, EVP_PKEY *key, const char *name)
{
	char *path = talloc_asprintf(parent, "/tmp/test_dkim_%d_%s.pem", (int)getpid(), name);
	FILE *f = fopen(path, "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_int_eq(PEM_write_PrivateKey(f, key, NULL, NULL, 0, NULL, NULL), 1);
	fclose(f);
	return path;
}

static bool add(struct dkim *d, const char *selector, EVP_PKEY *key, const char **error)
{
	const char *path = key_file(d, key, selector);
	bool done = dkim_add(d, selector, path, error);

	unlink(path);
	return done;
}

#define MAIL                                                                                       \
	"From: a@example.com\r\nTo: b@example.com\r\nSubject: one\r\nSubject:  two\r\n folded\r\n" \
	"X-Other: x\r\n\r\nbody \r\n"

START_TEST(only_good_keys_are_taken)
{
	const char *error = "";
	struct dkim *d = dkim_new(NULL, "example.com", &error);
	EVP_PKEY *weak = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)1024),
		 *ec = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");

	ck_assert_ptr_null(dkim_new(d, "example.com; x=y", &error));
	ck_assert(!add(d, "weak", weak, &error));
	ck_assert_ptr_nonnull(strstr(error, "2048"));
	ck_assert(!add(d, "ec", ec, &error));
	ck_assert_ptr_nonnull(strstr(error, "neither"));
	ck_assert(!dkim_add(d, "s", "/nonexistent.pem", &error));
	ck_assert(!dkim_add(d, "s", "/dev/null", &error));
	ck_assert_ptr_nonnull(strstr(error, "PEM"));
	ck_assert(!dkim_add(d, "s;d=evil", "/dev/null", &error));
	EVP_PKEY_free(weak);
	EVP_PKEY_free(ec);
	talloc_free(d);
}
END_TEST

/* The value of a tag in a signature, without blanks. */
static char *tag(const void *parent, const char *signature, const char *name)
{
	const char *p = strstr(signature, name) + strlen(name);
	struct bytes *out = bytes_new(parent);

	for (; *p && *p != ';'; p++)
		if (!strchr(" \t\r\n", *p))
			bytes_put(out, p, 1);
	return out->data;
}

START_TEST(what_is_signed)
{
	/* Subject twice: the last first; one more of each oversigned name. */
	static const char want[] = "subject:two folded\r\nsubject:one\r\n";
	const char *error = "";
	struct dkim *d = dkim_new(NULL, "example.com", &error);
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	struct bytes *one, *two, *data = bytes_new(d), *field = bytes_new(d);
	struct dkim_field f;
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char value[512], hash[32], text[64];
	char *b;
	int n;

	ck_assert_msg(add(d, "s2026", key, &error), "%s", error);
	one = dkim_sign(d, d, MAIL, strlen(MAIL), 1764000000 * SECOND, &error);
	two = dkim_sign(d, d, MAIL, strlen(MAIL), 1764000000 * SECOND, &error);
	ck_assert_str_eq(one->data, two->data);
	ck_assert_str_eq(tag(d, one->data, "h="), "from:from:subject:subject:subject:list-unsubscribe:"
						  "list-unsubscribe-post:to");
	EVP_EncodeBlock(text, SHA256((const unsigned char *)"body\r\n", 6, hash), 32);
	ck_assert_str_eq(tag(d, one->data, "bh="), (char *)text);
	b = tag(d, one->data, "\tb=");
	n = EVP_DecodeBlock(value, (unsigned char *)b, (int)strlen(b));
	bytes_print(data, "from:a@example.com\r\n%sto:b@example.com\r\n", want);
	bytes_put(field, one->data, (size_t)(strstr(one->data, "\tb=") + 3 - one->data));
	f = (struct dkim_field){field->data, field->length, strlen("DKIM-Signature")};
	dkim_canon_field(data, &f);
	ck_assert(n >= 256 && EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, key) == 1);
	ck_assert_int_eq(EVP_DigestVerify(context, value, 256, (unsigned char *)data->data, data->length), 1);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	talloc_free(d);
}
END_TEST

START_TEST(headers_that_are_none)
{
	static const char *const mails[] = {
		"", "\r", "From: a", "From: a\r\n", "no colon\r\n\r\n", ": x\r\n\r\n", "A: b\r\n "};
	const char *error, *body;
	void *scratch = talloc_new(NULL);
	struct dkim *d = dkim_new(scratch, "example.com", &error);
	size_t i;

	for (i = 0; i < sizeof(mails) / sizeof(mails[0]); i++)
		ck_assert_msg(dkim_sign(d, d, mails[i], strlen(mails[i]), 0, &error) == NULL, "%zu", i);
	ck_assert_ptr_nonnull(dkim_fields(scratch, "\r\n", 2, &body));
	talloc_free(scratch);
}
END_TEST

UNIT_MAIN("dkim", canonical_forms, only_good_keys_are_taken, what_is_signed, headers_that_are_none)
