/*
 * test_preferences.c - what a document of preferences may hold, how a patch changes it, what others see of it
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/preferences.h"
#include "tests/unit/unit.h"

static const struct json *read_json(void *t, const char *text)
{
	const char *error;
	const struct json *j = json_parse(t, text, strlen(text), &error);

	ck_assert_msg(j != NULL, "%s: %s", text, error);
	return j;
}

START_TEST(faults_name_their_place)
{
	static const struct {
		const char *document, *pointer, *says;
	} wrong[] = {
		{"[]", "", "object"},
		{"{\"opt_out\":true}", "/opt_out", "not a field"},
		{"{\"colour\":3}", "/colour", "not a field"},
		{"{\"global_opt_out\":1}", "/global_opt_out", "true or false"},
		{"{\"categories\":{\"Points!\":{}}}", "/categories/Points!", "code"},
		{"{\"categories\":{\"points\":{\"fax\":true}}}", "/categories/points/fax",
		 "email, push, slack"},
		{"{\"categories\":{\"points\":{\"email\":\"no\"}}}", "/categories/points/email",
		 "true or false"},
		{"{\"quiet_hours\":{\"from\":\"22:00\"}}", "/quiet_hours", "from and to"},
		{"{\"quiet_hours\":{\"from\":\"24:00\",\"to\":\"07:00\"}}", "/quiet_hours/from", "HH:MM"},
		{"{\"quiet_hours\":{\"from\":\"22:00\",\"to\":\"07:00\",\"time_zone\":\"../etc\"}}",
		 "/quiet_hours/time_zone", "IANA"},
		{"{\"frequency\":\"hourly\"}", "/frequency", "immediate, daily, weekly"},
		{"{\"locale\":\"en_GB\"}", "/locale", "language tag"},
		{"{\"addresses\":{\"email\":\"a@b\\r\\nBcc: x@y.example\"}}", "/addresses/email", ""},
		{"{\"addresses\":{\"email\":\"a…@example.org\"}}", "/addresses/email", ""},
		{"{\"addresses\":{\"push\":[{\"platform\":\"apns\",\"token\":\"xyz\"}]}}",
		 "/addresses/push/0", "hexadecimal"},
		{"{\"addresses\":{\"push\":[{\"platform\":\"pager\",\"token\":\"x\"}]}}", "/addresses/push/0",
		 "platform"},
		{"{\"addresses\":{\"push\":[{\"platform\":\"webpush\",\"token\":{\"endpoint\":\"https://"
		 "127.0.0.1/x\","
		 "\"keys\":{}}}]}}",
		 "/addresses/push/0", "subscription"},
		{"{\"addresses\":{\"slack\":\"C0123456789\"}}", "/addresses/slack", "direct conversation"},
		{"{\"addresses\":{\"push\":[{\"platform\":\"fcm\",\"token\":\"0123456789abcdef\"},"
		 "{\"platform\":\"fcm\",\"token\":\"0123456789abcdef\"}]}}",
		 "/addresses/push/1", "already"},
		{"{\"addresses\":{\"slack\":\"general\"}}", "/addresses/slack", "Slack"},
		{"{\"addresses\":{\"slack\":\"http://hooks.slack.com/services/T/B/x\"}}", "/addresses/slack",
		 "https"},
		{"{\"addresses\":{\"slack\":\"https://10.0.0.1/x\"}}", "/addresses/slack", "inner network"},
		{"{\"addresses\":{\"slack\":\"a@b@c\"}}", "/addresses/slack", ""},
		{"{\"addresses\":{\"fax\":\"1\"}}", "/addresses/fax", "email, push, slack"},
	};
	struct fault faults[PREFERENCES_FAULTS_MAX];
	void *t = talloc_new(NULL);
	size_t i, count;

	for (i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
		ck_assert(!preferences_check(t, read_json(t, wrong[i].document), faults, &count));
		ck_assert_msg(count == 1 && strcmp(faults[0].pointer, wrong[i].pointer) == 0 &&
				      strstr(faults[0].detail, wrong[i].says),
			      "%s: %zu, %s %s", wrong[i].document, count, faults[0].pointer,
			      faults[0].detail);
	}
	talloc_free(t);
}
END_TEST

START_TEST(whole_documents_pass)
{
	static const char *const good[] = {
		"{}",
		"{\"global_opt_out\":null,\"quiet_hours\":null,\"addresses\":{\"email\":null,\"push\":[]}}",
		"{\"categories\":{\"points\":{\"push\":false},\"my.own\":{\"email\":true}},\"frequency\":"
		"\"weekly\","
		"\"quiet_hours\":{\"from\":\"22:00\",\"to\":\"07:30\",\"time_zone\":\"Asia/"
		"Kathmandu\"},\"locale\":\"de-CH\","
		"\"addresses\":{\"email\":\"ann@example.org\",\"slack\":\"U024BE7LH\",\"push\":[{"
		"\"platform\":\"fcm\","
		"\"token\":\"dGhpcyBpcyBhIHRva2Vu\"}]},\"tracking_consent\":false,\"marketing_consent\":"
		"true}",
		"{\"addresses\":{\"slack\":\"ann@example.org\"}}",
		"{\"addresses\":{\"slack\":\"https://hooks.slack.com/services/T0/B0/secret\"}}",
	};
	struct fault faults[PREFERENCES_FAULTS_MAX];
	void *t = talloc_new(NULL);
	size_t i, count;

	for (i = 0; i < sizeof(good) / sizeof(*good); i++)
		ck_assert_msg(preferences_check(t, read_json(t, good[i]), faults, &count), "%s: %s %s",
			      good[i], faults[0].pointer, faults[0].detail);
	talloc_free(t);
}
END_TEST

/* The table of RFC 7396, appendix A, as far as both sides are objects. */
START_TEST(patches_merge)
{
	static const struct {
		const char *document, *patch, *result;
	} cases[] = {
		{"{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
		{"{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}"},
		{"{\"a\":\"b\"}", "{\"a\":null}", "{}"},
		{"{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}"},
		{"{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}"},
		{"{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}"},
		{"{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}", "{\"a\":{\"b\":\"d\"}}"},
		{"{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}"},
		{"{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}"},
		{"{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}"},
	};
	void *t = talloc_new(NULL);
	struct json_writer *w;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		w = json_writer_new(t);
		preferences_merge(w, read_json(t, cases[i].document), read_json(t, cases[i].patch));
		ck_assert_str_eq(json_text(w, NULL), cases[i].result);
	}
	talloc_free(t);
}
END_TEST

