/*
 * test_smtp_talk.c - mails through SMTP sessions: what is said, and which reply decides
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/bytes.h"
#include "services/notification/smtp_talk.h"
#include "tests/unit/unit.h"

#define MAIL      "MAIL FROM:<b@shop.example>\r\n"
#define MAIL_SIZE "MAIL FROM:<b@shop.example> SIZE=%d\r\n"
#define RCPT      "RCPT TO:<ada@example.org>\r\n"
#define BODY      "A: b\r\n\r\n.dot\r\n..\r\nend\r\n"
#define STUFFED   "A: b\r\n\r\n..dot\r\n...\r\nend\r\n.\r\n"
#define GOOD      "250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n354 Go ahead\r\n"

/* said: all that went out; each reply is given only once everything before it is out. */
static const struct {
	bool pipelining, reset;
	const char *replies, *said;
	enum talk_state state;
	struct talk_result want;
	const char *why;
} talks[] = {
	{true,
	 false,
	 GOOD "250 2.0.0 queued as 7\r\n",
	 MAIL RCPT "DATA\r\n" STUFFED,
	 TALK_ENDED,
	 {250, "250 2.0.0 queued as 7\r\n", true, false, false},
	 "a mail"},
	{false,
	 false,
	 GOOD "250 2.0.0 queued as 7\r\n",
	 MAIL RCPT "DATA\r\n" STUFFED,
	 TALK_ENDED,
	 {250, "250 2.0.0 queued as 7\r\n", true, false, false},
	 "step by step"},
	{true,
	 true,
	 "250 2.0.0 Ok\r\n" GOOD "250 Ok\r\n",
	 "RSET\r\n" MAIL RCPT "DATA\r\n" STUFFED,
	 TALK_ENDED,
	 {250, "250 Ok\r\n", true, false, false},
	 "after one that was left open"},
	{false,
	 true,
	 "250\r\n" GOOD "250 Ok\r\n",
	 "RSET\r\n" MAIL RCPT "DATA\r\n" STUFFED,
	 TALK_ENDED,
	 {250, "250 Ok\r\n", true, false, false},
	 "the same, step by step"},
	{true,
	 false,
	 GOOD "550-5.7.1 first\r\n550 5.7.1 second\r\n",
	 MAIL RCPT "DATA\r\n" STUFFED,
	 TALK_ENDED,
	 {550, "550-5.7.1 first\r\n550 5.7.1 second\r\n", true, false, false},
	 "refused at its end, on two lines"},
	{true,
	 false,
	 "250 Ok\r\n550 5.1.1 Who?\r\n503 5.5.1 Need RCPT\r\n",
	 MAIL RCPT "DATA\r\n",
	 TALK_ENDED,
	 {550, "550 5.1.1 Who?\r\n", false, true, false},
	 "a recipient that is not there decides, not what follows from it"},
	{true,
	 false,
	 "250 Ok\r\n451 4.2.0 Later\r\n354 Go\r\n554 5.5.1 No recipients\r\n",
	 MAIL RCPT "DATA\r\n.\r\n",
	 TALK_ENDED,
	 {451, "451 4.2.0 Later\r\n", false, false, false},
	 "a server that wants a mail for nobody gets an empty one"},
	{false,
	 false,
	 "250 Ok\r\n550 5.1.1 Who?\r\n",
	 MAIL RCPT,
	 TALK_ENDED,
	 {550, "550 5.1.1 Who?\r\n", false, true, false},
	 "step by step nothing follows it"},
	{true,
	 false,
	 "452 4.3.1 Full\r\n503 no\r\n503 no\r\n",
	 MAIL RCPT "DATA\r\n",
	 TALK_ENDED,
	 {452, "452 4.3.1 Full\r\n", false, true, false},
	 "the sender is refused"},
	{true,
	 false,
	 "421 4.3.2 Shutting down\r\n",
	 MAIL RCPT "DATA\r\n",
	 TALK_ENDED,
	 {421, "421 4.3.2 Shutting down\r\n", false, true, true},
	 "the server goes away"},
	{true,
	 false,
	 GOOD "421 4.4.2 Too slow\r\n",
	 MAIL RCPT "DATA\r\n" STUFFED,
	 TALK_ENDED,
	 {421, "421 4.4.2 Too slow\r\n", true, false, true},
	 "with the mail in its hands"},
	{true,
	 false,
	 GOOD "250 Ok\r\n421 Bye\r\n",
	 MAIL RCPT "DATA\r\n" STUFFED,
	 TALK_ENDED,
	 {250, "250 Ok\r\n", true, false, true},
	 "a farewell behind the reply"},
	{true,
	 false,
	 "250 Ok\r\n250 Ok\r\n451 4.3.0 Not now\r\n",
	 MAIL RCPT "DATA\r\n",
	 TALK_ENDED,
	 {451, "451 4.3.0 Not now\r\n", false, true, false},
	 "DATA refused"},
	{true,
	 false,
	 GOOD,
	 MAIL RCPT "DATA\r\n" STUFFED,
	 TALK_GOES_ON,
	 {0, "", true, false, false},
	 "no reply: it may have been taken"},
	{true,
	 false,
	 "250 Ok\r\n",
	 MAIL RCPT "DATA\r\n",
	 TALK_GOES_ON,
	 {0, "", false, false, false},
	 "no reply, and nothing was given to take"},
	{true,
	 false,
	 "HTTP/1.1 400 Bad Request\r\n",
	 MAIL RCPT "DATA\r\n",
	 TALK_SENSELESS,
	 {0, "", false, false, false},
	 "another protocol"},
	{true,
	 false,
	 "99 Ok\r\n",
	 MAIL RCPT "DATA\r\n",
	 TALK_SENSELESS,
	 {0, "", false, false, false},
	 "too short a code"},
	{true,
	 false,
	 "999 Ok\r\n",
	 MAIL RCPT "DATA\r\n",
	 TALK_SENSELESS,
	 {0, "", false, false, false},
	 "too high a code"},
	{true,
	 false,
	 "250Ok\r\n",
	 MAIL RCPT "DATA\r\n",
	 TALK_SENSELESS,
	 {0, "", false, false, false},
	 "no space behind it"},
	{true,
	 true,
	 "500 What?\r\n",
	 "RSET\r\n" MAIL RCPT "DATA\r\n",
	 TALK_SENSELESS,
	 {0, "", false, false, false},
	 "a server without RSET"},
};

