/*
 * test_webhook.c - signatures made here by OpenSSL, whole and broken, and what each provider's events become
 */
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/webhook_names.h"
#include "services/notification/webhook_sns.h"
#include "tests/unit/unit.h"

#define ID    "01JDF0ZZZZ8QYV6W3M2K1T4R5N"
#define STAMP "1800000000"
#define TOPIC "arn:aws:sns:eu-west-1:123456789012:mail"

static const instant now = INT64_C(1800000000) * SECOND;

struct call {
	struct webhook_keys keys;
	struct webhook_header headers[4];
	struct webhook_request r;
	struct webhook_events out;
	const char *error;
};

/* A body in memory of just its size, so that the sanitizer sees a read too far. */
static bool run(void *t, webhook_reader *reader, struct call *c, const char *body)
{
	char *exact = malloc(strlen(body) + (*body == '\0'));
	bool good;

	c->r.headers = c->headers;
	c->r.body = exact;
	c->r.length = strlen(body);
	memcpy(exact, body, c->r.length);
	if (c->r.now == 0)
		c->r.now = now;
	c->error = NULL;
	good = reader(t, &c->keys, &c->r, &c->out, &c->error);
	free(exact);
	ck_assert_msg(good || c->error, "refused without a reason");
	return good;
}

static char *base64(void *t, const unsigned char *bytes, size_t length)
{
	char *text = talloc_zero_size(t, length * 4 / 3 + 8);

	EVP_EncodeBlock((unsigned char *)text, bytes, (int)length);
	return text;
}

static char *sign(void *t, EVP_PKEY *key, const EVP_MD *md, const char *text)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char signature[512];
	size_t length = sizeof(signature);

	ck_assert_int_eq(EVP_DigestSignInit(ctx, NULL, md, NULL, key), 1);
	ck_assert_int_eq(EVP_DigestSign(ctx, signature, &length, (const unsigned char *)text, strlen(text)),
			 1);
	EVP_MD_CTX_free(ctx);
	return base64(t, signature, length);
}

static char *hmac(void *t, const char *key, const char *text)
{
	unsigned char mac[32];
	char *hex = talloc_zero_size(t, 65);
	unsigned n = 0, i;

	HMAC(EVP_sha256(), key, (int)strlen(key), (const unsigned char *)text, strlen(text), mac, &n);
	for (i = 0; i < n; i++)
		snprintf(hex + (size_t)2 * i, 3, "%02x", mac[i]);
	return hex;
}

static char *public_key(void *t, EVP_PKEY *key)
{
	unsigned char *der = NULL;
	int length = i2d_PUBKEY(key, &der);
	char *text = base64(t, der, (size_t)length);

	OPENSSL_free(der);
	return text;
}

static void sendgrid_sign(void *t, struct call *c, EVP_PKEY *key, const char *body)
{
	c->keys.sendgrid_public_key = public_key(t, key);
	c->headers[0] = (struct webhook_header){
		"x-twilio-email-event-webhook-signature",
		sign(t, key, EVP_sha256(), talloc_asprintf(t, STAMP "%s", body))};
	c->headers[1] = (struct webhook_header){"X-Twilio-Email-Event-Webhook-Timestamp", STAMP};
	c->r.header_count = 2;
}

