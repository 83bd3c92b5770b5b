/*
 * gzip.c - compressed answers for clients that ask for them
 *
 * Level 1: JSON shrinks to a sixth for little time. A compressed answer is another
 * representation, so its entity tag becomes weak, and caches are told by Vary.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <talloc.h>
#include <zlib.h>

#include "services/gateway/gateway.h"

enum {
	LENGTH_MIN = 1024,
	GZIP_WINDOW = 15 + 16,
	MEMORY_LEVEL = 8
};

static bool compressible(const char *type)
{
	return type && (strncmp(type, "text/", 5) == 0 || strncmp(type, "application/json", 16) == 0 ||
			strncmp(type, "application/problem+json", 24) == 0 ||
			strncmp(type, "image/svg+xml", 13) == 0);
}

/* Whether "q=..." behind a coding is zero, which means "not this one". */
static bool weight_is_zero(const char *parameters, size_t length)
{
	char copy[32];
	const char *q;

	if (length >= sizeof(copy))
		return true;
	memcpy(copy, parameters, length);
	copy[length] = '\0';
	q = strcasestr(copy, "q=");
	return q && strtod(q + 2, NULL) <= 0;
}

/* Whether the list names gzip, or "*" and not gzip, with a weight above zero. */
static bool accepts_gzip(const char *list)
{
	bool any = false;
	size_t item, name;

	for (; *list; list += item + (list[item] == ',')) {
		list += strspn(list, " \t");
		item = strcspn(list, ",");
		name = strcspn(list, " \t;,");
		if (name == 4 && strncasecmp(list, "gzip", 4) == 0)
			return !weight_is_zero(list + name, item - name);
		if (name == 1 && *list == '*')
			any = !weight_is_zero(list + name, item - name);
	}
	return any;
}

/* The compressor is made once: its state is 256 KiB. */
static z_stream *compressor(void)
{
	static z_stream z;
	static bool made;

	if (made)
		deflateReset(&z);
	else if (deflateInit2(&z, 1, Z_DEFLATED, GZIP_WINDOW, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
		abort();
	made = true;
	return &z;
}

static void tag_weaken(const void *parent, struct answer *a)
{
	size_t i;

	for (i = 0; i < a->header_count; i++)
		if (strcasecmp(a->headers[i].name, "ETag") == 0 && a->headers[i].value[0] == '"')
			a->headers[i].value = talloc_asprintf(parent, "W/%s", a->headers[i].value);
}

static void compress_body(const void *parent, struct answer *a)
{
	z_stream *z = compressor();
	size_t size = deflateBound(z, a->length);
	char *out = talloc_array(parent, char, size);

	z->next_in = (Bytef *)(uintptr_t)a->body;
	z->avail_in = (uInt)a->length;
	z->next_out = (Bytef *)out;
	z->avail_out = (uInt)size;
	if (deflate(z, Z_FINISH) != Z_STREAM_END)
		return;
	a->body = out;
	a->length = size - z->avail_out;
	a->message = NULL;
	tag_weaken(parent, a);
	answer_put(a, "Content-Encoding", "gzip");
}

void gzip_answer(const void *parent, const char *accept_encoding, struct answer *a)
{
	if (a->length <= LENGTH_MIN || answer_header(a, "Content-Encoding") ||
	    !compressible(answer_header(a, "Content-Type")))
		return;
	if (!answer_header(a, "Vary"))
		answer_put(a, "Vary", "Accept-Encoding");
	if (accept_encoding && accepts_gzip(accept_encoding))
		compress_body(parent, a);
}
