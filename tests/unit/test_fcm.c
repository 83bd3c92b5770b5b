/*
 * test_fcm.c - FCM: the access token, the message, what Google's answers mean
 */
#include <stdio.h>

#include "services/notification/fcm.h"
#include "tests/unit/push_kit.h"

#define TOKEN "{\"access_token\":\"ya29.one\",\"expires_in\":3599,\"token_type\":\"Bearer\"}"
#define ERROR(code, status)                                                                  \
	"{\"error\":{\"code\":400,\"message\":\"m\",\"status\":\"" status "\",\"details\":[" \
	"{\"@type\":\"type.googleapis.com/google.rpc.Other\",\"errorCode\":\"NO\"},"         \
	"{\"@type\":\"type.googleapis.com/google.firebase.fcm.v1.FcmError\",\"errorCode\":\"" code "\"}]}}"

static EVP_PKEY *rsa;

static const char *account_text(void *t, const char *project, const char *key)
{
	struct json_writer *w = json_writer_new(t);

	json_open_object(w, NULL);
	json_put_text(w, "type", "service_account");
	json_put_text(w, "project_id", project);
	json_put_text(w, "private_key_id", "key-1");
	json_put_text(w, "private_key", key);
	json_put_text(w, "client_email", "a@p.iam.gserviceaccount.com");
	json_put_text(w, "token_uri", "https://oauth2.googleapis.com/token");
	json_close(w);
	return json_text(w, NULL);
}

static struct driver *driver_of(void *t)
{
	const char *path, *error;
	struct driver *d;

	rsa = rsa ? rsa : EVP_RSA_gen(2048);
	path = file_of(t, account_text(t, "shop-1", pem_of(t, rsa)));
	d = fcm_driver_new(t, &(struct fcm_settings){.account_file = path}, &error);
	unlink(path);
	ck_assert_msg(d != NULL, "%s", error);
	return d;
}

/* The step that follows an answer; NULL: the first. */
static enum step go(struct driver *d, void *t, const struct message *m, int at, const struct answer *a,
		    void **state, struct step_out *out)
{
	return d->next(d, t, m, at, a, state, out);
}

static const struct json *sent(void *t, const struct step_out *out)
{
	const char *fault;
	const struct json *j = json_parse(t, out->transfer.body, out->transfer.length, &fault);

	ck_assert_msg(j != NULL, "%s", fault);
	ck_assert_uint_le(out->transfer.length, 4096);
	return json_get(j, "message");
}

/* Takes a delivery to the transfer of the message. */
static const struct json *message_sent(struct driver *d, void *t, const struct message *m)
{
	struct answer token = an_answer(200, "", TOKEN);
	struct step_out out;
	void *state = NULL;

	ck_assert_int_eq(go(d, t, m, 0, NULL, &state, &out), STEP_TRANSFER);
	if (strstr(out.transfer.url, "/token"))
		ck_assert_int_eq(go(d, t, m, 1, &token, &state, &out), STEP_TRANSFER);
	return sent(t, &out);
}

START_TEST(test_token_is_fetched_and_kept)
{
	void *t = talloc_new(NULL), *state = NULL;
	struct driver *d = driver_of(t);
	struct message m = a_message("device-1");
	struct answer a = an_answer(200, "", TOKEN);
	struct step_out out;
	const struct json *claims;
	const char *assertion;

	ck_assert_int_eq(go(d, t, &m, 0, NULL, &state, &out), STEP_TRANSFER);
	ck_assert_str_eq(out.transfer.url, "https://oauth2.googleapis.com/token");
	ck_assert(!out.transfer.plain && !out.transfer.guarded && out.transfer.http2);
	assertion = strstr(out.transfer.body, "&assertion=") + strlen("&assertion=");
	ck_assert(token_good(t, assertion, rsa));
	ck_assert_str_eq(json_get_text(token_json(t, assertion, 0), "kid", ""), "key-1");
	claims = token_json(t, assertion, 1);
	ck_assert_str_eq(json_get_text(claims, "iss", ""), "a@p.iam.gserviceaccount.com");
	ck_assert_str_eq(json_get_text(claims, "aud", ""), "https://oauth2.googleapis.com/token");
	ck_assert_int_eq(json_get_integer(claims, "iat", 0), NOW / SECOND);
	ck_assert_int_eq(json_get_integer(claims, "exp", 0), NOW / SECOND + 3600);
	ck_assert_int_eq(go(d, t, &m, 1, &a, &state, &out), STEP_TRANSFER);
	ck_assert_str_eq(out.transfer.url, "https://fcm.googleapis.com/v1/projects/shop-1/messages:send");
	ck_assert_str_eq(sent_header(&out, "Authorization"), "Bearer ya29.one");
	a = an_answer(200, "", "{\"name\":\"projects/shop-1/messages/7\"}");
	ck_assert_int_eq(go(d, t, &m, 2, &a, &state, &out), STEP_DONE);
	ck_assert_int_eq(out.outcome, OUTCOME_ACCEPTED);
	ck_assert_str_eq(out.provider_ref, "projects/shop-1/messages/7");
	m.now = NOW + (3599 - 61) * SECOND; /* until a minute before its end */
	go(d, t, &m, 0, NULL, &state, &out);
	ck_assert_ptr_nonnull(strstr(out.transfer.url, "messages:send"));
	m.now = NOW + (3599 - 60) * SECOND;
	go(d, t, &m, 0, NULL, &state, &out);
	ck_assert_ptr_nonnull(strstr(out.transfer.url, "/token"));
	talloc_free(t);
}
END_TEST