START_TEST(test_sendgrid)
{
	static const char body[] = "[{\"event\":\"delivered\",\"email\":\"a@example.org\",\"timestamp\":"
				   "1799999990,\"sg_event_id\":\"e1\","
				   "\"smtp-id\":\"<" ID "@mail.example.org>\",\"response\":\"250 OK\"},\n"
				   "{\"event\":\"open\",\"notification_id\":\"" ID
				   "\",\"useragent\":\"Mozilla/5.0\"},"
				   "{\"event\":\"bounce\",\"type\":\"blocked\",\"reason\":\"550 spam\"},"
				   "{\"event\":\"bounce\",\"type\":\"bounce\"},{\"event\":\"new\"},{},7]\r\n";
	void *t = talloc_new(NULL);
	struct call c = {0};
	EVP_PKEY *key = EVP_EC_gen("P-256"), *other = EVP_EC_gen("P-256"), *big = EVP_EC_gen("P-384");
	const struct engagement_event *e;

	sendgrid_sign(t, &c, key, body);
	ck_assert_msg(run(t, webhook_sendgrid, &c, body), "%s", c.error);
	ck_assert_uint_eq(c.out.count, 4);
	ck_assert_uint_eq(c.out.ignored, 3);
	e = c.out.events;
	ck_assert_int_eq(e->kind, ENGAGEMENT_DELIVERED);
	ck_assert_str_eq(e->notification_id, ID);
	ck_assert_str_eq(e->provider_event_id, "e1");
	ck_assert_str_eq(e->recipient, "a@example.org");
	ck_assert_str_eq(e->detail, "250 OK");
	ck_assert(e->occurred_at == INT64_C(1799999990) * SECOND && !e->machine);
	ck_assert(e[1].kind == ENGAGEMENT_OPENED && e[1].machine && strcmp(e[1].notification_id, ID) == 0);
	ck_assert(e[2].kind == ENGAGEMENT_REJECTED && strcmp(e[2].detail, "550 spam") == 0);
	ck_assert(e[3].kind == ENGAGEMENT_BOUNCED_HARD && e[3].occurred_at == now);

	ck_assert(!run(t, webhook_sendgrid, &c, "[]"));
	ck_assert_str_eq(c.error, "the signature does not match");
	c.r.now = now + 301 * SECOND;
	ck_assert(!run(t, webhook_sendgrid, &c, body));
	ck_assert_str_eq(c.error, "the timestamp is too far away");
	c.r.now = now - 300 * SECOND;
	ck_assert(run(t, webhook_sendgrid, &c, body));
	c.keys.sendgrid_public_key = public_key(t, other);
	ck_assert(!run(t, webhook_sendgrid, &c, body));
	c.headers[0].value = "not base64!";
	ck_assert(!run(t, webhook_sendgrid, &c, body));
	c.r.header_count = 1;
	ck_assert(!run(t, webhook_sendgrid, &c, body));
	ck_assert_str_eq(c.error, "the signature's headers are missing");
	sendgrid_sign(t, &c, big, body);
	ck_assert(!run(t, webhook_sendgrid, &c, body));
	ck_assert_str_eq(c.error, "there is no P-256 key for SendGrid");
	c.keys.sendgrid_public_key = NULL;
	ck_assert(!run(t, webhook_sendgrid, &c, body));
	sendgrid_sign(t, &c, key, "{}");
	ck_assert(!run(t, webhook_sendgrid, &c, "{}"));
	ck_assert_str_eq(c.error, "the body is not an array of events");
	EVP_PKEY_free(key);
	EVP_PKEY_free(other);
	EVP_PKEY_free(big);
	talloc_free(t);
}
END_TEST

static char *mailgun_body(void *t, const char *key, const char *stamp, const char *event)
{
	return talloc_asprintf(t,
			       "{\"signature\":{\"timestamp\":\"%s\",\"token\":\"tok\",\"signature\":\"%s\"},"
			       "\"event-data\":%s}",
			       stamp, hmac(t, key, talloc_asprintf(t, "%stok", stamp)), event);
}

