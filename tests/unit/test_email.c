/*
 * test_email.c - settings of the e-mail driver, what replies mean, and addresses that prove themselves
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/email.h"
#include "services/notification/smtp_reply.h"
#include "services/notification/notification_id.h"
#include "services/notification/verp.h"
#include "tests/unit/unit.h"

#define ID     "01JDABCDEFGHJKMNPQRSTVWXYZ"
#define SECRET "a secret of the tests"

static struct email_settings good(void)
{
	return (struct email_settings){.name = "relay",
				       .url = "smtp://relay.example.com:587",
				       .from = "shop@example.com",
				       .domain = "example.com",
				       .bounce_domain = "bounce.example.com",
				       .verp_secret = SECRET};
}

static const struct {
	size_t offset;
	const char *value, *want; /* want: how the fault begins; NULL = fine */
} settings[] = {
#define AT(member) offsetof(struct email_settings, member)
	{AT(url), "smtps://relay.example.com", NULL},
	{AT(url), "smtp://[2001:db8::1]:25", NULL},
	{AT(url), "", "url"},
	{AT(url), "http://relay.example.com", "url"},
	{AT(url), "smtp://", "url"},
	{AT(url), "smtp://user@relay.example.com", "url"},
	{AT(url), "smtp://relay.example.com/path", "url"},
	{AT(url), "smtp://relay.example.com:0", "url"},
	{AT(url), "smtp://relay.example.com:65536", "url"},
	{AT(url), "smtp://relay.example.com:99999999999999999999", "url"},
	{AT(url), "smtp://relay.example.com:-1", "url"},
	{AT(url), "smtp://relay.example.com:", "url"},
	{AT(url), "smtp://[::1", "url"},
	{AT(url), "smtp://relay\r\n.example.com", "url"},
	{AT(name), "", "name"},
	{AT(user), "u", "password"},
	{AT(password), "p", "password"},
	{AT(from), "Shop <shop@example.com>", "from"},
	{AT(from), "", "from"},
	{AT(from_name), "a\nb", "from_name"},
	{AT(reply_to), "x", "reply_to"},
	{AT(domain), "", "domain"},
	{AT(bounce_domain), "-", "bounce_domain"},
	{AT(bounce_domain), "", NULL},
	{AT(verp_secret), "short", "verp_secret"},
	{AT(dkim_key), "/nonexistent", "dkim_key"},
	{AT(dkim_selector), "s", "dkim_key"},
	{AT(list_id), "news letter", "list_id"},
#undef AT
};

START_TEST(settings_are_judged_by_name)
{
	void *scratch = talloc_new(NULL);
	size_t i;

	for (i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		struct email_settings s = good();
		const char *error = NULL;
		struct driver *d;

		*(const char **)(void *)((char *)&s + settings[i].offset) = settings[i].value;
		d = email_driver_new(scratch, &s, &error);
		ck_assert_msg((d != NULL) == (settings[i].want == NULL), "%s: %s", settings[i].value, error);
		ck_assert_msg(d || strncmp(error, settings[i].want, strlen(settings[i].want)) == 0, "%s: %s",
			      settings[i].value, error);
	}
	talloc_free(scratch);
}
END_TEST

START_TEST(no_tls_on_the_loopback_only)
{
	static const struct {
		const char *url;
		bool want;
	} cases[] = {
		{"smtp://127.0.0.1:25", true},       {"smtp://localhost", true},
		{"smtp://[::1]:25", true},           {"smtp://127.9.9.9", true},
		{"smtp://relay.example.com", false}, {"smtp://127.0.0.1.example.com", false},
		{"smtp://localhost.example", false}, {"smtps://127.0.0.1", false},
		{"smtp://10.0.0.1", false},
	};
	void *scratch = talloc_new(NULL);
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct email_settings s = good();
		const char *error = NULL;

		s.url = cases[i].url;
		s.plain = true;
		ck_assert_msg((email_driver_new(scratch, &s, &error) != NULL) == cases[i].want, "%s: %s",
			      s.url, error);
	}
	talloc_free(scratch);
}
END_TEST