/* Two deliveries were sent with the token that ended: one fetches the next, the other uses it. */
START_TEST(test_token_that_ended)
{
	void *t = talloc_new(NULL), *first = NULL, *second = NULL;
	struct driver *d = driver_of(t);
	struct message m = a_message("device-1");
	struct answer token = an_answer(200, "", TOKEN), refused;
	struct step_out out;

	refused = an_answer(401, "", "{\"error\":{\"code\":401,\"status\":\"UNAUTHENTICATED\"}}");
	message_sent(d, t, &m);
	go(d, t, &m, 0, NULL, &first, &out);
	go(d, t, &m, 0, NULL, &second, &out);
	ck_assert_int_eq(go(d, t, &m, 1, &refused, &first, &out), STEP_TRANSFER);
	ck_assert_ptr_nonnull(strstr(out.transfer.url, "/token"));
	token.body = "{\"access_token\":\"ya29.two\"}";
	token.length = strlen(token.body);
	ck_assert_int_eq(go(d, t, &m, 2, &token, &first, &out), STEP_TRANSFER);
	ck_assert_str_eq(sent_header(&out, "Authorization"), "Bearer ya29.two");
	ck_assert_int_eq(go(d, t, &m, 1, &refused, &second, &out), STEP_TRANSFER);
	ck_assert_str_eq(sent_header(&out, "Authorization"), "Bearer ya29.two");
	ck_assert_int_eq(go(d, t, &m, 2, &refused, &second, &out), STEP_DONE); /* once is enough */
	ck_assert_int_eq(out.outcome, OUTCOME_BROKEN);
	ck_assert_str_eq(out.code, "UNAUTHENTICATED");
	talloc_free(t);
}
END_TEST

START_TEST(test_token_answers)
{
	static const struct {
		int status;
		const char *headers, *body;
		enum outcome want;
		const char *code;
		int64_t wait;
	} cases[] = {
		{400, "", "{\"error\":\"invalid_grant\"}", OUTCOME_BROKEN, "invalid_grant", 0},
		{401, "", "{\"error\":\"invalid_client\"}", OUTCOME_BROKEN, "invalid_client", 0},
		{404, "", "", OUTCOME_BROKEN, "http_404", 0},
		{503, "", "", OUTCOME_RETRY, "http_503", 10},
		{429, "Retry-After: 7\r\n", "{}", OUTCOME_RETRY, "http_429", 7},
		{200, "", "{}", OUTCOME_RETRY, "unreadable", 0},
		{200, "", "<html>", OUTCOME_RETRY, "unreadable", 0},
		{200, "", "{\"access_token\":\"a\\r\\nX: y\"}", OUTCOME_RETRY, "unreadable", 0},
		{400, "", "{\"error\":\"a\\nb\"}", OUTCOME_BROKEN, "http_400", 0},
	};
	void *t = talloc_new(NULL), *state;
	struct driver *d = driver_of(t);
	struct message m = a_message("device-1");
	struct step_out out;
	struct answer a;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		a = an_answer(cases[i].status, cases[i].headers, cases[i].body);
		go(d, t, &m, 0, NULL, &state, &out);
		ck_assert_int_eq(go(d, t, &m, 1, &a, &state, &out), STEP_DONE);
		ck_assert_msg(out.outcome == cases[i].want && strcmp(out.code, cases[i].code) == 0 &&
				      out.retry_after == cases[i].wait * SECOND,
			      "%s: %d %s", cases[i].body, out.outcome, out.code);
	}
	a = (struct answer){.unknown = true, .error = "reset", .headers = "", .body = "", .now = NOW};
	go(d, t, &m, 0, NULL, &state, &out);
	go(d, t, &m, 1, &a, &state, &out);
	ck_assert_int_eq(out.outcome, OUTCOME_RETRY); /* no message was on its way */
	talloc_free(t);
}
END_TEST