START_TEST(test_mailgun)
{
	static const struct {
		const char *event;
		enum engagement_kind kind;
		bool machine;
	} cases[] = {
		{"{\"event\":\"failed\",\"severity\":\"permanent\",\"reason\":\"bounce\"}",
		 ENGAGEMENT_BOUNCED_HARD, false},
		{"{\"event\":\"failed\",\"severity\":\"permanent\",\"reason\":\"suppress-bounce\"}",
		 ENGAGEMENT_REJECTED, false},
		{"{\"event\":\"failed\",\"severity\":\"temporary\"}", ENGAGEMENT_DEFERRED, false},
		{"{\"event\":\"clicked\",\"client-info\":{\"bot\":\"generic\"}}", ENGAGEMENT_CLICKED, true},
		{"{\"event\":\"complained\"}", ENGAGEMENT_COMPLAINED, false},
	};
	void *t = talloc_new(NULL);
	struct call c = {.keys.mailgun_signing_key = "secret"};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert(run(t, webhook_mailgun, &c, mailgun_body(t, "secret", STAMP, cases[i].event)));
		ck_assert_uint_eq(c.out.count, 1);
		ck_assert_msg(c.out.events[0].kind == cases[i].kind, "%s", cases[i].event);
		ck_assert(c.out.events[0].machine == cases[i].machine);
	}
	ck_assert(run(t, webhook_mailgun, &c,
		      mailgun_body(t, "secret", STAMP,
				   "{\"event\":\"delivered\",\"id\":\"x\",\"timestamp\":1799999999.25,"
				   "\"recipient\":\"r@e\","
				   "\"message\":{\"headers\":{\"message-id\":\"" ID "@m.example\"}},"
				   "\"delivery-status\":{\"message\":\"OK\"}}")));
	ck_assert_str_eq(c.out.events[0].notification_id, ID);
	ck_assert_str_eq(c.out.events[0].detail, "OK");
	ck_assert_str_eq(c.out.once, "tok");
	ck_assert(c.out.events[0].occurred_at == now - SECOND * 3 / 4);
	ck_assert(run(t, webhook_mailgun, &c, mailgun_body(t, "secret", STAMP, "null")));
	ck_assert(c.out.count == 0 && c.out.ignored == 1);
	ck_assert(!run(t, webhook_mailgun, &c, mailgun_body(t, "other", STAMP, cases[0].event)));
	ck_assert_str_eq(c.error, "the signature does not match");
	ck_assert(!run(t, webhook_mailgun, &c, mailgun_body(t, "secret", "1700000000", cases[0].event)));
	ck_assert_str_eq(c.error, "the timestamp is too far away");
	ck_assert(!run(t, webhook_mailgun, &c, "[]"));
	ck_assert(!run(t, webhook_mailgun, &c, "{\"signature\":"));
	ck_assert_str_eq(c.error, "the body is not JSON");
	c.keys.mailgun_signing_key = "";
	ck_assert(!run(t, webhook_mailgun, &c, mailgun_body(t, "secret", STAMP, cases[0].event)));
	talloc_free(t);
}
END_TEST

/* What SNS would be: a key, its certificate, and who asked for it. */
struct sns {
	EVP_PKEY *key;
	char *pem;
	int asked;
};

static const char *certificate(void *context, const char *url)
{
	struct sns *s = context;

	ck_assert(sns_url(url));
	s->asked++;
	return s->pem;
}

static void sns_new(void *t, struct sns *s, int64_t from, int64_t until)
{
	X509 *x = X509_new();
	BIO *bio = BIO_new(BIO_s_mem());
	char *text;
	long length;

	s->key = EVP_RSA_gen(2048);
	s->asked = 0;
	ASN1_TIME_set(X509_getm_notBefore(x), (time_t)from);
	ASN1_TIME_set(X509_getm_notAfter(x), (time_t)until);
	X509_set_pubkey(x, s->key);
	ck_assert(X509_sign(x, s->key, EVP_sha256()) > 0 && PEM_write_bio_X509(bio, x) == 1);
	length = BIO_get_mem_data(bio, &text);
	s->pem = talloc_strndup(t, text, (size_t)length);
	BIO_free(bio);
	X509_free(x);
}