static const struct {
	bool transported, unknown;
	int status;
	const char *lines;
	enum outcome want;
	const char *code, *detail;
} replies[] = {
	{true, false, 250, "250 2.0.0 Ok: queued as 4F1A2\r\n", OUTCOME_ACCEPTED, "smtp_250",
	 "Ok: queued as 4F1A2"},
	{false, false, 451, "250 ok\r\n451 4.7.1 Greylisted\r\n", OUTCOME_RETRY, "smtp_451",
	 "4.7.1 Greylisted"},
	{false, false, 454, "454 4.7.0 Temporary authentication failure\r\n", OUTCOME_RETRY, "smtp_454",
	 NULL},
	{false, false, 550, "550 5.1.1 <m@example.org>: unknown\r\n", OUTCOME_DEAD, "smtp_550",
	 "5.1.1 <(recipient)>: unknown"},
	{false, false, 550, "550-5.1.1 The account\r\n550 5.1.1 does not exist M@EXAMPLE.ORG\r\n221 Bye\r\n",
	 OUTCOME_DEAD, "smtp_550", "5.1.1 does not exist (recipient)"},
	{false, false, 550, "550 #5.1.2 no host\r\n", OUTCOME_DEAD, "smtp_550", NULL},
	{false, false, 556, "556 5.1.10 null MX\r\n", OUTCOME_DEAD, "smtp_556", NULL},
	{false, false, 553, "553 5.1.3 syntax\r\n", OUTCOME_DEAD, "smtp_553", NULL},
	{false, false, 551, "551 5.1.6 moved\r\n", OUTCOME_DEAD, "smtp_551", NULL},
	{false, false, 550, "550 5.2.1 disabled\r\n", OUTCOME_DEAD, "smtp_550", NULL},
	{false, false, 552, "552 5.2.2 full\r\n", OUTCOME_REFUSED, "smtp_552", NULL},
	{false, false, 552, "552 5.3.4 too big\r\n", OUTCOME_REFUSED, "smtp_552", NULL},
	{false, false, 552, "552 too big\r\n", OUTCOME_REFUSED, "smtp_552", NULL},
	{false, false, 550, "550 no such user, or a policy\r\n", OUTCOME_REFUSED, "smtp_550", NULL},
	{false, false, 550, "550 4.1.1 classes differ\r\n", OUTCOME_REFUSED, "smtp_550", NULL},
	{false, false, 550, "550 5.1.1.1 an address\r\n", OUTCOME_REFUSED, "smtp_550", NULL},
	{false, false, 554, "554 5.7.1 spam\r\n", OUTCOME_REFUSED, "smtp_554", NULL},
	{false, false, 554, "554 5.7.1 <m@example.org>: Relay access denied\r\n", OUTCOME_BROKEN, "smtp_554",
	 NULL},
	{false, false, 550, "550 5.7.26 unauthenticated mail\r\n", OUTCOME_BROKEN, "smtp_550", NULL},
	{false, false, 550, "550 5.7.515 sender requirements\r\n", OUTCOME_BROKEN, "smtp_550", NULL},
	{false, false, 550, "550 5.1.8 bad sender\r\n", OUTCOME_BROKEN, "smtp_550", NULL},
	{false, false, 535, "535 5.7.8 no\r\n", OUTCOME_BROKEN, "smtp_535", NULL},
	{false, false, 535, "535 5.1.1 no\r\n", OUTCOME_BROKEN, "smtp_535", NULL},
	{false, false, 530, "530 Must issue STARTTLS\r\n", OUTCOME_BROKEN, "smtp_530", NULL},
	{false, false, 538, NULL, OUTCOME_BROKEN, "smtp_538", NULL},
	{false, false, 502, "502 5.5.1 no\r\n", OUTCOME_BROKEN, "smtp_502", NULL},
	{false, false, 550, "550 5.99999.1 x\r\n", OUTCOME_REFUSED, "smtp_550", NULL},
	{false, false, 0, "", OUTCOME_RETRY, "smtp_not_reached", "words of libcurl"},
	{false, false, 220, "220 hello\r\n", OUTCOME_RETRY, "smtp_not_reached", NULL},
	{false, false, 354, "354 go\r\n", OUTCOME_UNKNOWN, "smtp_no_reply", NULL},
	{false, true, 250, "250 ok\r\n", OUTCOME_UNKNOWN, "smtp_no_reply", NULL},
	{true, false, 0, NULL, OUTCOME_UNKNOWN, "smtp_no_reply", NULL},
};

static struct message message(void)
{
	return (struct message){.notification_id = ID,
				.priority = PRIORITY_BULK,
				.address = "m@example.org",
				.title = "t",
				.text = "x",
				.unsubscribe = "",
				.now = 1764000000 * SECOND};
}