START_TEST(test_send_answers)
{
	static const struct {
		int status;
		const char *headers, *body;
		enum outcome want;
		const char *code;
		int64_t wait;
	} cases[] = {
		{404, "", ERROR("UNREGISTERED", "NOT_FOUND"), OUTCOME_DEAD, "UNREGISTERED", 0},
		{404, "", "{\"error\":{\"status\":\"NOT_FOUND\"}}", OUTCOME_BROKEN, "NOT_FOUND", 0},
		{404, "", "<html>", OUTCOME_BROKEN, "http_404", 0},
		{400, "", ERROR("INVALID_ARGUMENT", "INVALID_ARGUMENT"), OUTCOME_REFUSED, "INVALID_ARGUMENT",
		 0},
		{400, "", "", OUTCOME_REFUSED, "http_400", 0},
		{403, "", ERROR("SENDER_ID_MISMATCH", "PERMISSION_DENIED"), OUTCOME_BROKEN,
		 "SENDER_ID_MISMATCH", 0},
		{401, "", ERROR("THIRD_PARTY_AUTH_ERROR", "UNAUTHENTICATED"), OUTCOME_BROKEN,
		 "THIRD_PARTY_AUTH_ERROR", 0},
		{429, "", ERROR("QUOTA_EXCEEDED", "RESOURCE_EXHAUSTED"), OUTCOME_RETRY, "QUOTA_EXCEEDED", 60},
		{429, "retry-after: 5\r\n", ERROR("QUOTA_EXCEEDED", "RESOURCE_EXHAUSTED"), OUTCOME_RETRY,
		 "QUOTA_EXCEEDED", 5},
		{503, "", ERROR("UNAVAILABLE", "UNAVAILABLE"), OUTCOME_RETRY, "UNAVAILABLE", 10},
		{500, "Retry-After: 3\r\n", ERROR("INTERNAL", "INTERNAL"), OUTCOME_RETRY, "INTERNAL", 3},
		{502, "", "", OUTCOME_RETRY, "http_502", 10},
		{500, "", ERROR("SOMETHING_NEW", "SOMETHING_NEW"), OUTCOME_RETRY, "SOMETHING_NEW", 10},
		{403, "", ERROR("bad\\nword", "PERMISSION_DENIED"), OUTCOME_BROKEN, "PERMISSION_DENIED", 0},
		{302, "", "", OUTCOME_BROKEN, "http_302", 0},
		{200, "", "", OUTCOME_UNKNOWN, "unreadable", 0},
		{200, "", "{\"name\":7}", OUTCOME_UNKNOWN, "unreadable", 0},
		{200, "", "{\"name\":\"a\\u0007b\"}", OUTCOME_UNKNOWN, "unreadable", 0},
	};
	void *t = talloc_new(NULL), *state;
	struct driver *d = driver_of(t);
	struct message m = a_message("device-1");
	struct step_out out;
	struct answer a;
	size_t i;

	message_sent(d, t, &m);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		a = an_answer(cases[i].status, cases[i].headers, cases[i].body);
		ck_assert_int_eq(go(d, t, &m, 0, NULL, &state, &out), STEP_TRANSFER);
		ck_assert_int_eq(go(d, t, &m, 1, &a, &state, &out), STEP_DONE);
		ck_assert_msg(out.outcome == cases[i].want && strcmp(out.code, cases[i].code) == 0 &&
				      out.retry_after == cases[i].wait * SECOND,
			      "%d %s: %d %s", cases[i].status, cases[i].body, out.outcome, out.code);
	}
	a = (struct answer){.unknown = true, .error = "reset", .headers = "", .body = "", .now = NOW};
	go(d, t, &m, 0, NULL, &state, &out);
	go(d, t, &m, 1, &a, &state, &out);
	ck_assert_int_eq(out.outcome, OUTCOME_UNKNOWN);
	talloc_free(t);
}
END_TEST