static char *sns_body(void *t, struct sns *s, const char *type, const char *version, const char *url,
		      const char *topic, const char *message, const char *more_lines)
{
	const EVP_MD *md = *version == '1' ? EVP_sha1() : EVP_sha256();
	char *lines, *signature;
	struct json_writer *w = json_writer_new(t);
	bool plain = strcmp(type, "Notification") == 0;

	lines = talloc_asprintf(t,
				"Message\n%s\nMessageId\nm-1\n%sTimestamp\n2027-01-15T08:00:00.000Z\n%"
				"sTopicArn\n%s\nType\n%s\n",
				message, plain ? "" : more_lines, plain ? "" : "Token\ntok\n", topic, type);
	signature = sign(t, s->key, md, lines);
	json_open_object(w, NULL);
	json_put_text(w, "Type", type);
	json_put_text(w, "MessageId", "m-1");
	json_put_text(w, "TopicArn", topic);
	json_put_text(w, "Message", message);
	json_put_text(w, "Timestamp", "2027-01-15T08:00:00.000Z");
	json_put_text(w, "SignatureVersion", version);
	json_put_text(w, "Signature", signature);
	json_put_text(w, "SigningCertURL", url);
	if (!plain) {
		json_put_text(w, "Token", "tok");
		json_put_text(w, "SubscribeURL", talloc_strndup(t, more_lines + 13, strlen(more_lines) - 14));
	}
	json_close(w);
	return talloc_strdup(t, json_text(w, NULL));
}

#define CERTIFICATE "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem"

START_TEST(test_sns)
{
	static const char *const topics[] = {"arn:other", TOPIC, NULL};
	static const char delivery[] = "{\"eventType\":\"Delivery\"}";
	static const char confirm[] =
		"SubscribeURL\nhttps://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription\n";
	static const char elsewhere[] = "SubscribeURL\nhttps://sns.eu-west-1.amazonaws.com.evil.example/\n";
	void *t = talloc_new(NULL);
	struct sns s, old;
	struct call c = {
		.keys = {.sns_topics = topics, .get_certificate = certificate, .certificate_context = &s}};
	char *body;

	sns_new(t, &s, 1799990000, 1800010000);
	for (const char *version = "12"; *version; version++) {
		const char one[] = {*version, '\0'};

		body = sns_body(t, &s, "Notification", one, CERTIFICATE, TOPIC, delivery, "");
		ck_assert_msg(run(t, webhook_ses, &c, body), "%s: %s", one, c.error);
		ck_assert(c.out.count == 1 && c.out.events[0].kind == ENGAGEMENT_DELIVERED);
	}
	body = sns_body(t, &s, "SubscriptionConfirmation", "2", CERTIFICATE, TOPIC, "Please", confirm);
	ck_assert_msg(run(t, webhook_ses, &c, body), "%s", c.error);
	ck_assert_str_eq(c.out.confirm_url,
			 "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription");
	ck_assert(!run(
		t, webhook_ses, &c,
		sns_body(t, &s, "SubscriptionConfirmation", "2", CERTIFICATE, TOPIC, "Please", elsewhere)));
	s.asked = 0;
	ck_assert(!run(
		t, webhook_ses, &c,
		sns_body(t, &s, "Notification", "2", "https://evil.example/x.pem", TOPIC, delivery, "")));
	ck_assert_str_eq(c.error, "the certificate is not at SNS");
	ck_assert(!run(t, webhook_ses, &c,
		       sns_body(t, &s, "Notification", "2", CERTIFICATE, "arn:x", delivery, "")));
	ck_assert_str_eq(c.error, "the topic is not one of ours");
	ck_assert(!run(t, webhook_ses, &c,
		       sns_body(t, &s, "Notification", "3", CERTIFICATE, TOPIC, delivery, "")));
	c.r.now = now + 3601 * SECOND;
	ck_assert(!run(t, webhook_ses, &c,
		       sns_body(t, &s, "Notification", "2", CERTIFICATE, TOPIC, delivery, "")));
	ck_assert_str_eq(c.error, "the timestamp is too far away");
	ck_assert_int_eq(s.asked, 0);
	c.r.now = now;
	body = sns_body(t, &s, "Notification", "2", CERTIFICATE, TOPIC, delivery, "");
	*strstr(body, "Delivery") = 'd';
	ck_assert(!run(t, webhook_ses, &c, body));
	ck_assert_str_eq(c.error, "the signature does not match");
	sns_new(t, &old, 1600000000, 1700000000);
	c.keys.certificate_context = &old;
	ck_assert(!run(t, webhook_ses, &c,
		       sns_body(t, &old, "Notification", "2", CERTIFICATE, TOPIC, delivery, "")));
	ck_assert_str_eq(c.error, "the certificate is not valid now");
	c.keys.sns_topics = NULL;
	ck_assert(!run(t, webhook_ses, &c, body));
	EVP_PKEY_free(s.key);
	EVP_PKEY_free(old.key);
	talloc_free(t);
}
END_TEST

