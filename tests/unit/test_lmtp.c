/*
 * test_lmtp.c - LMTP conversations, however their bytes are cut
 */
#include <arpa/inet.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <talloc.h>
#include <unistd.h>

#include "common/clock.h"
#include "services/notification/bytes.h"
#include "services/notification/lmtp.h"
#include "services/notification/verp.h"
#include "tests/unit/unit.h"

#define TOKEN "agjvcmtgkpuxk2oyuxtoxgtz4aaaaaaaaaaaaaaaaa"
#define B     "b+" TOKEN "@bounce.example.com"
#define U     "unsubscribe+" TOKEN "@bounce.example.com"
#define START "LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<" B ">\r\n"
#define HELLO "220 h LMTP\n250-h\n250-PIPELINING\n250-8BITMIME\n250-ENHANCEDSTATUSCODES\n250 SIZE 100\n"
#define TAKEN HELLO "250 2.1.0\n250 2.1.5\n"

/* A conversation, all its commands at once. want: the replies, cut behind their codes but for LHLO's. */
static const struct {
	const char *in, *want, *mails, *why;
} talks[] = {
	{"LHLO x\r\nQUIT\r\n", HELLO "221 2.0.0\n", "", "hello and good-bye"},
	{START "DATA\r\nA: b\r\n\r\nc\r\n.\r\nQUIT\r\n", TAKEN "354 \n250 2.0.0\n221 2.0.0\n",
	 "A: b\r\n\r\nc\r\n|", "a mail"},
	{START "DATA\r\n.\r\nQUIT\r\n", TAKEN "354 \n250 2.0.0\n221 2.0.0\n", "|", "an empty one"},
	{START "DATA\r\n..\r\n.a\r\nb.\r\n...\r\n.\r\nQUIT\r\n", TAKEN "354 \n250 2.0.0\n221 2.0.0\n",
	 ".\r\na\r\nb.\r\n..\r\n|", "dots"},
	{START "DATA\r\na\n.\nb\r\n.\n\r\r\n.\r\nQUIT\r\n", TAKEN "354 \n250 2.0.0\n221 2.0.0\n",
	 "a\n.\nb\r\n\n\r\r\n|", "bare line feeds end nothing"},
	{START "DATA\r\na\r\n.\rb\r\n.\r\r\n.\r\nQUIT\r\n", TAKEN "354 \n250 2.0.0\n221 2.0.0\n",
	 "a\r\n\rb\r\n\r\r\n|", "nor does a dot before a lone CR"},
	{START "RCPT TO:<" U ">\r\nDATA\r\na\r\n.\r\nQUIT\r\n",
	 TAKEN "250 2.1.5\n354 \n250 2.0.0\n250 2.0.0\n221 2.0.0\n", "a\r\n|a\r\n|",
	 "a reply for each recipient"},
	{START "RCPT TO:<" U ">\r\nDATA\r\nonly for one\r\n.\r\nQUIT\r\n",
	 TAKEN "250 2.1.5\n354 \n250 2.0.0\n451 4.3.0\n221 2.0.0\n", "only for one\r\n|", "and its own"},
	{START "DATA\r\n0123456789012345678901234567890123456789012345678901234567890123456789012345678901234"
	       "567890123456789"
	       "\r\n.\r\nQUIT\r\n",
	 TAKEN "354 \n552 5.3.4\n221 2.0.0\n", "", "too large"},
	{START "RSET\r\nDATA\r\nMAIL FROM:<a@example.org> SIZE=99 BODY=8BITMIME\r\nQUIT\r\n",
	 TAKEN "250 2.0.0\n503 5.5.1\n250 2.1.0\n221 2.0.0\n", "", "RSET forgets"},
	{"LHLO x\r\nMAIL FROM:<a@example.org> SIZE=101\r\nMAIL FROM:<a@example.org> X=1\r\nQUIT\r\n",
	 HELLO "552 5.3.4\n555 5.5.4\n221 2.0.0\n", "", "parameters"},
	{START "RCPT TO:<bob@bounce.example.com>\r\nRCPT TO:<b+x@bounce.example.com>\r\nRCPT TO:<b+" TOKEN
	       "@example.com>\r\nRCPT TO:b\r\nQUIT\r\n",
	 TAKEN "550 5.1.1\n550 5.1.1\n550 5.1.1\n501 5.1.3\n221 2.0.0\n", "", "recipients that are not ours"},
	{"MAIL FROM:<>\r\nHELO x\r\nEHLO x\r\nFOO\r\n\r\nVRFY a\r\nNOOP\r\nLHLO\r\nDATA\r\nRCPT TO:<" B
	 ">\r\nquit\r\n",
	 "220 h LMTP\n503 5.5.1\n500 5.5.1\n500 5.5.1\n500 5.5.1\n500 5.5.1\n252 2.5.0\n250 2.0.0\n501 "
	 "5.5.4\n503 "
	 "5.5.1\n503 5.5.1\n221 2.0.0\n",
	 "", "commands out of order and unknown ones"},
	{"a\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r\na\r"
	 "\nNOOP\r\n",
	 "220 h LMTP\n500 5.5.1\n500 5.5.1\n500 5.5.1\n500 5.5.1\n500 5.5.1\n500 5.5.1\n500 5.5.1\n500 "
	 "5.5.1\n500 "
	 "5.5.1\n500 5.5.1\n500 5.5.1\n500 5.5.1\n500 5.5.1\n500 5.5.1\n500 5.5.1\n500 5.5.1\n500 5.5.1\n500 "
	 "5.5.1\n500 "
	 "5.5.1\n500 5.5.1\n421 4.7.0\n",
	 "", "twenty faults are enough"},
};

