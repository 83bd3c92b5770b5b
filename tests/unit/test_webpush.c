/*
 * test_webpush.c - Web Push: the known answer of RFC 8291, VAPID, subscriptions from outside, answers
 */
#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include "services/notification/webpush.h"
#include "services/notification/webpush_crypto.h"
#include "tests/unit/push_kit.h"

/* RFC 8291, appendix A */
#define RFC_PLAIN "When I grow up, I want to be a watermelon"
#define RFC_AS_PUBLIC \
	"BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8"
#define RFC_AS_PRIVATE "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw"
#define RFC_UA_PUBLIC \
	"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"
#define RFC_SALT "DGv6ra1nlYgDCS1FRnbzlw"
#define RFC_AUTH "BTBZMqHH6r4Tts7J_aSIgg"
#define RFC_BODY                                                                                         \
	"DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmY"       \
	"WAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_" \
	"Qulcy4a-fN"

#define ENDPOINT "https://push.example.net/wpush/v2/abc"

static EVP_PKEY *ec;

/* The key and the salt of the RFC. */
static bool choose_rfc(struct webpush_once *once)
{
	unsigned char private[32], public[WEBPUSH_POINT];
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	OSSL_PARAM *params;
	BIGNUM *number;

	ck_assert(base64url_decode(RFC_AS_PRIVATE, private, sizeof(private)));
	ck_assert(base64url_decode(RFC_AS_PUBLIC, public, sizeof(public)));
	ck_assert(base64url_decode(RFC_SALT, once->salt, WEBPUSH_SALT));
	number = BN_bin2bn(private, sizeof(private), NULL);
	OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0);
	OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, public, sizeof(public));
	OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_PRIV_KEY, number);
	params = OSSL_PARAM_BLD_to_param(build);
	ck_assert_int_eq(EVP_PKEY_fromdata_init(ctx), 1);
	ck_assert_int_eq(EVP_PKEY_fromdata(ctx, &once->key, EVP_PKEY_KEYPAIR, params), 1);
	OSSL_PARAM_free(params);
	OSSL_PARAM_BLD_free(build);
	EVP_PKEY_CTX_free(ctx);
	BN_free(number);
	return true;
}

static bool choose_nothing(struct webpush_once *once)
{
	(void)once;
	return false;
}

static struct webpush_receiver rfc_receiver(void)
{
	struct webpush_receiver r = {0};

	ck_assert(base64url_decode(RFC_UA_PUBLIC, r.point, WEBPUSH_POINT));
	ck_assert(base64url_decode(RFC_AUTH, r.auth, WEBPUSH_AUTH));
	return r;
}

START_TEST(test_known_answer)
{
	void *t = talloc_new(NULL);
	struct webpush_receiver r = rfc_receiver();
	unsigned char *body, *again, full[WEBPUSH_PLAIN_MAX + 1] = {0};
	size_t length, before = talloc_total_blocks(t);

	body = webpush_encrypt(t, &r, choose_rfc, RFC_PLAIN, strlen(RFC_PLAIN), &length);
	ck_assert_ptr_nonnull(body);
	ck_assert_str_eq(base64url_encode(t, body, length), RFC_BODY);
	body = webpush_encrypt(t, &r, webpush_choose, full, WEBPUSH_PLAIN_MAX, &length);
	ck_assert_uint_eq(length, 4096);
	again = webpush_encrypt(t, &r, webpush_choose, full, WEBPUSH_PLAIN_MAX, &length);
	ck_assert(memcmp(body, again, WEBPUSH_SALT) != 0 && memcmp(body + 21, again + 21, 65) != 0);
	talloc_free_children(t);
	ck_assert_ptr_null(webpush_encrypt(t, &r, webpush_choose, full, WEBPUSH_PLAIN_MAX + 1, &length));
	ck_assert_ptr_null(webpush_encrypt(t, &r, choose_nothing, full, 1, &length));
	r.point[64] ^= 1;
	ck_assert_ptr_null(webpush_encrypt(t, &r, webpush_choose, full, 1, &length));
	ck_assert_uint_eq(talloc_total_blocks(t), before);
	talloc_free(t);
}
END_TEST

START_TEST(test_points)
{
	struct webpush_receiver r = rfc_receiver();
	unsigned char zeros[WEBPUSH_POINT] = {4}, ones[WEBPUSH_POINT];

	ck_assert(webpush_point_valid(r.point));
	r.point[0] = 6; /* hybrid */
	ck_assert(!webpush_point_valid(r.point));
	r.point[0] = 2;
	ck_assert(!webpush_point_valid(r.point));
	r.point[0] = 4;
	r.point[40] ^= 0x10;
	ck_assert(!webpush_point_valid(r.point));
	ck_assert(!webpush_point_valid(zeros));
	memset(ones, 0xff, sizeof(ones));
	ones[0] = 4;
	ck_assert(!webpush_point_valid(ones));
}
END_TEST

