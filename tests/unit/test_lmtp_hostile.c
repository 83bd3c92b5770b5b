/*
 * test_lmtp_hostile.c - clients of the LMTP server that mean harm, or are out of their minds
 *
 * The conversation is fed by hand, without a socket: in any pieces, and with answers that come late.
 */
#include <glib.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/lmtp_session.h"
#include "services/notification/verp.h"
#include "tests/unit/unit.h"

#define TOKEN "agjvcmtgkpuxk2oyuxtoxgtz4aaaaaaaaaaaaaaaaa"
#define B     "b+" TOKEN "@bounce.example.com"
#define HELLO "LHLO x\r\n"
#define START HELLO "MAIL FROM:<>\r\nRCPT TO:<" B ">\r\n"

enum {
	SIZE_MAX_OF_MAIL = 2000,
	MEMORY_MAX = 512 * 1024 /* of a session, whatever it is told */
};

static const struct lmtp_settings settings = {.host = "h", .size_max = SIZE_MAX_OF_MAIL};

/* What became of a conversation. */
struct hall {
	struct lmtp_hooks hooks;
	struct lmtp_session *session;
	struct bytes *mails, *replies;
	struct lmtp_mail *waiting; /* where answers come late */
	bool late;
};

static bool is_ours(void *hall, const char *address)
{
	(void)hall;
	return verp_shaped(address, "bounce.example.com");
}

static void answer_all(struct lmtp_mail *m)
{
	enum lmtp_verdict verdicts[LMTP_RECIPIENTS_MAX] = {LMTP_TAKEN};

	lmtp_answer(m, verdicts);
}

static void take(void *hall, struct lmtp_mail *m)
{
	struct hall *h = hall;

	bytes_put(h->mails, m->body->data, m->body->length);
	bytes_text(h->mails, "|");
	if (h->late)
		h->waiting = talloc_steal(h, m);
	else
		answer_all(m);
}

static struct hall *hall_new(bool late)
{
	struct hall *h = talloc_zero(NULL, struct hall);

	h->hooks = (struct lmtp_hooks){h, is_ours, take};
	h->mails = bytes_new(h);
	h->replies = bytes_new(h);
	h->late = late;
	h->session = lmtp_session_new(h, &settings, &h->hooks);
	return h;
}

static void hear(struct hall *h)
{
	struct bytes *said = h->session->replies;

	bytes_put(h->replies, said->data, said->length);
	said->length = 0;
}

/* Says it in pieces of that size; replies are taken away as a socket would. How much was heard. */
static size_t say(struct hall *h, const char *text, size_t length, size_t piece)
{
	size_t at = 0, n, taken;

	while (at < length) {
		n = length - at < piece ? length - at : piece;
		taken = lmtp_session_take(h->session, text + at, n);
		at += taken;
		hear(h);
		ck_assert_msg(talloc_total_size(h->session) < MEMORY_MAX, "a session holds %zu bytes",
			      talloc_total_size(h->session));
		if (taken < n)
			break;
	}
	return at;
}

/* Each reply is three digits, a hyphen or a space, printable words, CRLF. */
static void check_replies(const char *replies, const char *why)
{
	const char *end, *c;

	for (; *replies; replies = end + 2) {
		end = strstr(replies, "\r\n");
		ck_assert_msg(end && end - replies >= 4 && strspn(replies, "0123456789") == 3 &&
				      strchr("- ", replies[3]),
			      "%s: %s", why, replies);
		for (c = replies; c < end; c++)
			ck_assert_msg(*c >= ' ' && *c <= '~', "%s: %s", why, replies);
	}
}

static void repeat(struct bytes *b, const char *text, size_t times)
{
	while (times-- > 0)
		bytes_text(b, text);
}

