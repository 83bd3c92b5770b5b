/*
 * webhook_verify.c - what the providers' webhooks share: headers, times, comparisons, events
 */
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>

#include "services/notification/notification_id.h"
#include "services/notification/webhook_names.h"
#include "services/notification/webhook_verify.h"

static const struct {
	const char *name;
	webhook_reader *reader;
} readers[] = {
	{"sendgrid", webhook_sendgrid}, {"mailgun", webhook_mailgun}, {"ses", webhook_ses},
	{"postmark", webhook_postmark}, {"slack", webhook_slack},
};

webhook_reader *webhook_find(const char *provider)
{
	size_t i;

	for (i = 0; i < sizeof(readers) / sizeof(readers[0]); i++)
		if (strcmp(readers[i].name, provider) == 0)
			return readers[i].reader;
	return NULL;
}

const char *webhook_header(const struct webhook_request *r, const char *name)
{
	const char *found = NULL;
	size_t i;

	for (i = 0; i < r->header_count; i++) {
		if (strcasecmp(r->headers[i].name, name) != 0)
			continue;
		if (found)
			return NULL;
		found = r->headers[i].value;
	}
	return found;
}

/* Digests are compared, so that neither content nor length of what is wanted shows in the time. */
bool webhook_equal(const char *given, const char *wanted)
{
	unsigned char a[EVP_MAX_MD_SIZE], b[EVP_MAX_MD_SIZE];
	unsigned n = 0;

	return EVP_Digest(given, strlen(given), a, &n, EVP_sha256(), NULL) == 1 &&
	       EVP_Digest(wanted, strlen(wanted), b, &n, EVP_sha256(), NULL) == 1 &&
	       CRYPTO_memcmp(a, b, n) == 0;
}

bool webhook_fresh(const char *text, instant now)
{
	size_t length = strspn(text, "0123456789");
	int64_t seconds, skew;

	if (length == 0 || length > 12 || text[length] != '\0')
		return false;
	seconds = strtoll(text, NULL, 10);
	skew = now / SECOND - seconds;
	return skew <= WEBHOOK_SKEW_SECONDS && skew >= -WEBHOOK_SKEW_SECONDS;
}

bool webhook_hmac_hex(const char *secret, const char *const *parts, const size_t *lengths, size_t count,
		      char hex[65])
{
	char digest[] = "SHA256";
	OSSL_PARAM params[] = {OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
			       OSSL_PARAM_construct_end()};
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
	EVP_MAC_CTX *ctx = EVP_MAC_CTX_new(mac);
	unsigned char out[32];
	size_t length = 0, i;
	bool good = *secret && EVP_MAC_init(ctx, (const unsigned char *)secret, strlen(secret), params) == 1;

	for (i = 0; i < count && good; i++)
		good = EVP_MAC_update(ctx, (const unsigned char *)parts[i], lengths[i]) == 1;
	good = good && EVP_MAC_final(ctx, out, &length, sizeof(out)) == 1 && length == sizeof(out);
	EVP_MAC_CTX_free(ctx);
	EVP_MAC_free(mac);
	for (i = 0; i < length && good; i++)
		snprintf(hex + 2 * i, 3, "%02x", out[i]);
	return good;
}

/* EVP_DecodeBlock forgives spaces and counts the padding as zero bytes. */
int webhook_base64(const char *text, unsigned char *bytes, size_t size)
{
	size_t plain = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/");
	size_t padding = strspn(text + plain, "="), length = plain + padding;
	int got;

	if (length == 0 || length % 4 != 0 || padding > 2 || text[length] != '\0' || length / 4 * 3 > size)
		return -1;
	got = EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)length);
	return got < 0 ? -1 : got - (int)padding;
}

const struct json *webhook_json(const void *parent, const char *text, size_t length, const char **error)
{
	const char *fault;
	const struct json *json = length <= WEBHOOK_BODY_MAX ? json_parse(parent, text, length, &fault)
							     : NULL;

	*error = length > WEBHOOK_BODY_MAX ? "the body is too large" : "the body is not JSON";
	return json && (json->kind == JSON_OBJECT || json->kind == JSON_ARRAY) ? json : NULL;
}

struct engagement_event *webhook_add(const void *parent, struct webhook_events *out, const char *provider,
				     const char *name, const char *detail)
{
	enum engagement_kind kind;
	struct engagement_event *e;

	if (!webhook_kind(provider, name, detail, &kind) || out->count >= WEBHOOK_EVENTS_MAX) {
		out->ignored++;
		return NULL;
	}
	if ((out->count & (out->count - 1)) == 0) /* the room doubles at 1, 2, 4, ... */
		out->events = talloc_realloc(parent, out->events, struct engagement_event,
					     out->count ? out->count * 2 : 1);
	e = &out->events[out->count++];
	*e = (struct engagement_event){
		.notification_id = "", .provider_event_id = "", .kind = kind, .detail = "", .recipient = ""};
	return e;
}

const char *webhook_text(const void *parent, const struct json *object, const char *name)
{
	enum {
		TEXT_MAX = 1000
	}; /* what a provider says may be long; nobody reads more */
	const char *text = json_get_text(object, name, "");

	return talloc_strndup(parent, text, TEXT_MAX);
}

instant webhook_instant(const struct json *object, const char *name, instant fallback)
{
	instant t;

	return instant_parse(json_get_text(object, name, ""), &t) ? t : fallback;
}

const char *webhook_notification(const void *parent, const char *ours, const char *message_id)
{
	unsigned char bytes[NOTIFICATION_ID_BYTES];
	const char *found;

	if (ours && notification_id_decode(ours, bytes))
		return talloc_strdup(parent, ours);
	found = notification_id_of_message(parent, message_id);
	return found ? found : "";
}