START_TEST(test_message)
{
	static const char extra[] =
		"{\"data\":{\"badge\":\"gold\",\"n\":7,\"link\":\"https://evil\",\"google.x\":\"y\","
		"\"from\":\"z\"}}";
	void *t = talloc_new(NULL);
	struct driver *d = driver_of(t);
	struct message m = a_message("device-1");
	const struct json *j, *data, *android;
	const char *fault;

	m.extra = json_parse(t, extra, strlen(extra), &fault);
	m.expires = NOW + 90 * SECOND;
	j = message_sent(d, t, &m);
	ck_assert_str_eq(json_get_text(j, "token", ""), "device-1");
	ck_assert_str_eq(json_get_text(json_get(j, "notification"), "title", ""), "Well done");
	ck_assert_str_eq(json_get_text(json_get(j, "notification"), "body", ""), "Ten visits");
	data = json_get(j, "data");
	ck_assert_uint_eq(data->count, 4);
	ck_assert_str_eq(json_get_text(data, "notification_id", ""), NOTIFICATION);
	ck_assert_str_eq(json_get_text(data, "link", ""), "https://example.org/m");
	ck_assert_str_eq(json_get_text(data, "category", ""), "milestones");
	ck_assert_str_eq(json_get_text(data, "badge", ""), "gold");
	android = json_get(j, "android");
	ck_assert_str_eq(json_get_text(android, "priority", ""), "HIGH");
	ck_assert_str_eq(json_get_text(android, "ttl", ""), "90s");
	ck_assert_ptr_null(json_get(android, "collapse_key"));
	ck_assert_str_eq(json_get_text(json_get(android, "notification"), "tag", ""), NOTIFICATION);
	m.priority = PRIORITY_BULK;
	m.collapse_key = "points";
	m.expires = INSTANT_MAX;
	j = message_sent(d, t, &m);
	android = json_get(j, "android");
	ck_assert_str_eq(json_get_text(android, "priority", ""), "NORMAL");
	ck_assert_str_eq(json_get_text(android, "ttl", ""), "2419200s");
	ck_assert_str_eq(json_get_text(android, "collapse_key", ""), "points");
	ck_assert_str_eq(json_get_text(json_get(android, "notification"), "tag", ""), "points");
	ck_assert_str_eq(json_get_text(json_get(json_get(j, "apns"), "headers"), "apns-collapse-id", ""),
			 "points");
	ck_assert_str_eq(json_get_text(json_get(json_get(j, "webpush"), "headers"), "Urgency", ""), "low");
	m.text = repeated(t, "\xf0\x9f\x8e\x89", 5000);
	message_sent(d, t, &m); /* checks the length */
	talloc_free(t);
}
END_TEST

START_TEST(test_messages_and_addresses_that_cannot_be)
{
	static const char *const addresses[] = {"", "a b", "a\r\nb", "\xc3\xa9"};
	void *t = talloc_new(NULL), *state;
	struct driver *d = driver_of(t);
	struct message m = a_message("device-1");
	struct step_out out;
	size_t i;

	m.title = repeated(t, "x", 5000);
	ck_assert_int_eq(go(d, t, &m, 0, NULL, &state, &out), STEP_DONE);
	ck_assert_int_eq(out.outcome, OUTCOME_REFUSED);
	ck_assert_str_eq(out.code, "bad_message");
	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		m = a_message(addresses[i]);
		ck_assert_int_eq(go(d, t, &m, 0, NULL, &state, &out), STEP_DONE);
		ck_assert_int_eq(out.outcome, OUTCOME_DEAD);
		ck_assert_str_eq(out.code, "bad_address");
	}
	m = a_message(repeated(t, "x", 5000));
	ck_assert_int_eq(go(d, t, &m, 0, NULL, &state, &out), STEP_DONE);
	talloc_free(t);
}
END_TEST

START_TEST(test_settings)
{
	void *t = talloc_new(NULL);
	EVP_PKEY *ec = EVP_EC_gen("P-256");
	const char *pem, *error, *path;
	struct {
		const char *text, *why;
	} cases[] = {
		{"{}", "client_email is missing"},
		{"[]", "client_email is missing"},
		{"", "" /* the reader's words */},
		{NULL, "project_id is missing, or no project id"},
		{NULL, "private_key is no RSA key of 2048 bits or more in PEM"},
		{NULL, "private_key is no RSA key of 2048 bits or more in PEM"},
	};
	size_t i;

	pem = pem_of(t, ec);
	cases[3].text = account_text(t, "../../x", pem);
	cases[4].text = account_text(t, "shop-1", pem);
	cases[5].text = account_text(t, "shop-1", "");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		path = file_of(t, cases[i].text);
		ck_assert_ptr_null(fcm_driver_new(t, &(struct fcm_settings){.account_file = path}, &error));
		ck_assert_msg(strstr(error, path) && strstr(error, cases[i].why), "%s", error);
		unlink(path);
	}
	driver_of(t);
	path = file_of(t, account_text(t, "shop-1", pem_of(t, rsa)));
	ck_assert_ptr_null(fcm_driver_new(
		t, &(struct fcm_settings){.account_file = path, .base_url = "http://127.0.0.1:1"}, &error));
	ck_assert_ptr_nonnull(strstr(error, "fcm_url"));
	unlink(path);
	EVP_PKEY_free(ec);
	EVP_PKEY_free(rsa);
	talloc_free(t);
}
END_TEST

UNIT_MAIN("fcm", test_token_is_fetched_and_kept, test_token_that_ended, test_token_answers, test_send_answers,
	  test_message, test_messages_and_addresses_that_cannot_be, test_settings)
