/*
 * test_apns.c - APNs: the provider token's age, headers, payload, reasons
 */
#include "services/notification/apns.h"
#include "tests/unit/push_kit.h"

#define DEVICE "00fc13adff785122b4ad28809a3420982341241421348097878e577c991de8f0"
#define MINUTE (60 * SECOND)

static EVP_PKEY *ec;

static struct driver *driver_of(void *t)
{
	const char *path, *error;
	struct driver *d;

	ec = ec ? ec : EVP_EC_gen("P-256");
	path = file_of(t, pem_of(t, ec));
	d = apns_driver_new(t,
			    &(struct apns_settings){.key_file = path,
						    .key_id = "ABC123DEFG",
						    .team_id = "DEF123GHIJ",
						    .topic = "com.example.shop"},
			    &error);
	unlink(path);
	ck_assert_msg(d != NULL, "%s", error);
	return d;
}

static const char *token_of(const struct step_out *out)
{
	return sent_header(out, "authorization") + strlen("bearer ");
}

START_TEST(test_request)
{
	static const char extra[] = "{\"data\":{\"badge\":\"gold\",\"n\":7}}";
	void *t = talloc_new(NULL), *state;
	struct driver *d = driver_of(t);
	struct message m = a_message(DEVICE);
	struct step_out out;
	const struct json *j, *alert;
	const char *fault, *first;

	m.extra = json_parse(t, extra, strlen(extra), &fault);
	m.expires = NOW + 90 * SECOND;
	ck_assert_int_eq(d->next(d, t, &m, 0, NULL, &state, &out), STEP_TRANSFER);
	ck_assert_str_eq(out.transfer.url, "https://api.push.apple.com/3/device/" DEVICE);
	ck_assert(out.transfer.http2 && !out.transfer.plain && !out.transfer.guarded);
	first = token_of(&out);
	ck_assert(token_good(t, first, ec));
	ck_assert_str_eq(json_get_text(token_json(t, first, 0), "alg", ""), "ES256");
	ck_assert_str_eq(json_get_text(token_json(t, first, 0), "kid", ""), "ABC123DEFG");
	ck_assert_str_eq(json_get_text(token_json(t, first, 1), "iss", ""), "DEF123GHIJ");
	ck_assert_int_eq(json_get_integer(token_json(t, first, 1), "iat", 0), NOW / SECOND);
	ck_assert_str_eq(sent_header(&out, "apns-topic"), "com.example.shop");
	ck_assert_str_eq(sent_header(&out, "apns-push-type"), "alert");
	/* the ULID's 128 bits */
	ck_assert_str_eq(sent_header(&out, "apns-id"), "01935e0f-ffff-45fd-b370-7414c3a260b5");
	ck_assert_str_eq(sent_header(&out, "apns-collapse-id"), NOTIFICATION);
	ck_assert_str_eq(sent_header(&out, "apns-expiration"), "1794800090");
	ck_assert_str_eq(sent_header(&out, "apns-priority"), "10");
	j = json_parse(t, out.transfer.body, out.transfer.length, &fault);
	alert = json_get(json_get(j, "aps"), "alert");
	ck_assert_str_eq(json_get_text(alert, "title", ""), "Well done");
	ck_assert_str_eq(json_get_text(alert, "body", ""), "Ten visits");
	ck_assert_str_eq(json_get_text(j, "link", ""), "https://example.org/m");
	ck_assert_uint_eq(json_get(j, "data")->count, 1);
	m.priority = PRIORITY_BULK;
	m.collapse_key = "points";
	m.attempt = 2;
	m.expires = INSTANT_MAX;
	m.text = repeated(t, "\xc3\xa9", 5000);
	d->next(d, t, &m, 0, NULL, &state, &out);
	ck_assert_str_eq(sent_header(&out, "apns-id"), "01935e0f-ffff-45fd-b370-7414c3a260b5");
	ck_assert_str_eq(sent_header(&out, "apns-collapse-id"), "points");
	ck_assert_str_eq(sent_header(&out, "apns-priority"), "5");
	ck_assert_str_eq(sent_header(&out, "apns-expiration"), "1797219200"); /* 28 days */
	ck_assert_uint_le(out.transfer.length, 4096);
	ck_assert_uint_gt(out.transfer.length, 4090);
	talloc_free(t);
}
END_TEST