/* before, then part over and over, then after. */
static const struct {
	const char *before, *part;
	size_t times;
	const char *after;
	size_t mails;     /* that were handed over */
	const char *last; /* how the last reply begins */
	const char *why;
} floods[] = {
	{START, "RCPT TO:<" B ">\r\n", 20000, "", 0, "421 4.7.0 Too many errors", "recipients without end"},
	{HELLO "MAIL FROM:<>\r\n", "RCPT TO:<nobody@example.org>\r\n", 20000, "", 0, "421 4.7.0",
	 "recipients that are not ours"},
	{HELLO, "NOOP\r\n", 20000, "", 0, "421 4.7.0 Too many commands", "nothing, again and again"},
	{HELLO, "RSET\r\n", 20000, "", 0, "421 4.7.0 Too many commands", "resets"},
	{"", HELLO, 20000, "", 0, "421 4.7.0 Too many commands", "greetings"},
	{HELLO, "MAIL FROM:<a@example.org>\r\nRSET\r\n", 20000, "", 0, "421 4.7.0", "mails begun only"},
	{HELLO, "\r\n", 20000, "", 0, "421 4.7.0 Too many errors", "empty lines"},
	{HELLO, "x", 20000, "", 0, "500 5.5.2", "a line without end"},
	{HELLO, "\n", 20000, "", 0, "500 5.5.2", "line feeds alone"},
	{HELLO, "\r", 20000, "", 0, "500 5.5.2", "carriage returns alone"},
	{HELLO, "NO\xff\xfe\r\n", 1000, "", 0, "421 4.7.0", "eight bits in commands"},
	{START "DATA\r\n", "x", 300000, "\r\n.\r\nNOOP\r\n", 0, "250 2.0.0", "a mail that is one long line"},
	{START "DATA\r\n", "X-A: b\r\n", 10000, ".\r\nNOOP\r\n", 0, "250 2.0.0",
	 "ten thousand header lines, too large"},
	{START "DATA\r\n", "a:\r\n", 400, ".\r\nQUIT\r\n", 1, "221 2.0.0", "many header lines that fit"},
	{START "DATA\r\n", "..\r\n", 100000, ".\r\nNOOP\r\n", 0, "250 2.0.0", "dots"},
	{HELLO, "MAIL FROM:<>\r\nRCPT TO:<" B ">\r\nDATA\r\nx\r\n.\r\n", 1000, "QUIT\r\n", 1000, "221 2.0.0",
	 "a thousand mails at once, which is right"},
};

START_TEST(floods_end)
{
	static const size_t pieces[] = {1000000, 4096, 1021};
	const char *last;
	size_t i, k, at, mails;

	for (i = 0; i < sizeof(floods) / sizeof(floods[0]); i++)
		for (k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
			struct hall *h = hall_new(false);
			struct bytes *all = bytes_new(h);

			bytes_text(all, floods[i].before);
			repeat(all, floods[i].part, floods[i].times);
			bytes_text(all, floods[i].after);
			say(h, all->data, all->length, pieces[k]);
			check_replies(h->replies->data, floods[i].why);
			for (last = h->replies->data, at = 0; at + 2 < h->replies->length; at++)
				if (h->replies->data[at] == '\n')
					last = h->replies->data + at + 1;
			ck_assert_msg(strncmp(last, floods[i].last, strlen(floods[i].last)) == 0,
				      "%s: the last reply is %s", floods[i].why, last);
			for (mails = 0, at = 0; at < h->mails->length; at++)
				mails += h->mails->data[at] == '|';
			ck_assert_msg(mails == floods[i].mails, "%s: %zu mails", floods[i].why, mails);
			talloc_free(h);
		}
}
END_TEST

START_TEST(nul_bytes_in_commands_and_mails)
{
	static const char text[] = "LHLO x\r\nNOOP\0\r\nMAIL FROM:<>\r\nRCPT TO:<" B
				   "\0@example.org>\r\nRCPT TO:<" B ">\r\nDATA\r\na\0b\xff\r\n.\r\nQUIT\r\n";
	struct hall *h = hall_new(false);

	say(h, text, sizeof(text) - 1, 7);
	ck_assert_uint_eq(h->mails->length, 7);
	ck_assert_int_eq(memcmp(h->mails->data, "a\0b\xff\r\n|", 7), 0);
	ck_assert_ptr_nonnull(strstr(h->replies->data, "500 5.5.2 The line has a NUL byte\r\n250 2.1.0"));
	ck_assert_ptr_nonnull(strstr(h->replies->data, "500 5.5.2 The line has a NUL byte\r\n250 2.1.5"));
	talloc_free(h);
}
END_TEST

