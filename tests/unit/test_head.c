/*
 * test_head.c - one request head, and where head and body end, however the bytes are cut
 */
#include <stdio.h>
#include <string.h>

#include "services/gateway/head.h"
#include "tests/unit/unit.h"

static char memory[HEAD_SIZE_MAX];
static struct scan scan;
static struct head head;
static struct head_fault fault;

/* Feeds a request in pieces of so many bytes; the bytes that belong to it, -1 if it is refused, -2 if it is
 * incomplete. */
static long feed(const char *text, size_t piece, uint64_t body_max)
{
	size_t at = 0, used, length = strlen(text);
	enum scan_result r;

	scan.head = memory;
	scan_reset(&scan);
	while (at < length) {
		r = scan_bytes(&scan, text + at, piece < length - at ? piece : length - at, &used);
		at += used;
		if (r == SCAN_FAULT ||
		    (r == SCAN_HEAD_READY && !head_parse(scan.head, scan.head_length, &head, &fault)))
			return -1;
		if (r == SCAN_COMPLETE || (r == SCAN_HEAD_READY && scan_expect_body(&scan, &head, body_max)))
			return (long)at;
	}
	return -2;
}

#define GET     "GET /a?b=c HTTP/1.1\r\nHost: x\r\n"
#define POST    "POST /a HTTP/1.1\r\nHost: x\r\n"
#define CHUNKED POST "Transfer-Encoding: chunked\r\n\r\n"

static const struct {
	const char *in;
	long want; /* bytes of the first request behind its head's start; -1 refused, -2 incomplete */
	const char *why;
} requests[] = {
	{GET "\r\nGET", (long)sizeof(GET "\r\n") - 1, "stops behind the head"},
	{GET, -2, "no blank line yet"},
	{POST "Content-Length: 3\r\n\r\nabcGET", (long)sizeof(POST "Content-Length: 3\r\n\r\nabc") - 1,
	 "stops behind the body"},
	{POST "Content-Length: 3\r\n\r\nab", -2, "a byte is missing"},
	{POST "Content-Length: 0\r\n\r\nGET", (long)sizeof(POST "Content-Length: 0\r\n\r\n") - 1,
	 "an empty body"},
	{CHUNKED "3\r\nabc\r\n0\r\n\r\nGET", (long)sizeof(CHUNKED "3\r\nabc\r\n0\r\n\r\n") - 1,
	 "stops behind the last chunk"},
	{CHUNKED "3\r\nabc\r\n0\r\n\r", -2, "the last line feed is missing"},
	{CHUNKED "65\r\n", -1, "0x65 bytes are more than 100"},
	{CHUNKED "40\r\n0123456789012345678901234567890123456789012345678901234567890123\r\n25\r\n", -1,
	 "64 and 37 too"},
	{CHUNKED "\r\n", -1, "a chunk without a size"},
	{CHUNKED "3\r\nabc0\r\n\r\n", -1, "a chunk without its end"},
	{CHUNKED "0\r\nA: b\r\n\r\n", -1, "a trailer"},
	{"\r\n" GET "\r\n", -1, "an empty line first"},
	{"GET /a HTTP/1.1\nHost: x\n\n", -1, "bare line feeds"},
	{GET "A: b\rc\r\n\r\n", -1, "a carriage return inside"},
	{GET "A\t: b\r\n\r\n", -1, "a tab before the colon"},
	{GET " A: b\r\n\r\n", -1, "folded"},
	{GET "Host: y\r\n\r\n", -1, "Host twice"},
	{GET "Authorization: a\r\nAuthorization: a\r\n\r\n", -1, "Authorization twice"},
	{POST "Content-Length: 3\r\ncontent-length: 3\r\n\r\nabc", -1, "two equal lengths"},
	{POST "Content-Length: 0x3\r\n\r\nabc", -1, "hexadecimal"},
	{POST "Content-Length:\r\n\r\nabc", -1, "an empty length"},
	{POST "Transfer-Encoding: identity\r\n\r\n", -1, "another coding"},
	{"GET /a HTTP/1.1 \r\nHost: x\r\n\r\n", -1, "a space at the end"},
	{"GET\t/a HTTP/1.1\r\nHost: x\r\n\r\n", -1, "a tab for a space"},
	{"get /a HTTP/1.1\r\nHost: x\r\n\r\n", -1, "methods are upper case"},
	{"GET * HTTP/1.1\r\nHost: x\r\n\r\n", -1, "no path"},
	{"GET /a#b HTTP/1.1\r\nHost: x\r\n\r\n", -1, "a fragment"},
	{"GET /a HTTP/1.1\r\n\r\n", -1, "no Host"},
	{"GET /a HTTP/1.0\r\n\r\n", (long)sizeof("GET /a HTTP/1.0\r\n\r\n") - 1, "HTTP/1.0 needs none"},
};

START_TEST(a_request_ends_where_it_ends)
{
	static const size_t pieces[] = {1, 2, 3, 7, 4096};
	size_t i, n;

	for (i = 0; i < sizeof(requests) / sizeof(requests[0]); i++)
		for (n = 0; n < sizeof(pieces) / sizeof(pieces[0]); n++)
			ck_assert_msg(feed(requests[i].in, pieces[n], 100) == requests[i].want,
				      "%s: got %ld, want %ld, pieces of %zu", requests[i].why,
				      feed(requests[i].in, pieces[n], 100), requests[i].want, pieces[n]);
}
END_TEST

START_TEST(a_head_is_cut_into_its_parts)
{
	ck_assert_int_gt(feed("PUT /a/b?c=d?e HTTP/1.1\r\nHOST:x\r\nX-Y: \t a b "
			      "\t\r\nEmpty:\r\nContent-Length: 12\r\n\r\n"
			      "abcdefghijkl",
			      4096, 100),
			 0);
	ck_assert_str_eq(head.method, "PUT");
	ck_assert_str_eq(head.path, "/a/b");
	ck_assert_str_eq(head.query, "c=d?e");
	ck_assert_str_eq(head_get(&head, "host"), "x");
	ck_assert_str_eq(head_get(&head, "x-y"), "a b");
	ck_assert_str_eq(head_get(&head, "empty"), "");
	ck_assert_ptr_null(head_get(&head, "other"));
	ck_assert(head.has_length && head.length == 12 && !head.chunked && head.minor == 1);
}
END_TEST

START_TEST(large_heads_are_refused)
{
	static char text[3 * HEAD_SIZE_MAX];
	size_t i, length = (size_t)snprintf(text, sizeof(text), "%s", GET);

	memset(text + length, 'a', 2 * HEAD_SIZE_MAX);
	ck_assert_int_eq(feed(text, 1000, 0), -1);
	ck_assert_int_eq(scan.fault.error, ERR_HEADERS_TOO_LARGE);
	for (i = 0; i < 120; i++)
		length += (size_t)snprintf(text + length, sizeof(text) - length, "A: b\r\n");
	snprintf(text + length, sizeof(text) - length, "\r\n");
	ck_assert_int_eq(feed(text, 1000, 0), -1);
	ck_assert_int_eq(scan.fault.error, ERR_HEADERS_TOO_LARGE);
}
END_TEST

UNIT_MAIN("head", a_request_ends_where_it_ends, a_head_is_cut_into_its_parts, large_heads_are_refused)