START_TEST(test_token_is_renewed_in_time)
{
	void *t = talloc_new(NULL), *state;
	struct driver *d = driver_of(t);
	struct message m = a_message(DEVICE);
	struct step_out out;
	const char *first;

	d->next(d, t, &m, 0, NULL, &state, &out);
	first = token_of(&out);
	m.now = NOW + 50 * MINUTE - 1;
	d->next(d, t, &m, 0, NULL, &state, &out);
	ck_assert_str_eq(token_of(&out), first);
	m.now = NOW - 30 * SECOND; /* a clock that was set back a little */
	d->next(d, t, &m, 0, NULL, &state, &out);
	ck_assert_str_eq(token_of(&out), first);
	m.now = NOW + 50 * MINUTE;
	d->next(d, t, &m, 0, NULL, &state, &out);
	ck_assert_str_ne(token_of(&out), first);
	ck_assert_int_eq(json_get_integer(token_json(t, token_of(&out), 1), "iat", 0), NOW / SECOND + 3000);
	m.now = NOW; /* and far back */
	d->next(d, t, &m, 0, NULL, &state, &out);
	ck_assert_int_eq(json_get_integer(token_json(t, token_of(&out), 1), "iat", 0), NOW / SECOND);
	talloc_free(t);
}
END_TEST

START_TEST(test_token_that_apple_calls_expired)
{
	void *t = talloc_new(NULL), *first = NULL, *second = NULL;
	struct driver *d = driver_of(t);
	struct message m = a_message(DEVICE);
	struct answer a = an_answer(403, "", "{\"reason\":\"ExpiredProviderToken\"}");
	struct step_out out;
	const char *old, *renewed;

	d->next(d, t, &m, 0, NULL, &first, &out);
	old = token_of(&out);
	d->next(d, t, &m, 0, NULL, &second, &out);
	a.now = NOW + 20 * MINUTE;
	ck_assert_int_eq(d->next(d, t, &m, 1, &a, &first, &out), STEP_TRANSFER);
	renewed = token_of(&out);
	ck_assert_str_ne(renewed, old);
	ck_assert_int_eq(d->next(d, t, &m, 1, &a, &second, &out), STEP_TRANSFER); /* not renewed twice */
	ck_assert_str_eq(token_of(&out), renewed);
	ck_assert_int_eq(d->next(d, t, &m, 2, &a, &first, &out), STEP_DONE);
	ck_assert_int_eq(out.outcome, OUTCOME_BROKEN);
	m.now = NOW + 21 * MINUTE; /* a minute old: not expired, and not to be renewed */
	a.now = m.now;
	d->next(d, t, &m, 0, NULL, &first, &out);
	ck_assert_str_eq(token_of(&out), renewed);
	ck_assert_int_eq(d->next(d, t, &m, 1, &a, &first, &out), STEP_DONE);
	ck_assert_int_eq(out.outcome, OUTCOME_BROKEN);
	ck_assert_str_eq(out.code, "ExpiredProviderToken");
	talloc_free(t);
}
END_TEST