static struct driver *driver_of(void *t, bool allow_plain)
{
	const char *path, *error;
	struct driver *d;

	ec = ec ? ec : EVP_EC_gen("P-256");
	path = file_of(t, pem_of(t, ec));
	d = webpush_driver_new(t,
			       &(struct webpush_settings){.key_file = path,
							  .subject = "mailto:ops@example.org",
							  .allow_plain = allow_plain},
			       &error);
	unlink(path);
	ck_assert_msg(d != NULL, "%s", error);
	return d;
}

static const char *subscription(void *t, const char *endpoint)
{
	return talloc_asprintf(
		t,
		"{\"endpoint\":\"%s\",\"expirationTime\":null,\"keys\":{\"p256dh\":\"%s\",\"auth\":\"%s\"}}",
		endpoint, RFC_UA_PUBLIC, RFC_AUTH);
}

/* The VAPID token of a request. */
static const char *token_of(void *t, const struct step_out *out)
{
	const char *value = sent_header(out, "Authorization");

	ck_assert(strncmp(value, "vapid t=", 8) == 0);
	return talloc_strndup(t, value + 8, strcspn(value + 8, ","));
}

START_TEST(test_request)
{
	void *t = talloc_new(NULL), *state;
	struct driver *d = driver_of(t, false);
	struct message m = a_message(subscription(t, ENDPOINT));
	struct step_out out;
	const struct json *claims;
	const char *first, *topic;

	m.expires = NOW + 90 * SECOND;
	ck_assert_int_eq(d->next(d, t, &m, 0, NULL, &state, &out), STEP_TRANSFER);
	ck_assert_str_eq(out.transfer.url, ENDPOINT);
	ck_assert(out.transfer.guarded && !out.transfer.plain);
	ck_assert_str_eq(sent_header(&out, "TTL"), "90");
	ck_assert_str_eq(sent_header(&out, "Urgency"), "high");
	ck_assert_str_eq(sent_header(&out, "Content-Encoding"), "aes128gcm");
	first = token_of(t, &out);
	ck_assert(token_good(t, first, ec));
	claims = token_json(t, first, 1);
	ck_assert_str_eq(json_get_text(claims, "aud", ""), "https://push.example.net");
	ck_assert_str_eq(json_get_text(claims, "sub", ""), "mailto:ops@example.org");
	ck_assert_int_eq(json_get_integer(claims, "exp", 0), NOW / SECOND + 12 * 3600);
	ck_assert_ptr_nonnull(strstr(sent_header(&out, "Authorization"),
				     talloc_asprintf(t, ", k=%s", webpush_public_key(d))));
	topic = sent_header(&out, "Topic");
	ck_assert_uint_eq(strlen(topic), 32);
	m.now = NOW + 10 * 3600 * SECOND; /* kept: an ECDSA signature is never the same twice */
	m.collapse_key = "points\r\nX: y";
	m.priority = PRIORITY_BULK;
	m.expires = INSTANT_MAX;
	m.text = repeated(t, "\xf0\x9f\x8e\x89", 2000);
	d->next(d, t, &m, 0, NULL, &state, &out);
	ck_assert_str_eq(token_of(t, &out), first);
	ck_assert_str_ne(sent_header(&out, "Topic"), topic);
	ck_assert_uint_eq(strlen(sent_header(&out, "Topic")), 32);
	ck_assert_str_eq(sent_header(&out, "Urgency"), "low");
	ck_assert_str_eq(sent_header(&out, "TTL"), "2419200");
	ck_assert(out.transfer.length <= 4096 && out.transfer.length > 4092);
	m.now = NOW + 11 * 3600 * SECOND;
	d->next(d, t, &m, 0, NULL, &state, &out);
	ck_assert_str_ne(token_of(t, &out), first);
	talloc_free(t);
}
END_TEST

