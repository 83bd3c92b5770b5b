/*
 * head.h - the strict reading of an HTTP/1.1 request, before evhttp sees it
 *
 * evhttp takes what a strict server must not (two lengths, "+4", bare line feeds, folded lines,
 * NUL): each is a way to smuggle a request past a proxy. So every byte passes the scanner
 * first, which knows where head and body end, and every head passes head_parse.
 */
#ifndef AE_GATEWAY_HEAD_H
#define AE_GATEWAY_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/error.h"

enum {
	HEAD_SIZE_MAX = 16 * 1024,
	HEAD_HEADERS_MAX = 100
};

struct head_header {
	const char *name; /* lower case */
	const char *value;
};

struct head {
	const char *method, *path, *query; /* query without "?", NULL if there is none */
	int minor;                         /* of the version: HTTP/1.minor */
	bool chunked, has_length;
	uint64_t length; /* of the body, if has_length */
	struct head_header headers[HEAD_HEADERS_MAX];
	size_t count;
};

struct head_fault {
	enum error error;
	const char *detail; /* constant text */
};

/* Cuts a head (up to and with its blank line) into pieces, in place. False: *fault says why. */
bool head_parse(char *text, size_t length, struct head *out, struct head_fault *fault);
const char *head_get(const struct head *h, const char *name); /* the first of that name, or NULL */

enum scan_state {
	SCAN_HEAD,
	SCAN_HEAD_DONE,
	SCAN_BODY,
	SCAN_CHUNKED,
	SCAN_DONE
};
enum scan_result {
	SCAN_MORE,
	SCAN_HEAD_READY,
	SCAN_COMPLETE,
	SCAN_FAULT
};

struct scan {
	enum scan_state state;
	char *head; /* HEAD_SIZE_MAX bytes, of whoever owns the scan */
	size_t head_length, lines;
	unsigned chunk_state, chunk_digits;
	uint64_t left;           /* of the body or the chunk */
	uint64_t body, body_max; /* bytes of body seen, and how many may come */
	struct head_fault fault;
};

void scan_reset(struct scan *s);
/* After SCAN_HEAD_READY: what kind of body follows. True: none does. */
bool scan_expect_body(struct scan *s, const struct head *h, uint64_t body_max);
/* Reads up to length bytes and says in *used how many; stops behind the head and behind the body. */
enum scan_result scan_bytes(struct scan *s, const char *data, size_t length, size_t *used);

#endif
