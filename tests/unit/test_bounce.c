/*
 * test_bounce.c - mails that come back: what they say, and that no broken one does harm
 */
#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/bounce.h"
#include "services/notification/bounce_status.h"
#include "services/notification/bytes.h"
#include "services/notification/mime_read.h"
#include "services/notification/verp.h"
#include "tests/unit/unit.h"

#define ID     "01JDABCDEFGHJKMNPQRSTVWXYZ"
#define OTHER  "01JDABCDEFGHJKMNPQRSTVWXY0"
#define SECRET "a secret of the tests"
#define DOMAIN "bounce.example.com"

static const struct bounce_settings settings = {DOMAIN, SECRET, "example.com"};

#define REPORT "Content-Type: multipart/report; report-type=delivery-status;\n\tboundary=\"B/1\"\n\n"
#define WORDS  "preamble\n--B/1\nContent-Type: text/plain\n\nIt did not work: 5.7.1.\n\n"
#define STATUS "--B/1\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.net\n\n"
#define ORIGIN                                                         \
	"--B/1\nContent-Type: text/rfc822-headers\n\nMessage-ID: <" ID \
	"@example.com>\nTo: x@y.example\n\n--B/1--\n"

static const struct {
	const char *in, *why;
	size_t count;
	struct bounce want; /* the first one; NULL texts are not looked at */
} mails[] = {
	{REPORT WORDS STATUS
	 "Final-Recipient: rfc822; m@example.org\nAction: failed\nStatus: 5.1.1\n"
	 "Remote-MTA: dns; mx.example.org\nDiagnostic-Code: smtp; 550 5.1.1\n  no such user\n"
	 "Last-Attempt-Date: Thu, 26 Nov 2026 13:00:00 +0000\n\n" ORIGIN,
	 "a failure",
	 1,
	 {BOUNCE_FAILED, false, ID, "m@example.org", "5.1.1", "failed", "550 5.1.1  no such user",
	  "mx.example.net", "mx.example.org", "", "Thu, 26 Nov 2026 13:00:00 +0000"}},
	{REPORT WORDS STATUS
	 "Original-Recipient: rfc822;M@Example.org\nFinal-Recipient: rfc822; m@inner.example\n"
	 "Action: delayed\nStatus: 4.4.1 (no answer)\n\n" ORIGIN,
	 "a delay; the original recipient is ours",
	 1,
	 {BOUNCE_DELAYED, false, ID, "M@Example.org", "4.4.1", "delayed", "", "mx.example.net", "", NULL,
	  NULL}},
	{REPORT WORDS STATUS
	 "Final-Recipient: rfc822; a@example.org\nAction: relayed\nStatus: 2.0.0\n\n"
	 "Final-Recipient: rfc822; b@example.org\nAction: failed\nStatus: 5.2.2\n\n"
	 "Final-Recipient: rfc822; c@example.org\nAction: failed\nStatus: 5.2.1\n\n" ORIGIN,
	 "three recipients",
	 3,
	 {BOUNCE_DELIVERED, false, ID, "a@example.org", "2.0.0", "relayed", "", NULL, "", NULL, NULL}},
	{REPORT WORDS STATUS "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.0.0\n"
			     "Diagnostic-Code: smtp; 550-5.1.10 gone\n\n" ORIGIN,
	 "a status that says nothing, words that do",
	 1,
	 {BOUNCE_FAILED, false, ID, "a@example.org", "5.1.10", "failed", NULL, NULL, "", NULL, NULL}},
	{REPORT WORDS STATUS "Final-Recipient: rfc822; <a@example.org>\nStatus: 5.1.1\n\n" ORIGIN,
	 "no action",
	 1,
	 {BOUNCE_FAILED, false, ID, "a@example.org", "5.1.1", "", "", NULL, "", NULL, NULL}},
	{REPORT WORDS STATUS
	 "Final-Recipient: rfc822; a@example.org\nAction: delayed\nStatus: 5.1.1\n\n" ORIGIN,
	 "delayed is never dead",
	 1,
	 {BOUNCE_DELAYED, false, ID, "a@example.org", "5.1.1", NULL, "", NULL, "", NULL, NULL}},
	{REPORT WORDS "--B/1\nContent-Type: message/delivery-status\nContent-Transfer-Encoding: base64\n\n"
		      "UmVwb3J0aW5nLU1UQTogZG5zO2EuZXhhbXBsZQoKRmluYWwtUmVjaXBpZW50OiByZmM4MjI7YUBiLmV4\n"
		      "YW1wbGUKQWN0aW9uOiBmYWlsZWQKU3RhdHVzOiA1LjEuMgo=\n" ORIGIN,
	 "in base64",
	 1,
	 {BOUNCE_FAILED, false, ID, "a@b.example", "5.1.2", "failed", "", "a.example", "", NULL, NULL}},
	{REPORT WORDS
	 "--B/1  \nContent-Type: message/delivery-status\nContent-Transfer-Encoding: quoted-printable\n\n"
	 "Final-Recipient: rfc822=\n;a=40b.example\nAction: failed\nStatus: 5=2E1.3\n" ORIGIN,
	 "in quoted-printable, and no block about the report",
	 1,
	 {BOUNCE_FAILED, false, ID, "a@b.example", "5.1.3", "failed", "", "", "", NULL, NULL}},
	{REPORT STATUS "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1",
	 "cut off",
	 1,
	 {BOUNCE_FAILED, false, "", "a@example.org", "5.1.1", "failed", "", "mx.example.net", "", NULL,
	  NULL}},
	{REPORT STATUS "--B/1--\n",
	 "a report about nobody",
	 1,
	 {BOUNCE_OTHER, false, "", "", "", "", "", "mx.example.net", "", NULL, NULL}},
	{"Content-Type: multipart/mixed; boundary=A\n\n--A\n" REPORT WORDS STATUS
	 "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1\n\n" ORIGIN "--A--\n",
	 "a report inside of another mail",
	 1,
	 {BOUNCE_FAILED, false, ID, "a@example.org", "5.1.1", "failed", "", "mx.example.net", "", NULL,
	  NULL}},
	{"Content-Type: multipart/report; report-type=feedback-report; boundary=B/1\n\n" WORDS
	 "--B/1\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nUser-Agent: x/1\nVersion: 1\n"
	 "Original-Rcpt-To: <m@example.org>\nReporting-MTA: dns; fbl.example.net\n\n"
	 "--B/1\nContent-Type: message/rfc822\n\nFrom: a@example.com\nmessage-id: <" ID
	 "@EXAMPLE.com>\n\nhello\n--B/1--\n",
	 "a complaint",
	 1,
	 {BOUNCE_COMPLAINT, false, ID, "m@example.org", "", "abuse", "", "fbl.example.net", "", NULL, NULL}},
	{"Content-Type: multipart/report; report-type=feedback-report; boundary=B/1\n\n--B/1\n"
	 "Content-Type: message/feedback-report\n\nFeedback-Type: not-spam\n\n" ORIGIN,
	 "the contrary of one",
	 1,
	 {BOUNCE_OTHER, false, ID, "x@y.example", "", "not-spam", "", "", "", NULL, NULL}},
	{"Subject: Out of office\nAuto-Submitted: auto-replied\n\nBack on 5.1.2027\n",
	 "an automatic answer",
	 1,
	 {BOUNCE_OTHER, false, "", "", "", "", "", "", "", NULL, NULL}},
	{REPORT WORDS STATUS "Final-Recipient: rfc822; a@example.org\nAction: failed\nStatus: 5.1.1\n\n"
			     "--B/1\nContent-Type: message/rfc822\n\nMessage-ID: <" ID "@example.net>\n\n",
	 "somebody else's mail",
	 1,
	 {BOUNCE_FAILED, false, "", NULL, NULL, NULL, "", NULL, "", NULL, NULL}},
	{"", "nothing", 1, {BOUNCE_OTHER, false, "", "", "", "", "", "", "", NULL, NULL}},
};

