/*
 * webhook_sns.c - Amazon SNS: RSA over the sorted "name\nvalue\n" lines, version 1 with SHA-1, 2 with SHA-256
 *
 * The certificate's URL is in the message, so its host decides; and since SNS signs for everybody, so does
 * the topic.
 */
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/webhook_sns.h"

bool sns_url(const char *url)
{
	static const char before[] = "https://sns.";
	static const char *const after[] = {".amazonaws.com/", ".amazonaws.com.cn/"};
	size_t region, i;

	if (strncmp(url, before, sizeof(before) - 1) != 0 || strlen(url) > 2048)
		return false;
	for (i = 0; url[i]; i++)
		if ((unsigned char)url[i] <= ' ' || (unsigned char)url[i] >= 0x7f || url[i] == '\\')
			return false;
	url += sizeof(before) - 1;
	region = strspn(url, "abcdefghijklmnopqrstuvwxyz0123456789-");
	if (region < 3)
		return false;
	for (i = 0; i < sizeof(after) / sizeof(after[0]); i++)
		if (strncmp(url + region, after[i], strlen(after[i])) == 0)
			return true;
	return false;
}

static bool topic_known(const struct webhook_keys *keys, const char *topic)
{
	size_t i;

	for (i = 0; keys->sns_topics && keys->sns_topics[i]; i++)
		if (strcmp(keys->sns_topics[i], topic) == 0)
			return true;
	return false;
}

/* The lines that are signed; which ones depends on the type. Subject counts only where it is there. */
static char *signed_text(const void *parent, const struct json *j)
{
	static const char *const of_notification[] = {"Message",  "MessageId", "Subject", "Timestamp",
						      "TopicArn", "Type",      NULL};
	static const char *const of_subscription[] = {"Message", "MessageId", "SubscribeURL", "Timestamp",
						      "Token",   "TopicArn",  "Type",         NULL};
	bool plain = strcmp(json_get_text(j, "Type", ""), "Notification") == 0;
	const char *const *names = plain ? of_notification : of_subscription, *value;
	char *text = talloc_strdup(parent, "");

	for (; *names; names++) {
		value = json_get_text(j, *names, NULL);
		if (value)
			text = talloc_asprintf_append_buffer(text, "%s\n%s\n", *names, value);
		else if (strcmp(*names, "Subject") != 0)
			return NULL;
	}
	return text;
}

static const char *check_signature(X509 *certificate, const EVP_MD *digest, const char *text,
				   const char *signature, instant now)
{
	unsigned char bytes[1024];
	int length = webhook_base64(signature, bytes, sizeof(bytes));
	EVP_PKEY *key = X509_get0_pubkey(certificate);
	EVP_MD_CTX *ctx;
	time_t at = (time_t)(now / SECOND);
	bool good;

	if (X509_cmp_time(X509_get0_notBefore(certificate), &at) > 0 ||
	    X509_cmp_time(X509_get0_notAfter(certificate), &at) < 0)
		return "the certificate is not valid now";
	if (key == NULL || EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA || EVP_PKEY_get_bits(key) < 2048)
		return "the certificate's key is not RSA of 2048 bits or more";
	ctx = EVP_MD_CTX_new();
	good = length > 0 && EVP_DigestVerifyInit(ctx, NULL, digest, NULL, key) == 1 &&
	       EVP_DigestVerify(ctx, bytes, (size_t)length, (const unsigned char *)text, strlen(text)) == 1;
	EVP_MD_CTX_free(ctx);
	return good ? NULL : "the signature does not match";
}

static const char *check_certificate(const void *parent, const struct webhook_keys *keys,
				     const struct json *j, const EVP_MD *digest, instant now)
{
	const char *text = signed_text(parent, j), *pem, *fault;
	BIO *bio;
	X509 *certificate;

	if (text == NULL)
		return "a signed field is missing";
	pem = keys->get_certificate ? keys->get_certificate(keys->certificate_context,
							    json_get_text(j, "SigningCertURL", ""))
				    : NULL;
	if (pem == NULL)
		return "the signing certificate cannot be had";
	bio = BIO_new_mem_buf(pem, -1);
	certificate = PEM_read_bio_X509(bio, NULL, NULL, NULL);
	BIO_free(bio);
	if (certificate == NULL)
		return "the signing certificate cannot be read";
	fault = check_signature(certificate, digest, text, json_get_text(j, "Signature", ""), now);
	X509_free(certificate);
	return fault;
}

static const char *check(const void *parent, const struct webhook_keys *keys, const struct json *j,
			 instant now)
{
	const char *version = json_get_text(j, "SignatureVersion", "");
	const EVP_MD *digest = strcmp(version, "1") == 0   ? EVP_sha1()
			       : strcmp(version, "2") == 0 ? EVP_sha256()
							   : NULL;
	instant at;

	if (!topic_known(keys, json_get_text(j, "TopicArn", "")))
		return "the topic is not one of ours";
	if (digest == NULL)
		return "the signature's version is neither 1 nor 2";
	if (!instant_parse(json_get_text(j, "Timestamp", ""), &at) || at < now - SNS_AGE_SECONDS * SECOND ||
	    at > now + WEBHOOK_SKEW_SECONDS * SECOND)
		return "the timestamp is too far away";
	if (!sns_url(json_get_text(j, "SigningCertURL", "")))
		return "the certificate is not at SNS";
	return check_certificate(parent, keys, j, digest, now);
}

bool sns_verify(const void *parent, const struct webhook_keys *keys, const struct json *envelope, instant now,
		const char **error)
{
	const char *fault = check(parent, keys, envelope, now);

	if (fault)
		*error = fault;
	return fault == NULL;
}