START_TEST(an_answer_that_comes_late)
{
	static const char text[] = START "DATA\r\none\r\n.\r\nMAIL FROM:<>\r\nRCPT TO:<" B
					 ">\r\nDATA\r\ntwo\r\n.\r\n";
	size_t length = sizeof(text) - 1, taken;
	struct hall *h = hall_new(true);

	taken = say(h, text, length, 4096);
	ck_assert_str_eq(h->mails->data, "one\r\n|");
	ck_assert_uint_eq(taken, strlen(START "DATA\r\none\r\n.\r\n"));
	ck_assert_uint_eq(lmtp_session_take(h->session, text + taken, length - taken), 0);
	ck_assert_str_eq(h->replies->data + h->replies->length - 36,
			 "354 End with a dot alone on a line\r\n");
	answer_all(h->waiting);
	hear(h);
	ck_assert_str_eq(h->replies->data + h->replies->length - 14, "250 2.0.0 OK\r\n");
	say(h, text + taken, length - taken, 4096);
	ck_assert_str_eq(h->mails->data, "one\r\n|two\r\n|");
	/* The client goes; then its mail is answered to nobody. */
	talloc_free(h->session);
	ck_assert_ptr_null(h->waiting->session);
	answer_all(h->waiting);
	talloc_free(h);
	/* The mail goes first, as when the daemon stops. */
	h = hall_new(true);
	say(h, text, length, 4096);
	talloc_free(h->waiting);
	ck_assert_ptr_null(h->session->waiting);
	talloc_free(h);
}
END_TEST

static const char *const talk[] = {
	"LHLO x\r\n",
	"MAIL FROM:<>\r\n",
	"MAIL FROM:<a@example.org> SIZE=10 BODY=8BITMIME\r\n",
	"RCPT TO:<" B ">\r\n",
	"RCPT TO:<bob@bounce.example.com>\r\n",
	"DATA\r\n",
	"a mail\r\n.\r\n",
	"\r\n.\r\n",
	"..stuffed\r\n",
	".\r\n",
	"\n.\n",
	"\r.\r",
	"RSET\r\n",
	"NOOP\r\n",
	"VRFY x\r\n",
	"LHLO\r\n",
	"\r\n",
	"\xc3\xa9\r\n",
	"MAIL FROM:<a@b\r\n",
	"RCPT TO:<",
	">\r\n",
	"QUIT\r\n",
};

/* Whatever is said, and however it is cut: the same replies and the same mails. */
START_TEST(nonsense_in_any_pieces)
{
	static const char odd[] = "\0\r\n. <>:x\xff";
	GRand *r = g_rand_new_with_seed(2033);
	int i, k;

	for (i = 0; i < 5000; i++) {
		struct hall *whole = hall_new(false), *cut = hall_new(false);
		struct bytes *all = bytes_new(whole);
		size_t heard, at, n, taken;

		bytes_text(all, i % 2 ? START "DATA\r\n" : HELLO);
		for (k = g_rand_int_range(r, 1, 30); k > 0; k--)
			bytes_text(all, talk[g_rand_int_range(r, 0, sizeof(talk) / sizeof(talk[0]))]);
		for (k = g_rand_int_range(r, 0, 4); k > 0; k--)
			all->data[g_rand_int_range(r, 0, (int)all->length)] =
				odd[g_rand_int_range(r, 0, (int)sizeof(odd) - 1)];
		heard = say(whole, all->data, all->length, all->length);
		for (at = 0; at < all->length; at += taken) {
			n = (size_t)g_rand_int_range(r, 1, 9);
			n = n < all->length - at ? n : all->length - at;
			taken = say(cut, talloc_memdup(cut, all->data + at, n), n, n);
			if (taken < n)
				break;
		}
		check_replies(whole->replies->data, all->data);
		ck_assert_msg(strcmp(whole->replies->data, cut->replies->data) == 0 &&
				      whole->mails->length == cut->mails->length &&
				      memcmp(whole->mails->data, cut->mails->data, cut->mails->length) == 0,
			      "heard %zu of %s: %s, and in pieces %s", heard, all->data, whole->replies->data,
			      cut->replies->data);
		talloc_free(whole);
		talloc_free(cut);
	}
	g_rand_free(r);
}
END_TEST

UNIT_MAIN("lmtp_hostile", floods_end, nul_bytes_in_commands_and_mails, an_answer_that_comes_late,
	  nonsense_in_any_pieces)