START_TEST(test_answers)
{
	static const struct {
		int status;
		const char *headers, *body;
		enum outcome want;
		const char *code;
		int64_t wait;
	} cases[] = {
		{200, "", "", OUTCOME_ACCEPTED, "ok", 0},
		{410, "", "{\"reason\":\"Unregistered\",\"timestamp\":1794700000000}", OUTCOME_DEAD,
		 "Unregistered", 0},
		{410, "", "{\"reason\":\"ExpiredToken\"}", OUTCOME_DEAD, "ExpiredToken", 0},
		{410, "", "", OUTCOME_DEAD, "http_410", 0},
		{400, "", "{\"reason\":\"BadDeviceToken\"}", OUTCOME_DEAD, "BadDeviceToken", 0},
		{400, "", "{\"reason\":\"DeviceTokenNotForTopic\"}", OUTCOME_DEAD, "DeviceTokenNotForTopic",
		 0},
		{400, "", "{\"reason\":\"BadCollapseId\"}", OUTCOME_REFUSED, "BadCollapseId", 0},
		{400, "", "{\"reason\":\"a\\u0007\"}", OUTCOME_REFUSED, "http_400", 0},
		{413, "", "{\"reason\":\"PayloadTooLarge\"}", OUTCOME_REFUSED, "PayloadTooLarge", 0},
		{403, "", "{\"reason\":\"InvalidProviderToken\"}", OUTCOME_BROKEN, "InvalidProviderToken", 0},
		{404, "", "{\"reason\":\"BadPath\"}", OUTCOME_BROKEN, "BadPath", 0},
		{405, "", "", OUTCOME_BROKEN, "http_405", 0},
		{429, "retry-after: 9\r\n", "{\"reason\":\"TooManyRequests\"}", OUTCOME_RETRY,
		 "TooManyRequests", 9},
		{429, "", "{\"reason\":\"TooManyProviderTokenUpdates\"}", OUTCOME_RETRY,
		 "TooManyProviderTokenUpdates", 0},
		{500, "", "{\"reason\":\"InternalServerError\"}", OUTCOME_RETRY, "InternalServerError", 0},
		{503, "", "{\"reason\":\"Shutdown\"}", OUTCOME_RETRY, "Shutdown", 0},
		{302, "", "", OUTCOME_BROKEN, "http_302", 0},
	};
	void *t = talloc_new(NULL), *state;
	struct driver *d = driver_of(t);
	struct message m = a_message(DEVICE);
	struct step_out out;
	struct answer a;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		a = an_answer(cases[i].status, cases[i].headers, cases[i].body);
		ck_assert_int_eq(d->next(d, t, &m, 0, NULL, &state, &out), STEP_TRANSFER);
		ck_assert_int_eq(d->next(d, t, &m, 1, &a, &state, &out), STEP_DONE);
		ck_assert_msg(out.outcome == cases[i].want && strcmp(out.code, cases[i].code) == 0 &&
				      out.retry_after == cases[i].wait * SECOND,
			      "%d %s: %d %s", cases[i].status, cases[i].body, out.outcome, out.code);
		if (i == 0)
			ck_assert_str_eq(out.provider_ref, "01935e0f-ffff-45fd-b370-7414c3a260b5");
		if (i == 1)
			ck_assert_str_eq(out.detail,
					 "APNs answered 410 Unregistered, since 2026-11-14T23:46:40Z");
	}
	a = (struct answer){.unknown = true, .error = "reset", .headers = "", .body = "", .now = NOW};
	d->next(d, t, &m, 0, NULL, &state, &out);
	d->next(d, t, &m, 1, &a, &state, &out);
	ck_assert_int_eq(out.outcome, OUTCOME_UNKNOWN);
	talloc_free(t);
}
END_TEST

START_TEST(test_what_cannot_be_sent)
{
	static const char *const addresses[] = {"",           "00",          DEVICE "0",
						DEVICE "/..", DEVICE "\r\n", "zz" DEVICE};
	void *t = talloc_new(NULL), *state;
	struct driver *d = driver_of(t);
	struct message m;
	struct step_out out;
	size_t i;

	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		m = a_message(addresses[i]);
		ck_assert_int_eq(d->next(d, t, &m, 0, NULL, &state, &out), STEP_DONE);
		ck_assert_int_eq(out.outcome, OUTCOME_DEAD);
		ck_assert_str_eq(out.code, "bad_address");
	}
	m = a_message(DEVICE);
	m.title = repeated(t, "x", 5000);
	ck_assert_int_eq(d->next(d, t, &m, 0, NULL, &state, &out), STEP_DONE);
	ck_assert_int_eq(out.outcome, OUTCOME_REFUSED);
	m = a_message(DEVICE);
	m.notification_id = "x";
	ck_assert_int_eq(d->next(d, t, &m, 0, NULL, &state, &out), STEP_DONE);
	ck_assert_int_eq(out.outcome, OUTCOME_REFUSED);
	talloc_free(t);
}
END_TEST

START_TEST(test_settings)
{
	static const struct {
		struct apns_settings s;
		const char *why;
	} cases[] = {
		{{0}, "key_id: is not"},
		{{.key_id = "a\r\nb"}, "key_id: is not"},
		{{.key_id = "a", .team_id = ""}, "team_id: is not"},
		{{.key_id = "a", .team_id = "b", .topic = "c d"}, "topic: is not"},
		{{.key_id = "a", .team_id = "b", .topic = "c", .base_url = "http://127.0.0.1"}, "apns_url"},
		{{.key_id = "a", .team_id = "b", .topic = "c", .key_file = "/nonexistent"}, "No such file"},
		{{.key_id = "a", .team_id = "b", .topic = "c", .key_file = "/dev/null"},
		 "is not an unencrypted"},
	};
	void *t = talloc_new(NULL);
	const char *error;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ck_assert_ptr_null(apns_driver_new(t, &cases[i].s, &error));
		ck_assert_msg(strstr(error, cases[i].why) != NULL, "%s", error);
	}
	talloc_free(t);
}
END_TEST

UNIT_MAIN("apns", test_request, test_token_is_renewed_in_time, test_token_that_apple_calls_expired,
	  test_answers, test_what_cannot_be_sent, test_settings)