static void same(const char *why, const char *what, const char *got, const char *want)
{
	ck_assert_msg(want == NULL || strcmp(got, want) == 0, "%s: %s is \"%s\", want \"%s\"", why, what, got,
		      want);
}

/* With LF, and with CRLF as it comes over LMTP. */
static char *with_crlf(const void *parent, const char *text)
{
	struct bytes *out = bytes_new(parent);

	for (; *text; text++)
		bytes_put(out, *text == '\n' ? "\r\n" : text, *text == '\n' ? 2 : 1);
	return out->data;
}

static void check_one(const void *parent, size_t i, const char *mail)
{
	const struct bounce *want = &mails[i].want, *got;
	struct bounces *found = bounce_read(parent, &settings, "b+x@" DOMAIN, mail, strlen(mail));
	const char *why = mails[i].why;

	ck_assert_msg(found->count == mails[i].count, "%s: %zu", why, found->count);
	got = found->list;
	same(why, "kind", bounce_kind_name(got->kind), bounce_kind_name(want->kind));
	ck_assert_msg(got->authentic == want->authentic, "%s: authentic", why);
	same(why, "notification", got->notification_id, want->notification_id);
	same(why, "recipient", got->recipient, want->recipient);
	same(why, "status", got->status, want->status);
	same(why, "action", got->action, want->action);
	same(why, "diagnostic", got->diagnostic, want->diagnostic);
	same(why, "reporting MTA", got->reporting_mta, want->reporting_mta);
	same(why, "remote MTA", got->remote_mta, want->remote_mta);
	same(why, "arrival", got->arrival, want->arrival);
	same(why, "last attempt", got->attempted, want->attempted);
}

