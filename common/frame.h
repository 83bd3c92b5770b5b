/*
 * frame.h - what travels over the request socket: a frame of entries, an entry of named values
 *
 *   frame  "AEf1" then u32 number of entries, then the entries
 *   entry  u32 length of what follows, then attributes
 *   attribute  u8 length of name, name, u32 length of value, value
 *
 * Integers are big endian. A reader ignores names it does not know and reports the ones it
 * misses, so that gateway and daemons of neighbouring versions understand each other.
 *
 * Request entries carry: id, request_id, operation, deadline (CLOCK_MONOTONIC microseconds, the
 * same for all processes of a host), traceparent, subject, roles (space separated),
 * "path.NAME", "query.NAME", "header.NAME" (lower case), body.
 * Reply entries carry: id, status, "header.NAME", body.
 */
#ifndef AE_FRAME_H
#define AE_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct frame_writer {
	char *data; /* talloc memory; a finished frame is data[0..length) */
	size_t length, size;
	size_t entry; /* where the open entry began */
};

void frame_begin(const void *parent, struct frame_writer *w); /* may be called again: keeps the memory */
void frame_entry(struct frame_writer *w);                     /* closes the entry before */
void frame_put(struct frame_writer *w, const char *name, const char *value, size_t length);
void frame_put_text(struct frame_writer *w, const char *name, const char *value); /* NULL: left out */
void frame_put_integer(struct frame_writer *w, const char *name, int64_t value);
/* As frame_put with the name "prefix.name". */
void frame_put_prefixed(struct frame_writer *w, const char *prefix, const char *name, const char *value,
			size_t length);
void frame_end(struct frame_writer *w); /* fills in the counts */

struct frame_reader {
	const char *at, *end;
	uint32_t entries; /* not yet read */
};

struct frame_attribute {
	const char *name;
	size_t name_length;
	const char *value; /* not NUL-terminated, and anywhere in memory */
	size_t length;
};

bool frame_read(struct frame_reader *r, const char *data, size_t length); /* false: not a frame */
/* The next entry as a reader over its attributes. False: no more, or broken. */
bool frame_next_entry(struct frame_reader *r, struct frame_reader *entry);
bool frame_next(struct frame_reader *entry, struct frame_attribute *out);
bool frame_is(const struct frame_attribute *a, const char *name);
/* The value as an integer; the fallback if it is none. */
int64_t frame_integer(const struct frame_attribute *a, int64_t fallback);

#endif