START_TEST(test_sns_url)
{
	static const struct {
		const char *url;
		bool want;
	} cases[] = {
		{CERTIFICATE, true},
		{"https://sns.cn-north-1.amazonaws.com.cn/x.pem", true},
		{"http://sns.eu-west-1.amazonaws.com/x.pem", false},
		{"https://sns.eu-west-1.amazonaws.com.evil.example/x.pem", false},
		{"https://sns.eu-west-1.amazonaws.com@evil.example/", false},
		{"https://sns.eu-west-1.amazonaws.com:8443/", false},
		{"https://sns.evil.example/sns.eu-west-1.amazonaws.com/", false},
		{"https://evil.example/https://sns.eu-west-1.amazonaws.com/", false},
		{"https://sns.a.b.amazonaws.com/", false},
		{"https://sns.eu-west-1.amazonaws.com", false},
		{"https://sns.eu-west-1.amazonaws.com/\r\nX: y", false},
		{"", false},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg(sns_url(cases[i].url) == cases[i].want, "%s", cases[i].url);
}
END_TEST

START_TEST(test_ses_events)
{
	static const char *const topics[] = {TOPIC, NULL};
	static const struct {
		const char *message;
		size_t count;
		enum engagement_kind kind;
		const char *recipient, *detail;
	} cases[] = {
		{"{\"eventType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Permanent\",\"bounceSubType\":"
		 "\"General\","
		 "\"bouncedRecipients\":[{\"emailAddress\":\"a@e\",\"diagnosticCode\":\"550 "
		 "no\"},{\"emailAddress\":\"b@e\"}]}}",
		 2, ENGAGEMENT_BOUNCED_HARD, "a@e", "550 no"},
		{"{\"notificationType\":\"Bounce\",\"bounce\":{\"bounceType\":\"Transient\","
		 "\"bounceSubType\":\"MailboxFull\"}}",
		 1, ENGAGEMENT_BOUNCED_SOFT, "", "MailboxFull"},
		{"{\"eventType\":\"Complaint\",\"complaint\":{\"complainedRecipients\":[{\"emailAddress\":"
		 "\"a@e\"}]}}",
		 1, ENGAGEMENT_COMPLAINED, "a@e", ""},
		{"{\"eventType\":\"Click\",\"mail\":{\"destination\":[\"a@e\"]},\"click\":{\"link\":\"https:/"
		 "/x\"}}",
		 1, ENGAGEMENT_CLICKED, "a@e", "https://x"},
		{"{\"eventType\":\"Subscription\",\"subscription\":{\"newTopicPreferences\":{"
		 "\"topicSubscriptionStatus\":"
		 "[{\"subscriptionStatus\":\"OptIn\"},{\"subscriptionStatus\":\"OptOut\"}]}}}",
		 1, ENGAGEMENT_UNSUBSCRIBED, "", ""},
		{"{\"eventType\":\"Subscription\"}", 0, 0, "", ""},
		{"{\"eventType\":\"Something\"}", 0, 0, "", ""},
		{"in words", 0, 0, "", ""},
	};
	void *t = talloc_new(NULL);
	struct sns s;
	struct call c = {
		.keys = {.sns_topics = topics, .get_certificate = certificate, .certificate_context = &s}};
	size_t i;

	sns_new(t, &s, 1799990000, 1800010000);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_msg(
			run(t, webhook_ses, &c,
			    sns_body(t, &s, "Notification", "2", CERTIFICATE, TOPIC, cases[i].message, "")),
			"%s", c.error);
		ck_assert_msg(c.out.count == cases[i].count && c.out.ignored == (c.out.count == 0),
			      "case %zu", i);
		if (c.out.count == 0)
			continue;
		ck_assert_msg(c.out.events[0].kind == cases[i].kind, "case %zu", i);
		ck_assert_str_eq(c.out.events[0].recipient, cases[i].recipient);
		ck_assert_str_eq(c.out.events[0].detail, cases[i].detail);
		ck_assert_str_eq(c.out.events[0].provider_event_id, "m-1/0");
	}
	EVP_PKEY_free(s.key);
	talloc_free(t);
}
END_TEST