START_TEST(what_mails_say)
{
	void *scratch = talloc_new(NULL);
	size_t i;

	for (i = 0; i < sizeof(mails) / sizeof(mails[0]); i++) {
		check_one(scratch, i, mails[i].in);
		check_one(scratch, i, with_crlf(scratch, mails[i].in));
	}
	talloc_free(scratch);
}
END_TEST

START_TEST(a_token_is_believed_and_a_message_id_is_not)
{
	void *scratch = talloc_new(NULL);
	const char *address = verp_make(scratch, VERP_BOUNCE, OTHER, SECRET, DOMAIN), *mail;
	struct bounces *found = bounce_read(scratch, &settings, address, mails[0].in, strlen(mails[0].in));

	ck_assert_str_eq(found->list->notification_id, OTHER);
	ck_assert(found->list->authentic);
	address = verp_make(scratch, VERP_BOUNCE, OTHER, "another secret ...", DOMAIN);
	found = bounce_read(scratch, &settings, address, mails[0].in, strlen(mails[0].in));
	ck_assert_str_eq(found->list->notification_id, ID);
	ck_assert(!found->list->authentic);
	address = verp_make(scratch, VERP_UNSUBSCRIBE, OTHER, SECRET, DOMAIN);
	found = bounce_read(scratch, &settings, address, "Subject: leave me\n\n", 19);
	ck_assert_int_eq(found->list->kind, BOUNCE_UNSUBSCRIBE);
	ck_assert_str_eq(found->list->notification_id, OTHER);
	/* A complaint comes to an address of its own; the token is the sender's. */
	mail = talloc_asprintf(scratch,
			       "Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: "
			       "message/feedback-report\n\nFeedback-Type: abuse\nOriginal-Mail-From: <%s>\n",
			       verp_make(scratch, VERP_BOUNCE, OTHER, SECRET, DOMAIN));
	found = bounce_read(scratch, &settings, "abuse@example.com", mail, strlen(mail));
	ck_assert_int_eq(found->list->kind, BOUNCE_COMPLAINT);
	ck_assert_str_eq(found->list->notification_id, OTHER);
	ck_assert(found->list->authentic);
	talloc_free(scratch);
}
END_TEST

