/*
 * scan.c - follows a request byte by byte and knows where its head and its body end
 *
 * The head is copied, since evhttp takes the bytes away as they come; the body is only counted.
 * Chunked bodies are held to RFC 9112 without extensions and trailers, which no client of an
 * API like this sends and which proxies disagree about.
 */
#include <string.h>

#include "services/gateway/head.h"

enum chunk_state {
	CHUNK_SIZE,
	CHUNK_SIZE_LF,
	CHUNK_DATA,
	CHUNK_DATA_CR,
	CHUNK_DATA_LF,
	CHUNK_LAST_CR,
	CHUNK_LAST_LF
};

enum {
	CHUNK_DIGITS_MAX = 8
};

static enum scan_result refuse(struct scan *s, enum error e, const char *detail)
{
	s->fault.error = e;
	s->fault.detail = detail;
	return SCAN_FAULT;
}

void scan_reset(struct scan *s)
{
	char *head = s->head;

	memset(s, 0, sizeof(*s));
	s->head = head;
}

bool scan_expect_body(struct scan *s, const struct head *h, uint64_t body_max)
{
	s->body_max = body_max;
	s->left = h->length;
	if (h->chunked)
		s->state = SCAN_CHUNKED;
	else
		s->state = h->length > 0 ? SCAN_BODY : SCAN_DONE;
	return s->state == SCAN_DONE;
}

/* Adds a byte to the head. The byte before is the last of s->head. */
static enum scan_result head_byte(struct scan *s, unsigned char c)
{
	bool after_cr = s->head_length > 0 && s->head[s->head_length - 1] == '\r';

	if (s->head_length == HEAD_SIZE_MAX)
		return refuse(s, ERR_HEADERS_TOO_LARGE, "the request's head is larger than 16 KiB");
	if (after_cr != (c == '\n'))
		return refuse(s, ERR_MALFORMED, "a line does not end in CR LF");
	if ((c < ' ' && c != '\t' && c != '\r' && c != '\n') || c == 0x7f)
		return refuse(s, ERR_MALFORMED, "the request's head has a control byte");
	s->head[s->head_length++] = (char)c;
	if (c != '\n')
		return SCAN_MORE;
	if (++s->lines > HEAD_HEADERS_MAX + 2)
		return refuse(s, ERR_HEADERS_TOO_LARGE, "more than 100 headers");
	if (s->head_length >= 4 && s->head[s->head_length - 3] == '\n')
		return SCAN_HEAD_READY;
	return s->head_length == 2 ? refuse(s, ERR_MALFORMED, "the request line is empty") : SCAN_MORE;
}

static enum scan_result head_bytes(struct scan *s, const char *data, size_t length, size_t *used)
{
	enum scan_result r = SCAN_MORE;

	for (*used = 0; *used < length && r == SCAN_MORE; ++*used)
		r = head_byte(s, (unsigned char)data[*used]);
	if (r == SCAN_HEAD_READY)
		s->state = SCAN_HEAD_DONE;
	return r;
}

static int hex_digit(unsigned char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A byte of the line with a chunk's size. */
static enum scan_result chunk_size_byte(struct scan *s, unsigned char c)
{
	int digit = hex_digit(c);

	if (digit >= 0 && s->chunk_digits < CHUNK_DIGITS_MAX) {
		s->left = s->left * 16 + (uint64_t)digit;
		s->chunk_digits++;
		return SCAN_MORE;
	}
	if (c != '\r' || s->chunk_digits == 0)
		return refuse(s, ERR_MALFORMED, "a chunk's size is not a plain hexadecimal number");
	if (s->left > s->body_max - s->body)
		return refuse(s, ERR_TOO_LARGE, "the body is larger than this operation takes");
	s->chunk_state = CHUNK_SIZE_LF;
	return SCAN_MORE;
}

/* A byte of a chunk's frame. Each state but the first and CHUNK_DATA takes exactly one byte value. */
static enum scan_result chunk_byte(struct scan *s, unsigned char c)
{
	switch ((enum chunk_state)s->chunk_state) {
	case CHUNK_SIZE:
		return chunk_size_byte(s, c);
	case CHUNK_SIZE_LF:
		s->chunk_state = s->left > 0 ? CHUNK_DATA : CHUNK_LAST_CR;
		s->chunk_digits = 0;
		break;
	case CHUNK_DATA:
	case CHUNK_DATA_CR:
		s->chunk_state = CHUNK_DATA_LF;
		return c == '\r' ? SCAN_MORE : refuse(s, ERR_MALFORMED, "a chunk does not end where it said");
	case CHUNK_DATA_LF:
		s->chunk_state = CHUNK_SIZE;
		break;
	case CHUNK_LAST_CR:
		s->chunk_state = CHUNK_LAST_LF;
		return c == '\r' ? SCAN_MORE : refuse(s, ERR_MALFORMED, "trailers are not accepted");
	case CHUNK_LAST_LF:
		s->state = SCAN_DONE;
		break;
	}
	if (c != '\n')
		return refuse(s, ERR_MALFORMED, "a chunk's line does not end in CR LF");
	return s->state == SCAN_DONE ? SCAN_COMPLETE : SCAN_MORE;
}

/* Skips as much of the body or the chunk as there is. */
static size_t body_skip(struct scan *s, size_t length)
{
	size_t n = s->left < length ? (size_t)s->left : length;

	s->left -= n;
	s->body += n;
	return n;
}

static enum scan_result chunked_bytes(struct scan *s, const char *data, size_t length, size_t *used)
{
	enum scan_result r = SCAN_MORE;

	*used = 0;
	while (*used < length && r == SCAN_MORE) {
		if (s->chunk_state == CHUNK_DATA) {
			*used += body_skip(s, length - *used);
			if (s->left == 0)
				s->chunk_state = CHUNK_DATA_CR;
		} else {
			r = chunk_byte(s, (unsigned char)data[(*used)++]);
		}
	}
	return r;
}

enum scan_result scan_bytes(struct scan *s, const char *data, size_t length, size_t *used)
{
	*used = 0;
	switch (s->state) {
	case SCAN_HEAD:
		return head_bytes(s, data, length, used);
	case SCAN_BODY:
		*used = body_skip(s, length);
		if (s->left > 0)
			return SCAN_MORE;
		s->state = SCAN_DONE;
		return SCAN_COMPLETE;
	case SCAN_CHUNKED:
		return chunked_bytes(s, data, length, used);
	case SCAN_HEAD_DONE:
	case SCAN_DONE:
		break;
	}
	return SCAN_MORE;
}