static bool is_ours(void *context, const char *address)
{
	(void)context;
	return verp_shaped(address, "bounce.example.com");
}

/* Keeps mails in a text, each ended by "|"; the unsubscribe address does not get "only for one". */
static void keep(void *context, struct lmtp_mail *m)
{
	enum lmtp_verdict verdicts[LMTP_RECIPIENTS_MAX];
	size_t i;

	for (i = 0; i < m->recipient_count; i++) {
		verdicts[i] = LMTP_LATER;
		if (*m->recipients[i] == 'u' && memmem(m->body->data, m->body->length, "only for one", 12))
			continue;
		bytes_put(context, m->body->data, m->body->length);
		bytes_text(context, "|");
		verdicts[i] = LMTP_TAKEN;
	}
	lmtp_answer(m, verdicts);
}

struct bench {
	struct event_base *base;
	struct lmtp_settings settings;
	struct lmtp_hooks hooks;
	struct bytes *mails, *replies;
	struct lmtp *lmtp;
};

static struct bench *bench_new(int64_t timeout)
{
	struct bench *b = talloc_zero(NULL, struct bench);
	const char *error = NULL;
	bool taken;

	b->base = event_base_new();
	b->settings = (struct lmtp_settings){.address = "127.0.0.1:0",
					     .host = "h",
					     .size_max = 100,
					     .connections_max = 2,
					     .command_time = timeout,
					     .mail_time = timeout};
	b->mails = bytes_new(b);
	b->replies = bytes_new(b);
	b->hooks = (struct lmtp_hooks){b->mails, is_ours, keep};
	b->lmtp = lmtp_new(b, b->base, &b->settings, &b->hooks, &taken, &error);
	ck_assert_msg(b->lmtp != NULL, "%s", error);
	return b;
}

static void bench_free(struct bench *b)
{
	struct event_base *base = b->base;

	talloc_free(b);
	event_base_free(base);
}

static int dial(const struct bench *b)
{
	struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)lmtp_port(b->lmtp))};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	ck_assert_int_eq(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	return fd;
}

/* Turns the loop until the server has closed the connection, and keeps what it said. */
static void hear_out(struct bench *b, int fd)
{
	int64_t end = clock_monotonic() + 20 * SECOND;
	char piece[4096];
	ssize_t got = -1;

	while (got != 0) {
		ck_assert_msg(clock_monotonic() < end, "the server does not close; so far: %s",
			      b->replies->data);
		event_base_loop(b->base, EVLOOP_NONBLOCK);
		got = recv(fd, piece, sizeof(piece), 0);
		if (got > 0)
			bytes_put(b->replies, piece, (size_t)got);
	}
	close(fd);
}

/* The replies with \n, each cut behind the enhanced code but for those of LHLO and the greeting. */
static char *codes(const void *parent, const char *replies)
{
	struct bytes *out = bytes_new(parent);
	const char *end;
	size_t n;

	for (; *replies; replies = end + 2) {
		end = strstr(replies, "\r\n");
		ck_assert_ptr_nonnull(end);
		n = (size_t)(end - replies);
		if (strncmp(replies, "220", 3) != 0 && strncmp(replies, "250-", 4) != 0 &&
		    strncmp(replies, "250 S", 5) != 0)
			n = strncmp(replies, "354", 3) == 0 ? 4 : 9;
		bytes_put(out, replies, n);
		bytes_text(out, "\n");
	}
	return out->data;
}