START_TEST(limits)
{
	void *scratch = talloc_new(NULL);
	struct bytes *mail = bytes_new(scratch);
	struct bounces *found;
	int i;

	bytes_text(mail, REPORT STATUS);
	for (i = 0; i < 1000; i++)
		bytes_text(mail, "Final-Recipient: rfc822; a@example.org\nAction: failed\n\n");
	found = bounce_read(scratch, &settings, "x", mail->data, mail->length);
	ck_assert_uint_eq(found->count, BOUNCES_MAX);
	mail->length = 0;
	for (i = 0; i < 3000; i++) /* a multipart in a multipart in ... */
		bytes_print(mail, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i);
	ck_assert_ptr_nonnull(bounce_read(scratch, &settings, "x", mail->data, mail->length));
	mail->length = 0;
	bytes_text(mail, "Content-Type: multipart/report; boundary=b\n\n");
	while (mail->length < MIME_SIZE_MAX - 5)
		bytes_text(mail, "--b\n\n");
	ck_assert_ptr_nonnull(bounce_read(scratch, &settings, "x", mail->data, mail->length));
	mail->length = 0;
	bytes_text(mail, "X:");
	while (mail->length < MIME_SIZE_MAX)
		bytes_text(mail, "\n ");
	ck_assert_ptr_nonnull(bounce_read(scratch, &settings, "x", mail->data, mail->length));
	bytes_text(mail, "x");
	ck_assert_ptr_null(bounce_read(scratch, &settings, "x", mail->data, mail->length));
	talloc_free(scratch);
}
END_TEST

/* Whatever was done to a mail, what is told of it is bounded, printable as C text, and about a mail that was
 * named or proved. */
static void check_found(const struct bounces *found, bool proved)
{
	const struct bounce *b;
	size_t i, k;

	ck_assert(found && found->count >= 1 && found->count <= BOUNCES_MAX);
	for (i = 0; i < found->count; i++) {
		b = &found->list[i];
		const char *const texts[] = {b->notification_id, b->recipient,  b->status,
					     b->action,          b->diagnostic, b->reporting_mta,
					     b->remote_mta,      b->arrival,    b->attempted};

		ck_assert(b->kind < BOUNCE_KIND_COUNT && (!proved || strcmp(b->notification_id, OTHER) == 0));
		ck_assert(proved == b->authentic);
		for (k = 0; k < sizeof(texts) / sizeof(texts[0]); k++)
			ck_assert_uint_le(strlen(texts[k]), BOUNCE_TEXT_MAX);
		ck_assert_int_lt(bounce_meaning(b->status), BOUNCE_MEANING_COUNT);
	}
}

/* A mail with bytes changed, cut, doubled, and with a slice of another one in its middle. */
static struct bytes *mutated(const void *parent, GRand *r, int round)
{
	static const char odd[] = "\0\r\n;:\"=-<> \tA\xff";
	const int count = sizeof(mails) / sizeof(mails[0]) - 1; /* but for the empty one */
	const char *from = mails[g_rand_int_range(r, 0, count)].in, *other;
	struct bytes *mail = bytes_new(parent);
	size_t begin, end;
	int k;

	bytes_text(mail, from);
	if (round % 4 == 0) {
		other = mails[g_rand_int_range(r, 0, count)].in;
		begin = (size_t)g_rand_int_range(r, 0, (int)strlen(other));
		end = (size_t)g_rand_int_range(r, (int)begin, (int)strlen(other) + 1);
		mail->length = (size_t)g_rand_int_range(r, 0, (int)mail->length);
		bytes_put(mail, other + begin, end - begin);
		bytes_text(mail, from + mail->length % strlen(from));
	}
	for (k = g_rand_int_range(r, 0, 8); k > 0; k--)
		mail->data[g_rand_int_range(r, 0, (int)mail->length)] =
			odd[g_rand_int_range(r, 0, (int)sizeof(odd) - 1)];
	if (round % 3 == 0)
		mail->length = (size_t)g_rand_int_range(r, 0, (int)mail->length);
	if (round % 5 == 0)
		bytes_text(mail, from);
	return mail;
}

/* Something must come out, and under ASan nothing else. */
START_TEST(broken_mails)
{
	GRand *r = g_rand_new_with_seed(3464);
	const char *address = verp_make(NULL, VERP_BOUNCE, OTHER, SECRET, DOMAIN);
	int i;

	for (i = 0; i < 20000; i++) {
		void *scratch = talloc_new(NULL);
		struct bytes *mail = mutated(scratch, r, i);

		/* Exactly as long as it is, so that ASan sees a byte beyond. */
		check_found(bounce_read(scratch, &settings, i % 2 ? address : "x",
					talloc_memdup(scratch, mail->data, mail->length), mail->length),
			    i % 2);
		talloc_free(scratch);
	}
	talloc_free((char *)address);
	g_rand_free(r);
}
END_TEST