START_TEST(test_postmark)
{
	static const char bounce[] =
		"{\"RecordType\":\"Bounce\",\"ID\":42,\"Type\":\"HardBounce\",\"Email\":\"a@e\","
		"\"BouncedAt\":\"2027-01-15T08:00:00Z\",\"Description\":\"gone\","
		"\"Metadata\":{\"notification_id\":\"" ID "\"}}";
	static const char *const wrong[] = {
		"Basic aG9vazp3cm9uZw==", "Basic aG9vazpzZWNyZXQ", "Basic !", "Bearer x", "Basic ",
		"Basic aG9vazpzZWNyZXQA"};
	void *t = talloc_new(NULL);
	struct call c = {.keys = {.postmark_user = "hook", .postmark_password = "secret"}};
	size_t i;

	c.headers[0] = (struct webhook_header){"authorization", "Basic aG9vazpzZWNyZXQ="};
	c.r.header_count = 1;
	ck_assert(run(t, webhook_postmark, &c, bounce));
	ck_assert_uint_eq(c.out.count, 1);
	ck_assert_int_eq(c.out.events[0].kind, ENGAGEMENT_BOUNCED_HARD);
	ck_assert_str_eq(c.out.events[0].provider_event_id, "Bounce-42");
	ck_assert_str_eq(c.out.events[0].notification_id, ID);
	ck_assert(c.out.events[0].occurred_at == now);
	ck_assert(run(t, webhook_postmark, &c,
		      "{\"RecordType\":\"SubscriptionChange\",\"SuppressSending\":true,"
		      "\"SuppressionReason\":\"ManualSuppression\",\"MessageID\":\"m\"}"));
	ck_assert_int_eq(c.out.events[0].kind, ENGAGEMENT_UNSUBSCRIBED);
	ck_assert(run(t, webhook_postmark, &c,
		      "{\"RecordType\":\"SubscriptionChange\",\"SuppressSending\":false,"
		      "\"SuppressionReason\":\"ManualSuppression\"}"));
	ck_assert(c.out.count == 0 && c.out.ignored == 1);
	ck_assert(run(t, webhook_postmark, &c, "{\"RecordType\":7}") && c.out.ignored == 1);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		c.headers[0].value = wrong[i];
		ck_assert_msg(!run(t, webhook_postmark, &c, bounce), "%s", wrong[i]);
	}
	c.headers[0].value = "Basic aG9vazpzZWNyZXQ=";
	c.headers[1] = c.headers[0];
	c.r.header_count = 2; /* which of two is meant? */
	ck_assert(!run(t, webhook_postmark, &c, bounce));
	talloc_free(t);
}
END_TEST

static void slack_sign(void *t, struct call *c, const char *body)
{
	c->keys.slack_signing_secret = "8f742231b10e8888abcd99yyyzzz85a5";
	c->headers[0] = (struct webhook_header){"X-Slack-Request-Timestamp", STAMP};
	c->headers[1] = (struct webhook_header){
		"X-Slack-Signature", talloc_asprintf(t, "v0=%s",
						     hmac(t, c->keys.slack_signing_secret,
							  talloc_asprintf(t, "v0:" STAMP ":%s", body)))};
	c->r.header_count = 2;
}

