/*
 * frame.c - writing and reading the frames of frame.h
 *
 * The writer keeps the number of entries in the frame's own header while it grows. The reader
 * checks the whole frame once, in frame_read, so that behind it "no more" never means "broken".
 */
#include <endian.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/frame.h"

#define MAGIC "AEf1"

enum {
	MAGIC_SIZE = 4,
	COUNT_SIZE = 4,
	HEADER_SIZE = MAGIC_SIZE + COUNT_SIZE,
	LENGTH_SIZE = 4
};
enum {
	NAME_MAX_LENGTH = 255,
	FIRST_SIZE = 4096
};

static void store32(char *at, uint32_t value)
{
	value = htobe32(value);
	memcpy(at, &value, sizeof(value));
}

static uint32_t load32(const char *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return be32toh(value);
}

/* Room for so many more bytes; returns where they go. */
static char *reserve(struct frame_writer *w, size_t more)
{
	char *at;

	if (more > w->size - w->length) {
		w->size = (w->length + more) * 2;
		w->data = talloc_realloc(NULL, w->data, char, w->size);
		if (w->data == NULL)
			abort();
	}
	at = w->data + w->length;
	w->length += more;
	return at;
}

void frame_begin(const void *parent, struct frame_writer *w)
{
	if (w->data == NULL) {
		w->size = FIRST_SIZE;
		w->data = talloc_array(parent, char, w->size);
		if (w->data == NULL)
			abort();
	}
	memcpy(w->data, MAGIC, MAGIC_SIZE);
	store32(w->data + MAGIC_SIZE, 0);
	w->length = HEADER_SIZE;
	w->entry = 0;
}

static void entry_close(struct frame_writer *w)
{
	if (w->entry != 0)
		store32(w->data + w->entry, (uint32_t)(w->length - w->entry - LENGTH_SIZE));
	w->entry = 0;
}

void frame_entry(struct frame_writer *w)
{
	entry_close(w);
	w->entry = w->length;
	reserve(w, LENGTH_SIZE);
	store32(w->data + MAGIC_SIZE, load32(w->data + MAGIC_SIZE) + 1);
}

/*
 * Room for a whole attribute, its two lengths filled in; returns where the name goes. NULL when
 * it does not fit the format: names come from clients too ("query.NAME"), and one that long is
 * none that anybody asks for, so it is left out.
 */
static char *attribute_reserve(struct frame_writer *w, size_t name_length, size_t length)
{
	char *at;

	if (w->entry == 0 || name_length > NAME_MAX_LENGTH || length > UINT32_MAX)
		return NULL;
	at = reserve(w, 1 + name_length + LENGTH_SIZE + length);
	*at = (char)(unsigned char)name_length;
	store32(at + 1 + name_length, (uint32_t)length);
	return at + 1;
}

void frame_put(struct frame_writer *w, const char *name, const char *value, size_t length)
{
	size_t name_length = strlen(name);
	char *at = attribute_reserve(w, name_length, length);

	if (at == NULL)
		return;
	memcpy(at, name, name_length);
	if (length > 0)
		memcpy(at + name_length + LENGTH_SIZE, value, length);
}

void frame_put_text(struct frame_writer *w, const char *name, const char *value)
{
	if (value)
		frame_put(w, name, value, strlen(value));
}

void frame_put_integer(struct frame_writer *w, const char *name, int64_t value)
{
	char digits[24], *p = digits + sizeof(digits);
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

	do
		*--p = (char)('0' + rest % 10);
	while ((rest /= 10) != 0);
	if (value < 0)
		*--p = '-';
	frame_put(w, name, p, (size_t)(digits + sizeof(digits) - p));
}

void frame_put_prefixed(struct frame_writer *w, const char *prefix, const char *name, const char *value,
			size_t length)
{
	size_t prefix_length = strlen(prefix), name_length = strlen(name);
	char *at = attribute_reserve(w, prefix_length + 1 + name_length, length);

	if (at == NULL)
		return;
	memcpy(at, prefix, prefix_length);
	at[prefix_length] = '.';
	memcpy(at + prefix_length + 1, name, name_length);
	if (length > 0)
		memcpy(at + prefix_length + 1 + name_length + LENGTH_SIZE, value, length);
}

void frame_end(struct frame_writer *w)
{
	entry_close(w);
}

static size_t left(const struct frame_reader *r)
{
	return (size_t)(r->end - r->at);
}

bool frame_next_entry(struct frame_reader *r, struct frame_reader *entry)
{
	uint32_t length;

	if (r->entries == 0 || left(r) < LENGTH_SIZE)
		return false;
	length = load32(r->at);
	if (length > left(r) - LENGTH_SIZE)
		return false;
	entry->at = r->at + LENGTH_SIZE;
	entry->end = entry->at + length;
	entry->entries = 0;
	r->at = entry->end;
	r->entries--;
	return true;
}

bool frame_next(struct frame_reader *entry, struct frame_attribute *out)
{
	const char *at = entry->at;
	size_t rest = left(entry);

	if (rest < 1)
		return false;
	out->name_length = (unsigned char)*at++;
	if (rest < 1 + out->name_length + LENGTH_SIZE)
		return false;
	out->name = at;
	at += out->name_length;
	out->length = load32(at);
	if (out->length > rest - 1 - out->name_length - LENGTH_SIZE)
		return false;
	out->value = at + LENGTH_SIZE;
	entry->at = out->value + out->length;
	return true;
}

bool frame_read(struct frame_reader *r, const char *data, size_t length)
{
	struct frame_reader check, entry;
	struct frame_attribute a;

	if (length < HEADER_SIZE || memcmp(data, MAGIC, MAGIC_SIZE) != 0)
		return false;
	r->at = data + HEADER_SIZE;
	r->end = data + length;
	r->entries = load32(data + MAGIC_SIZE);
	check = *r;
	while (frame_next_entry(&check, &entry)) {
		while (frame_next(&entry, &a))
			;
		if (left(&entry) != 0)
			return false;
	}
	return check.entries == 0 && left(&check) == 0;
}

bool frame_is(const struct frame_attribute *a, const char *name)
{
	return strncmp(a->name, name, a->name_length) == 0 && name[a->name_length] == '\0';
}

int64_t frame_integer(const struct frame_attribute *a, int64_t fallback)
{
	bool negative = a->length > 0 && a->value[0] == '-';
	size_t i = negative;
	int64_t value = 0;

	if (i == a->length)
		return fallback;
	for (; i < a->length; i++) {
		int digit = a->value[i] - '0';

		if (digit < 0 || digit > 9 || __builtin_mul_overflow(value, 10, &value) ||
		    __builtin_sub_overflow(value, digit, &value))
			return fallback;
	}
	/* Counted downwards, because the smallest integer has no positive twin. */
	if (!negative && value == INT64_MIN)
		return fallback;
	return negative ? value : -value;
}