/* What a delivery that failed for good says of its address. */
static const struct {
	const char *status, *want, *why;
} statuses[] = {
	{"5.1.1", "dead", "no such mailbox"},
	{"5.1.2", "dead", "no such domain"},
	{"5.1.3", "dead", "it never was an address"},
	{"5.1.6", "dead", "moved away without an address"},
	{"5.1.10", "dead", "the domain takes no mail"},
	{"5.2.1", "dead", "mailbox disabled"},
	{"5.1.0", "passing", "something about the address, nobody knows what"},
	{"5.1.4", "passing", "ambiguous"},
	{"5.1.7", "refused", "our sender's syntax"},
	{"5.1.8", "refused", "our sender's domain"},
	{"5.2.0", "passing", "something about the mailbox"},
	{"5.2.2", "passing", "full, though it says for good"},
	{"5.2.3", "refused", "too long for this mailbox"},
	{"5.2.4", "passing", "a mailing list's trouble"},
	{"5.3.0", "passing", "the system's trouble"},
	{"5.3.2", "passing", "the system takes no mail now"},
	{"5.3.4", "refused", "too long for the system"},
	{"5.4.1", "passing", "Exchange Online's word for an unknown recipient and for its own faults"},
	{"5.4.4", "passing", "Postfix: the domain is not found"},
	{"5.4.6", "passing", "a loop"},
	{"5.4.7", "passing", "too old"},
	{"5.5.0", "passing", "undefined"},
	{"5.5.2", "refused", "our command's syntax"},
	{"5.6.1", "refused", "the content's type"},
	{"5.7.0", "refused", "policy"},
	{"5.7.1", "refused", "not allowed, or taken for spam"},
	{"5.7.26", "refused", "not authenticated"},
	{"5.7.515", "refused", "Outlook's rules for bulk senders"},
	{"5.7.606", "refused", "our network is on a list"},
	{"5.0.0", "passing", "no more than that it failed"},
	{"5.999.999", "passing", "not known"},
	{"4.2.2", "passing", "given up on a full mailbox"},
	{"4.4.7", "passing", "given up"},
	{"4.7.1", "passing", "given up on a greylist"},
	{"2.0.0", "passing", "not a failure's"},
	{"", "passing", "none"},
	{"5.1", "passing", "half of one"},
	{"550", "passing", "a reply code"},
};

START_TEST(what_a_failure_says_of_the_address)
{
	const char *got;
	size_t i;

	for (i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++) {
		got = bounce_meaning_name(bounce_meaning(statuses[i].status));
		ck_assert_msg(strcmp(got, statuses[i].want) == 0, "%s (%s): got %s, want %s",
			      statuses[i].status, statuses[i].why, got, statuses[i].want);
	}
}
END_TEST

static const struct {
	const char *in, *name, *want;
} parameters[] = {
	{"a/b; boundary=x", "boundary", "x"},
	{"a/b;BOUNDARY = \"x y\\\"z\" ; c=d", "boundary", "x y\"z"},
	{"a/b; x=\"; boundary=no\"; boundary=yes", "boundary", "yes"},
	{"a/b; xboundary=no", "boundary", NULL},
	{"a/b; boundary", "boundary", NULL},
	{"a/b; boundary=", "boundary", ""},
	{"a/b; boundary=\"unended", "boundary", "unended"},
	{"", "boundary", NULL},
};

START_TEST(parameters_of_a_value)
{
	void *scratch = talloc_new(NULL);
	const char *got;
	size_t i;

	for (i = 0; i < sizeof(parameters) / sizeof(parameters[0]); i++) {
		got = mime_parameter(scratch, parameters[i].in, parameters[i].name);
		ck_assert_msg((got == NULL) == (parameters[i].want == NULL), "%s", parameters[i].in);
		ck_assert_msg(got == NULL || strcmp(got, parameters[i].want) == 0, "%s: %s", parameters[i].in,
			      got);
	}
	talloc_free(scratch);
}
END_TEST

UNIT_MAIN("bounce", what_mails_say, what_a_failure_says_of_the_address,
	  a_token_is_believed_and_a_message_id_is_not, limits, broken_mails, parameters_of_a_value)