START_TEST(test_slack)
{
	static const char tap[] = "payload=%7B%22type%22%3A%22block_actions%22,%22user%22:%7b%22id%22:%"
				  "22U0ADA%22},%22message%22:{%22metadata%22:"
				  "{%22event_payload%22:{%22notification_id%22:%22" ID
				  "%22}}},%22actions%22:[{%22action_id%22:%22ae_open%22,"
				  "%22action_ts%22:%221799999999.5%22},{%22action_id%22:%22other%22}]}&x=y";
	static const char *const broken[] = {
		"",         "payload=%", "payload=%4", "payload=%zz", "payload=%\x13\x10",
		"payload=", "x=1",       "payload"};
	void *t = talloc_new(NULL);
	struct call c = {0};
	size_t i;

	slack_sign(t, &c, tap);
	ck_assert_msg(run(t, webhook_slack, &c, tap), "%s", c.error);
	ck_assert(c.out.count == 1 && c.out.ignored == 1);
	ck_assert_int_eq(c.out.events[0].kind, ENGAGEMENT_CLICKED);
	ck_assert_str_eq(c.out.events[0].notification_id, ID);
	ck_assert_str_eq(c.out.events[0].recipient, "U0ADA");
	ck_assert(c.out.events[0].occurred_at == now - SECOND / 2);
	ck_assert(!run(t, webhook_slack, &c, "payload={}"));
	ck_assert_str_eq(c.error, "the signature does not match");
	c.r.now = now + 301 * SECOND;
	ck_assert(!run(t, webhook_slack, &c, tap));
	c.r.now = now;
	slack_sign(t, &c, "{\"type\":\"url_verification\",\"challenge\":\"3eZb\"}");
	ck_assert(run(t, webhook_slack, &c, "{\"type\":\"url_verification\",\"challenge\":\"3eZb\"}"));
	ck_assert_str_eq(c.out.challenge, "3eZb");
	for (i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		slack_sign(t, &c, broken[i]);
		ck_assert_msg(!run(t, webhook_slack, &c, broken[i]), "%s", broken[i]);
	}
	talloc_free(t);
}
END_TEST

START_TEST(test_names)
{
	static const struct {
		const char *provider, *name, *detail;
		int want; /* -1: nothing */
	} cases[] = {
		{"sendgrid", "group_resubscribe", "", -1},
		{"sendgrid", "spamreport", "", ENGAGEMENT_COMPLAINED},
		{"mailgun", "spamreport", "", -1},
		{"mailgun", "failed", "", -1},
		{"ses", "DeliveryDelay", "", ENGAGEMENT_DEFERRED},
		{"ses", "Bounce", "Undetermined", ENGAGEMENT_BOUNCED_SOFT},
		{"postmark", "Bounce", "AutoResponder", -1},
		{"postmark", "Bounce", "SoftBounce", ENGAGEMENT_BOUNCED_SOFT},
		{"postmark", "Bounce", "DMARCPolicy", ENGAGEMENT_REJECTED},
		{"postmark", "Bounce", "SpamNotification", ENGAGEMENT_REJECTED},
		{"sendgrid", "blocked", "", ENGAGEMENT_REJECTED},
		{"nobody", "open", "", -1},
	};
	enum engagement_kind kind;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		ck_assert_msg((webhook_kind(cases[i].provider, cases[i].name, cases[i].detail, &kind)
				       ? (int)kind
				       : -1) == cases[i].want,
			      "%s %s", cases[i].provider, cases[i].name);
	ck_assert(webhook_find("ses") == webhook_ses);
	ck_assert(webhook_find("nobody") == NULL);
}
END_TEST

UNIT_MAIN("webhook", test_sendgrid, test_mailgun, test_sns, test_sns_url, test_ses_events, test_postmark,
	  test_slack, test_names)