/* Many origins push each other out, and memory does not grow. */
START_TEST(test_origins)
{
	void *t = talloc_new(NULL), *u, *state;
	struct driver *d = driver_of(t, false);
	struct message m;
	struct step_out out;
	size_t blocks = 0;
	int i;

	for (i = 0; i < 100; i++) {
		u = talloc_new(NULL);
		m = a_message(subscription(u, talloc_asprintf(u, "https://p%d.example.net/x", i)));
		ck_assert_int_eq(d->next(d, u, &m, 0, NULL, &state, &out), STEP_TRANSFER);
		ck_assert_str_eq(json_get_text(token_json(u, token_of(u, &out), 1), "aud", ""),
				 talloc_asprintf(u, "https://p%d.example.net", i));
		talloc_free(u);
		if (i == 40)
			blocks = talloc_total_blocks(d);
	}
	ck_assert_uint_eq(talloc_total_blocks(d), blocks);
	talloc_free(t);
}
END_TEST

START_TEST(test_bad_subscriptions)
{
	static const struct {
		const char *text, *code;
	} cases[] = {
		{"", "bad_subscription"},
		{"x", "bad_subscription"},
		{"[]", "bad_subscription"},
		{"{}", "bad_subscription"},
		{"{\"endpoint\":7}", "bad_subscription"},
		{"{\"endpoint\":\"http://push.example.net/\"}", "bad_endpoint"},
		{"{\"endpoint\":\"https://127.0.0.1/\"}", "bad_endpoint"},
		{"{\"endpoint\":\"https://[::ffff:127.0.0.1]/\"}", "bad_endpoint"},
		{"{\"endpoint\":\"https://169.254.169.254/\"}", "bad_endpoint"},
		{"{\"endpoint\":\"https://localhost/\"}", "bad_endpoint"},
		{"{\"endpoint\":\"https://u:p@push.example.net/\"}", "bad_endpoint"},
		{"{\"endpoint\":\"https://push.example.net:22/\"}", "bad_endpoint"},
		{"{\"endpoint\":\"https://push.example.net/\\r\\nX: y\"}", "bad_endpoint"},
		{"{\"endpoint\":\"https://push.example.net/\xc3\xa9\"}", "bad_endpoint"},
		{"{\"endpoint\":\"file:///etc/passwd\"}", "bad_endpoint"},
		{"{\"endpoint\":\"" ENDPOINT "\"}", "bad_key"},
		{"{\"endpoint\":\"" ENDPOINT "\",\"keys\":[]}", "bad_key"},
		{"{\"endpoint\":\"" ENDPOINT "\",\"keys\":{\"p256dh\":\"" RFC_UA_PUBLIC
		 "\",\"auth\":\"AA\"}}",
		 "bad_key"},
		{"{\"endpoint\":\"" ENDPOINT "\",\"keys\":{\"p256dh\":\"AA\",\"auth\":\"" RFC_AUTH "\"}}",
		 "bad_key"},
		{"{\"endpoint\":\"" ENDPOINT "\",\"keys\":{\"auth\":\"" RFC_AUTH
		 "\",\"p256dh\":\"BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-"
		 "AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw8\""
		 "}}",
		 "bad_key"}, /* one bit beside the curve */
	};
	void *t = talloc_new(NULL), *state;
	struct driver *d = driver_of(t, false);
	struct message m;
	struct step_out out;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		m = a_message(cases[i].text);
		ck_assert_int_eq(d->next(d, t, &m, 0, NULL, &state, &out), STEP_DONE);
		ck_assert_msg(out.outcome == OUTCOME_DEAD && strcmp(out.code, cases[i].code) == 0,
			      "%s: %s %s", cases[i].text, out.code, out.detail);
	}
	m = a_message(repeated(t, "[", 9000));
	ck_assert_int_eq(d->next(d, t, &m, 0, NULL, &state, &out), STEP_DONE);
	ck_assert_str_eq(out.code, "bad_subscription");
	m = a_message(subscription(t, ENDPOINT));
	m.title = repeated(t, "x", 4000);
	ck_assert_int_eq(d->next(d, t, &m, 0, NULL, &state, &out), STEP_DONE);
	ck_assert_int_eq(out.outcome, OUTCOME_REFUSED);
	talloc_free(t);
}
END_TEST

/* Plain http is for a counterpart on this machine, and only where the setting says so. */
START_TEST(test_plain)
{
	void *t = talloc_new(NULL), *state;
	struct driver *d = driver_of(t, true);
	struct message m = a_message(subscription(t, "http://127.0.0.1:8030/x"));
	struct step_out out;

	ck_assert_int_eq(d->next(d, t, &m, 0, NULL, &state, &out), STEP_TRANSFER);
	ck_assert(out.transfer.plain && !out.transfer.guarded && !out.transfer.http2);
	m = a_message(subscription(t, ENDPOINT));
	ck_assert_int_eq(d->next(d, t, &m, 0, NULL, &state, &out), STEP_TRANSFER);
	ck_assert(!out.transfer.plain && out.transfer.guarded);
	m = a_message(subscription(t, "http://push.example.net/x"));
	ck_assert_int_eq(d->next(d, t, &m, 0, NULL, &state, &out), STEP_DONE);
	ck_assert_str_eq(out.code, "bad_endpoint");
	m = a_message(subscription(t, "https://127.0.0.1:8443/x"));
	ck_assert_int_eq(d->next(d, t, &m, 0, NULL, &state, &out), STEP_DONE);
	ck_assert_str_eq(out.code, "bad_endpoint");
	talloc_free(t);
}
END_TEST