START_TEST(replies_are_judged)
{
	void *scratch = talloc_new(NULL);
	struct email_settings s = good();
	const char *error = NULL;
	struct driver *d = email_driver_new(scratch, &s, &error);
	struct message m = message();
	size_t i;

	for (i = 0; i < sizeof(replies) / sizeof(replies[0]); i++) {
		struct answer a = {.transported = replies[i].transported,
				   .unknown = replies[i].unknown,
				   .status = replies[i].status,
				   .headers = replies[i].lines,
				   .error = "words of libcurl"};
		struct step_out out;
		void *state = NULL;

		ck_assert_int_eq(d->next(d, scratch, &m, 1, &a, &state, &out), STEP_DONE);
		ck_assert_msg(out.outcome == replies[i].want, "%zu: got %d, want %d", i, out.outcome,
			      replies[i].want);
		ck_assert_str_eq(out.code, replies[i].code);
		if (replies[i].detail)
			ck_assert_str_eq(out.detail, replies[i].detail);
		ck_assert_str_eq(out.provider_ref, i == 0 ? "4F1A2" : "");
	}
	talloc_free(scratch);
}
END_TEST

START_TEST(a_bad_message_is_judged_before_it_is_sent)
{
	void *scratch = talloc_new(NULL);
	struct email_settings s = good();
	const char *error = NULL;
	struct driver *d = email_driver_new(scratch, &s, &error);
	struct message m = message();
	struct step_out out;
	void *state = NULL;

	ck_assert_int_eq(d->next(d, scratch, &m, 0, NULL, &state, &out), STEP_TRANSFER);
	ck_assert_str_eq(out.transfer.url, "smtp://relay.example.com:587/example.com");
	ck_assert(!out.transfer.plain);
	m.address = "m";
	ck_assert_int_eq(d->next(d, scratch, &m, 0, NULL, &state, &out), STEP_DONE);
	ck_assert_int_eq(out.outcome, OUTCOME_DEAD);
	m = message();
	m.title = "a\nb";
	ck_assert_int_eq(d->next(d, scratch, &m, 0, NULL, &state, &out), STEP_DONE);
	ck_assert_int_eq(out.outcome, OUTCOME_REFUSED);
	ck_assert_str_eq(out.detail, "Subject: has a line break");
	m = message();
	m.notification_id = "x";
	ck_assert_int_eq(d->next(d, scratch, &m, 0, NULL, &state, &out), STEP_DONE);
	ck_assert_int_eq(out.outcome, OUTCOME_REFUSED);
	talloc_free(scratch);
}
END_TEST

START_TEST(an_address_proves_its_notification)
{
	void *scratch = talloc_new(NULL);
	const char *domain = "bounce.example.com";
	char *address = talloc_strdup(scratch, verp_make(scratch, VERP_BOUNCE, ID, SECRET, domain)), *c;
	enum verp_purpose purpose;
	size_t i;

	ck_assert_uint_le(strcspn(address, "@"), 64);
	ck_assert_str_eq(verp_read(scratch, address, SECRET, domain, &purpose), ID);
	ck_assert_int_eq(purpose, VERP_BOUNCE);
	ck_assert_ptr_null(verp_read(scratch, address, "another secret", domain, &purpose));
	ck_assert_ptr_null(verp_read(scratch, address, SECRET, "example.com", &purpose));
	for (i = 0; address[i] != '@'; i++) { /* any other character anywhere */
		char was = address[i];

		address[i] = was == 'c' ? 'd' : 'c';
		ck_assert_msg(verp_read(scratch, address, SECRET, domain, &purpose) == NULL, "%zu", i);
		address[i] = was;
	}
	for (c = address; *c; c++)
		*c = *c >= 'a' && *c <= 'z' ? (char)(*c - 32) : *c;
	ck_assert_str_eq(verp_read(scratch, address, SECRET, domain, &purpose), ID);
	ck_assert_ptr_null(verp_read(scratch, talloc_asprintf(scratch, "unsubscribe+%s", address + 2), SECRET,
				     domain, &purpose));
	ck_assert_str_eq(verp_read(scratch, verp_make(scratch, VERP_UNSUBSCRIBE, ID, SECRET, domain), SECRET,
				   domain, &purpose),
			 ID);
	ck_assert_int_eq(purpose, VERP_UNSUBSCRIBE);
	ck_assert(notification_id_valid("7ZZZZZZZZZZZZZZZZZZZZZZZZZ") &&
		  !notification_id_valid("8ZZZZZZZZZZZZZZZZZZZZZZZZZ"));
	ck_assert(!notification_id_valid("01jdabcdefghjkmnpqrstvwxyz") &&
		  !notification_id_valid("01JDABCDEFGHJKMNPQRSTVWXYU") && !notification_id_valid(""));
	ck_assert_ptr_null(verp_make(scratch, VERP_BOUNCE, "x", SECRET, domain));
	talloc_free(scratch);
}
END_TEST

UNIT_MAIN("email", settings_are_judged_by_name, no_tls_on_the_loopback_only, replies_are_judged,
	  a_bad_message_is_judged_before_it_is_sent, an_address_proves_its_notification)