static const struct json *reply_of(void *t, const char *document, const char *profile, bool masked)
{
	struct json_writer *w = json_writer_new(t);

	preferences_put(w, t, read_json(t, document), read_json(t, profile), 7, 0, masked);
	return read_json(t, json_text(w, NULL));
}

START_TEST(document_goes_before_profile)
{
	static const char profile[] =
		"{\"email\":\"ann@example.org\",\"locale\":\"en-GB\",\"slack_user_id\":\"U024BE7LH\","
		"\"push_tokens\":[{\"platform\":\"fcm\",\"token\":\"0123456789abcdef\"}],"
		"\"consents\":{\"marketing\":true},\"time_zone\":\"Europe/London\"}";
	void *t = talloc_new(NULL);
	const struct json *r = reply_of(t, "{}", profile, false), *a = json_get(r, "addresses");

	ck_assert_str_eq(json_get_text(a, "email", ""), "ann@example.org");
	ck_assert_str_eq(json_get_text(r, "locale", ""), "en-GB");
	ck_assert(json_get_boolean(r, "marketing_consent", false) &&
		  !json_get_boolean(r, "tracking_consent", true));
	ck_assert_int_eq(json_get_integer(r, "version", 0), 7);
	r = reply_of(t,
		     "{\"addresses\":{\"email\":null,\"slack\":\"D0123456789\"},\"marketing_consent\":false}",
		     profile, false);
	a = json_get(r, "addresses");
	ck_assert_int_eq(json_get(a, "email")->kind, JSON_NULL);
	ck_assert_str_eq(json_get_text(a, "slack", ""), "D0123456789");
	ck_assert(!json_get_boolean(r, "marketing_consent", true));
	a = json_get(reply_of(t, "{}", profile, true), "addresses");
	ck_assert_str_eq(json_get_text(a, "email", ""), "a…@example.org");
	ck_assert_str_eq(json_get_text(json_get(a, "push")->first, "token", ""), "…cdef");
	ck_assert_str_eq(json_get_text(a, "slack", ""), "…");
	a = json_get(reply_of(t,
			      "{\"addresses\":{\"slack\":\"https://hooks.slack.com/services/T/B/secret\"}}",
			      profile, true),
		     "addresses");
	ck_assert_str_eq(json_get_text(a, "slack", ""), "…hooks.slack.com/…");
	a = json_get(reply_of(t, "{\"addresses\":{\"slack\":\"ann@example.org\"}}", profile, true),
		     "addresses");
	ck_assert_str_eq(json_get_text(a, "slack", ""), "a…@example.org");
	talloc_free(t);
}
END_TEST

UNIT_MAIN("preferences", faults_name_their_place, whole_documents_pass, patches_merge,
	  document_goes_before_profile)
