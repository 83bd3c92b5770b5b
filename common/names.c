/*
 * names.c - texts numbered 0, 1, 2... in the order in which they are first seen
 *
 * Open addressing over a power of two, at most half full.
 */
#include "common/names.h"

#include <string.h>
#include <talloc.h>

struct names {
	const char **texts;
	int32_t count, room;
	int32_t *slots; /* index + 1; 0 = free */
	uint32_t mask;
};

struct names *names_new(const void *parent)
{
	struct names *n = talloc_zero(parent, struct names);

	n->room = 512;
	n->texts = talloc_array(n, const char *, n->room);
	n->mask = 1023;
	n->slots = talloc_zero_array(n, int32_t, n->mask + 1);
	return n;
}

/* FNV-1a, folded once more, since the low bits of names that count up would be neighbours. */
static uint32_t text_hash(const char *text)
{
	uint64_t h = UINT64_C(14695981039346656037);

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * UINT64_C(1099511628211);
	return (uint32_t)(h ^ h >> 32);
}

static uint32_t names_slot(const struct names *n, const char *text)
{
	uint32_t at = text_hash(text) & n->mask;

	while (n->slots[at] && strcmp(n->texts[n->slots[at] - 1], text) != 0)
		at = (at + 1) & n->mask;
	return at;
}

static void names_grow(struct names *n)
{
	int32_t i;

	n->room *= 2;
	n->texts = talloc_realloc(n, n->texts, const char *, n->room);
	talloc_free(n->slots);
	n->mask = n->mask * 2 + 1;
	n->slots = talloc_zero_array(n, int32_t, n->mask + 1);
	for (i = 0; i < n->count; i++)
		n->slots[names_slot(n, n->texts[i])] = i + 1;
}

int32_t names_index(struct names *n, const char *text)
{
	uint32_t at = names_slot(n, text);

	if (n->slots[at])
		return n->slots[at] - 1;
	if (n->count == n->room) {
		names_grow(n);
		at = names_slot(n, text);
	}
	n->texts[n->count] = talloc_strdup(n->texts, text);
	n->slots[at] = ++n->count;
	return n->count - 1;
}

const char *names_text(const struct names *n, int32_t index)
{
	return n->texts[index];
}

int32_t names_count(const struct names *n)
{
	return n->count;
}