START_TEST(test_answers)
{
	static const struct {
		int status;
		const char *headers;
		enum outcome want;
		const char *code;
		int64_t wait;
	} cases[] = {
		{201, "Location: https://push.example.net/m/1\r\n", OUTCOME_ACCEPTED, "ok", 0},
		{200, "", OUTCOME_ACCEPTED, "ok", 0},
		{202, "", OUTCOME_ACCEPTED, "ok", 0},
		{404, "", OUTCOME_DEAD, "http_404", 0},
		{410, "", OUTCOME_DEAD, "http_410", 0},
		{413, "", OUTCOME_REFUSED, "http_413", 0},
		{429, "Retry-After: 30\r\n", OUTCOME_RETRY, "http_429", 30},
		{429, "", OUTCOME_RETRY, "http_429", 0},
		{500, "", OUTCOME_RETRY, "http_500", 0},
		{503, "Retry-After: 2\r\n", OUTCOME_RETRY, "http_503", 2},
		{400, "", OUTCOME_BROKEN, "http_400", 0},
		{401, "", OUTCOME_BROKEN, "http_401", 0},
		{403, "", OUTCOME_BROKEN, "http_403", 0},
		{302, "Location: http://127.0.0.1/\r\n", OUTCOME_BROKEN, "http_302", 0},
	};
	void *t = talloc_new(NULL), *state;
	struct driver *d = driver_of(t, false);
	struct message m = a_message(subscription(t, ENDPOINT));
	struct step_out out;
	struct answer a;
	const char *before;
	bool kept;
	size_t i;

	d->next(d, t, &m, 0, NULL, &state, &out);
	before = token_of(t, &out);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		a = an_answer(cases[i].status, cases[i].headers, "their words");
		ck_assert_int_eq(d->next(d, t, &m, 0, NULL, &state, &out), STEP_TRANSFER);
		/* 401 and 403 make the next token a fresh one */
		kept = i == 0 || (cases[i - 1].status != 401 && cases[i - 1].status != 403);
		ck_assert_msg((strcmp(token_of(t, &out), before) == 0) == kept, "%d", cases[i].status);
		before = token_of(t, &out);
		ck_assert_int_eq(d->next(d, t, &m, 1, &a, &state, &out), STEP_DONE);
		ck_assert_msg(out.outcome == cases[i].want && strcmp(out.code, cases[i].code) == 0 &&
				      out.retry_after == cases[i].wait * SECOND,
			      "%d: %d %s", cases[i].status, out.outcome, out.code);
		ck_assert_ptr_null(strstr(out.detail, "their words"));
	}
	a = (struct answer){.unknown = true, .error = "reset", .headers = "", .body = "", .now = NOW};
	d->next(d, t, &m, 0, NULL, &state, &out);
	d->next(d, t, &m, 1, &a, &state, &out);
	ck_assert_int_eq(out.outcome, OUTCOME_UNKNOWN);
	talloc_free(t);
}
END_TEST

START_TEST(test_settings)
{
	static const char *const subjects[] = {
		NULL, "", "ops@example.org", "mailto:ops", "mailto:a@b\r\nc", "https://"};
	void *t = talloc_new(NULL);
	const char *error;
	size_t i;

	for (i = 0; i < sizeof(subjects) / sizeof(subjects[0]); i++) {
		ck_assert_ptr_null(webpush_driver_new(
			t, &(struct webpush_settings){.key_file = "/dev/null", .subject = subjects[i]},
			&error));
		ck_assert_msg(strncmp(error, "subject:", 8) == 0, "%s", error);
	}
	ck_assert_ptr_null(webpush_driver_new(
		t, &(struct webpush_settings){.key_file = "/dev/null", .subject = "mailto:a@b"}, &error));
	ck_assert_str_eq(error, "/dev/null: is not an unencrypted private key in PEM");
	talloc_free(t);
}
END_TEST

UNIT_MAIN("webpush", test_known_answer, test_points, test_request, test_origins, test_bad_subscriptions,
	  test_plain, test_answers, test_settings)