START_TEST(conversations_however_cut)
{
	static const size_t pieces[] = {1, 2, 3, 7, 4096};
	size_t i, k, at, n, length;

	for (i = 0; i < sizeof(talks) / sizeof(talks[0]); i++)
		for (k = 0; k < sizeof(pieces) / sizeof(pieces[0]); k++) {
			struct bench *b = bench_new(20 * SECOND);
			int fd = dial(b);

			length = strlen(talks[i].in);
			for (at = 0; at < length; at += n) {
				n = length - at < pieces[k] ? length - at : pieces[k];
				if (send(fd, talks[i].in + at, n, MSG_NOSIGNAL) != (ssize_t)n)
					break;
				event_base_loop(b->base, EVLOOP_NONBLOCK);
			}
			hear_out(b, fd);
			ck_assert_msg(strcmp(codes(b, b->replies->data), talks[i].want) == 0,
				      "%s, pieces of %zu: got %s", talks[i].why, pieces[k], b->replies->data);
			ck_assert_msg(strcmp(b->mails->data, talks[i].mails) == 0,
				      "%s, pieces of %zu: got %s", talks[i].why, pieces[k], b->mails->data);
			ck_assert_uint_eq(lmtp_connections(b->lmtp), 0);
			bench_free(b);
		}
}
END_TEST

START_TEST(long_lines_slow_clients_and_crowds)
{
	struct bench *b = bench_new(SECOND / 10);
	size_t blocks = talloc_total_blocks(b);
	char line[2000];
	int fd = dial(b), second, third;

	memset(line, 'x', sizeof(line));
	ck_assert_int_eq(send(fd, line, sizeof(line), 0), sizeof(line));
	hear_out(b, fd);
	ck_assert_ptr_nonnull(strstr(b->replies->data, "500 5.5.2"));
	fd = dial(b);
	second = dial(b);
	third = dial(b);
	hear_out(b, third);
	ck_assert_ptr_nonnull(strstr(b->replies->data, "421 4.3.2"));
	ck_assert_int_eq(send(second, "NOOP", 4, 0), 4); /* and nothing more */
	hear_out(b, fd);
	hear_out(b, second);
	ck_assert_ptr_nonnull(strstr(b->replies->data, "421 4.4.2"));
	ck_assert_uint_eq(lmtp_connections(b->lmtp), 0);
	ck_assert_uint_eq(talloc_total_blocks(b), blocks);
	bench_free(b);
}
END_TEST

/* Mails without end, and no reply is read: the server stops listening to it, and its time runs out. */
START_TEST(a_client_that_does_not_read)
{
	struct bytes *text;
	struct bench *b = bench_new(SECOND / 5);
	int64_t end = clock_monotonic() + 20 * SECOND;
	int fd = dial(b);
	size_t at = 0;
	ssize_t sent;

	text = bytes_new(b);
	while (text->length < 1600) /* short words with a long answer */
		bytes_text(text, "LHLO x\r\n");
	bytes_text(text, "MAIL FROM:<>\r\nRCPT TO:<" B ">\r\nDATA\r\n.\r\n");
	while (lmtp_connections(b->lmtp) > 0 || b->mails->length == 0) {
		ck_assert_msg(clock_monotonic() < end, "the server still listens");
		sent = send(fd, text->data + at, text->length - at, MSG_NOSIGNAL);
		at = sent > 0 ? (at + (size_t)sent) % text->length : at;
		event_base_loop(b->base, EVLOOP_NONBLOCK);
	}
	ck_assert_uint_lt(b->mails->length, 10000);
	close(fd);
	bench_free(b);
}
END_TEST

START_TEST(addresses_to_listen_at)
{
	static const char *const bad[] = {
		"",           "127.0.0.1",   "127.0.0.1:", "127.0.0.1:x",  "127.0.0.1:65536",
		"0.0.0.0:24", "10.0.0.1:24", "[::]:24",    "localhost:24", "unix:relative",
		"unix:"};
	struct bench *b = bench_new(SECOND);
	const char *error;
	struct lmtp *first;
	bool taken;
	size_t i;

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		b->settings.address = bad[i];
		ck_assert_msg(lmtp_new(b, b->base, &b->settings, &b->hooks, &taken, &error) == NULL && !taken,
			      "%s", bad[i]);
	}
	b->settings.address = talloc_asprintf(b, "unix:/tmp/test_lmtp_%d.sock", (int)getpid());
	first = lmtp_new(b, b->base, &b->settings, &b->hooks, &taken, &error);
	ck_assert_msg(first != NULL, "%s", error);
	ck_assert_int_eq(lmtp_port(first), 0);
	ck_assert_ptr_null(lmtp_new(b, b->base, &b->settings, &b->hooks, &taken, &error));
	ck_assert(taken);
	talloc_free(first);
	ck_assert_int_ne(access(b->settings.address + 5, F_OK), 0);
	bench_free(b);
}
END_TEST

UNIT_MAIN("lmtp", conversations_however_cut, long_lines_slow_clients_and_crowds, a_client_that_does_not_read,
	  addresses_to_listen_at)