/* So much of it may come before the mail is out. */
static size_t before_the_mail(const char *replies)
{
	const char *go = strstr(replies, "354");

	return go ? (size_t)(strchr(go, '\n') + 1 - replies) : strlen(replies);
}

/* Gives the replies in pieces of so many bytes and writes down what went out, `at_once` bytes at a time. */
static enum talk_state play(struct smtp_talk *t, const char *replies, size_t piece, size_t at_once,
			    struct bytes *said)
{
	enum talk_state state = TALK_GOES_ON;
	size_t length, left = strlen(replies), n;
	const char *out;

	for (;;) {
		while (out = smtp_talk_out(t, &length), length > 0) {
			n = length < at_once ? length : at_once;
			bytes_put(said, out, n);
			smtp_talk_sent(t, n);
		}
		if (left == 0 || state != TALK_GOES_ON)
			return state;
		n = before_the_mail(replies);
		n = n < piece ? n : piece;
		state = smtp_talk_in(t, replies, n);
		replies += n;
		left -= n;
	}
}

START_TEST(replies_decide)
{
	static const size_t pieces[] = {1, 7, 4096};
	struct transfer mail = {.mail_from = "b@shop.example",
				.recipient = "ada@example.org",
				.body = BODY,
				.length = sizeof(BODY) - 1};
	size_t i, k;

	for (i = 0; i < sizeof(talks) / sizeof(talks[0]); i++)
		for (k = 0; k < 3; k++) {
			void *parent = talloc_new(NULL);
			struct smtp_extensions listed = {.pipelining = talks[i].pipelining};
			struct smtp_talk *t = smtp_talk_new(parent, &mail, &listed, talks[i].reset);
			struct bytes *said = bytes_new(parent);
			const struct talk_result *got = smtp_talk_result(t), *want = &talks[i].want;
			/* Step by step no reply comes before its question. */
			size_t piece = talks[i].pipelining || pieces[k] < 7 ? pieces[k] : 7;

			ck_assert_msg(play(t, talks[i].replies, piece, pieces[k], said) == talks[i].state,
				      "%s", talks[i].why);
			ck_assert_msg(strcmp(said->data, talks[i].said) == 0, "%s: got %s", talks[i].why,
				      said->data);
			ck_assert_msg(got->status == want->status && strcmp(got->lines, want->lines) == 0,
				      "%s: got %d %s", talks[i].why, got->status, got->lines);
			ck_assert_msg(got->whole == want->whole && got->open == want->open,
				      "%s: whole %d, open %d", talks[i].why, got->whole, got->open);
			/* A farewell that comes later is met by the session. */
			ck_assert_msg(got->closing == want->closing || pieces[k] < 4096, "%s: closing %d",
				      talks[i].why, got->closing);
			talloc_free(parent);
		}
}
END_TEST

