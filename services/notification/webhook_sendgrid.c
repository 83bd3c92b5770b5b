/*
 * webhook_sendgrid.c - SendGrid's signed event webhook: ECDSA P-256 with SHA-256 over timestamp and body
 */
#include <math.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/webhook_verify.h"

static EVP_PKEY *read_key(const char *text)
{
	unsigned char der[512];
	const unsigned char *at = der;
	int length = webhook_base64(text, der, sizeof(der));
	EVP_PKEY *key = length > 0 ? d2i_PUBKEY(NULL, &at, length) : NULL;
	char group[32] = "";

	if (key && (EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group),
						   NULL) != 1 ||
		    strcmp(group, "prime256v1") != 0)) {
		EVP_PKEY_free(key);
		return NULL;
	}
	return key;
}

static bool signature_holds(EVP_PKEY *key, const char *signature, const char *timestamp,
			    const struct webhook_request *r)
{
	unsigned char bytes[128];
	int length = webhook_base64(signature, bytes, sizeof(bytes));
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = length > 0 && EVP_DigestVerifyInit(ctx, NULL, EVP_sha256(), NULL, key) == 1 &&
		    EVP_DigestVerifyUpdate(ctx, timestamp, strlen(timestamp)) == 1 &&
		    EVP_DigestVerifyUpdate(ctx, r->body, r->length) == 1 &&
		    EVP_DigestVerifyFinal(ctx, bytes, (size_t)length) == 1;

	EVP_MD_CTX_free(ctx);
	return good;
}

static bool verify(const struct webhook_keys *keys, const struct webhook_request *r, const char **error)
{
	const char *signature = webhook_header(r, "X-Twilio-Email-Event-Webhook-Signature");
	const char *timestamp = webhook_header(r, "X-Twilio-Email-Event-Webhook-Timestamp");
	EVP_PKEY *key = keys->sendgrid_public_key ? read_key(keys->sendgrid_public_key) : NULL;

	*error = NULL;
	if (key == NULL)
		*error = "there is no P-256 key for SendGrid";
	else if (signature == NULL || timestamp == NULL)
		*error = "the signature's headers are missing";
	else if (!webhook_fresh(timestamp, r->now))
		*error = "the timestamp is too far away";
	else if (!signature_holds(key, signature, timestamp, r))
		*error = "the signature does not match";
	EVP_PKEY_free(key);
	return *error == NULL;
}

/* Custom arguments are members beside SendGrid's own. */
static void read_event(const void *parent, const struct json *j, instant now, struct webhook_events *out)
{
	const char *name = json_get_text(j, "event", ""), *detail;
	struct engagement_event *e = webhook_add(parent, out, "sendgrid", name, json_get_text(j, "type", ""));
	int64_t seconds = json_get_integer(j, "timestamp", -1);

	if (e == NULL)
		return;
	e->notification_id = webhook_notification(parent, json_get_text(j, "notification_id", NULL),
						  json_get_text(j, "smtp-id", NULL));
	e->provider_event_id = webhook_text(parent, j, "sg_event_id");
	e->occurred_at = seconds < 0 || seconds > INSTANT_MAX / SECOND ? now : seconds * SECOND;
	detail = json_get(j, "reason") ? "reason" : json_get(j, "url") ? "url" : "response";
	e->detail = webhook_text(parent, j, detail);
	e->recipient = webhook_text(parent, j, "email");
	e->machine = json_get_boolean(j, "sg_machine_open", false) ||
		     (e->kind == ENGAGEMENT_OPENED && machine_open(json_get_text(j, "useragent", ""), NAN));
}

bool webhook_sendgrid(const void *parent, const struct webhook_keys *keys, const struct webhook_request *r,
		      struct webhook_events *out, const char **error)
{
	const struct json *json, *j;

	*out = (struct webhook_events){0};
	if (!verify(keys, r, error) || (json = webhook_json(parent, r->body, r->length, error)) == NULL)
		return false;
	if (json->kind != JSON_ARRAY) {
		*error = "the body is not an array of events";
		return false;
	}
	for (j = json->first; j; j = j->next)
		read_event(parent, j, r->now, out);
	return true;
}