START_TEST(a_mail_is_stuffed_and_ended)
{
	static const struct {
		const char *mail, *want, *why;
	} cases[] = {
		{".", "..\r\n.\r\n", "a dot alone, without an end of line"},
		{"", "\r\n.\r\n", "nothing"},
		{"a\r\n.\r\n.\r\n..\r\n", "a\r\n..\r\n..\r\n...\r\n.\r\n", "dots one after the other"},
		{"a\n.b\r\n", "a\n.b\r\n.\r\n", "a bare line feed begins no line"},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		void *parent = talloc_new(NULL);
		struct transfer mail = {.mail_from = "b@shop.example",
					.recipient = "ada@example.org",
					.body = cases[i].mail,
					.length = strlen(cases[i].mail)};
		struct smtp_extensions listed = {.size = true};
		struct smtp_talk *t = smtp_talk_new(parent, &mail, &listed, false);
		struct bytes *said = bytes_new(parent);
		const char *want = talloc_asprintf(parent, MAIL_SIZE RCPT "DATA\r\n%s", (int)mail.length,
						   cases[i].want);

		play(t, GOOD, 4096, 4096, said);
		ck_assert_msg(strcmp(said->data, want) == 0, "%s: got %s", cases[i].why, said->data);
		talloc_free(parent);
	}
}
END_TEST

/* The server refuses a mail of which only a part is out: what follows would stand in the middle of it. */
START_TEST(an_early_reply_ends_the_session)
{
	void *parent = talloc_new(NULL);
	struct transfer mail = {.mail_from = "b@shop.example",
				.recipient = "ada@example.org",
				.body = BODY,
				.length = sizeof(BODY) - 1};
	struct smtp_extensions listed = {.pipelining = true};
	struct smtp_talk *t = smtp_talk_new(parent, &mail, &listed, false);
	const struct talk_result *got = smtp_talk_result(t);

	smtp_talk_sent(t, strlen(MAIL RCPT "DATA\r\n"));
	ck_assert(smtp_talk_in(t, GOOD, strlen(GOOD)) == TALK_GOES_ON);
	smtp_talk_sent(t, 4);
	ck_assert(smtp_talk_in(t, "552 5.3.4 Too big\r\n", 19) == TALK_ENDED);
	ck_assert(got->status == 552 && !got->whole && got->closing);
	talloc_free(parent);
}
END_TEST

/* A server that never ends its line, or its reply, gets no memory for it. */
START_TEST(endless_replies_end)
{
	void *parent = talloc_new(NULL);
	struct transfer mail = {
		.mail_from = "b@shop.example", .recipient = "ada@example.org", .body = "", .length = 0};
	struct smtp_extensions listed = {.pipelining = true};
	struct smtp_talk *t = smtp_talk_new(parent, &mail, &listed, false);
	size_t i;

	for (i = 0; i < 100000 && smtp_talk_in(t, "2", 1) == TALK_GOES_ON; i++)
		;
	ck_assert_uint_lt(i, 5000);
	t = smtp_talk_new(parent, &mail, &listed, false);
	for (i = 0; i < 100000 && smtp_talk_in(t, "250-more\r\n", 10) == TALK_GOES_ON; i++)
		;
	ck_assert_uint_lt(i, 5000);
	talloc_free(parent);
}
END_TEST

START_TEST(extensions_are_read)
{
	static const struct {
		const char *lines;
		bool pipelining, size;
		const char *why;
	} cases[] = {
		{"220 hi\r\n250-mx\r\n250-SIZE 100\r\n250 PIPELINING\r\n", true, true, "both"},
		{"220 hi\r\n250-mx\r\n250-size\r\n250 pipelining\r\n235 ok\r\n", true, true, "in lower case"},
		{"220 hi\r\n250-mx\r\n250-PIPELINING\r\n250 STARTTLS\r\n220 go\r\n250-mx\r\n250 AUTH "
		 "PLAIN\r\n",
		 false, false, "what was listed before TLS may have been put in by anybody"},
		{"220 hi\r\n250 mx PIPELINING\r\n", false, false, "a greeting is no keyword"},
		{"220 hi\r\n250-mx\r\n250 PIPELININGS\r\n", false, false, "nor is a longer word"},
		{"", false, false, "nothing"},
		{"250", false, false, "half a line"},
	};
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct smtp_extensions got = smtp_extensions_read(cases[i].lines);

		ck_assert_msg(got.pipelining == cases[i].pipelining && got.size == cases[i].size,
			      "%s: got %d %d", cases[i].why, got.pipelining, got.size);
	}
}
END_TEST

UNIT_MAIN("smtp_talk", replies_decide, a_mail_is_stuffed_and_ended, an_early_reply_ends_the_session,
	  endless_replies_end, extensions_are_read)
