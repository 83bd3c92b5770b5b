/*
 * tzif.c - a time zone's file: when its offset changed, and the rule for what comes after
 *
 * The file is not trusted: every count is held against the bytes there are, and every index
 * against its table, before it is used.
 */
#include "common/tzif.h"

#include <string.h>
#include <talloc.h>

enum {
	HEADER_SIZE = 44
};

/* The sizes a TZif header announces; times is 4 or 8 bytes by the version of the block. */
struct tzif_header {
	uint64_t isut, isstd, leap, time, type, chars;
};

static uint64_t big_endian(const unsigned char *bytes, size_t count)
{
	uint64_t value = 0;

	while (count-- > 0)
		value = value << 8 | *bytes++;
	return value;
}

/* The header at the cursor, which moves behind it. */
static bool header_read(const unsigned char **at, const unsigned char *end, struct tzif_header *h)
{
	const unsigned char *p = *at;

	if (end - p < HEADER_SIZE || memcmp(p, "TZif", 4) != 0 || p[4] < '2')
		return false;
	*h = (struct tzif_header){.isut = big_endian(p + 20, 4),
				  .isstd = big_endian(p + 24, 4),
				  .leap = big_endian(p + 28, 4),
				  .time = big_endian(p + 32, 4),
				  .type = big_endian(p + 36, 4),
				  .chars = big_endian(p + 40, 4)};
	*at += HEADER_SIZE;
	return true;
}

/* What follows the header, in bytes. Counts have 32 bits, so that the sum cannot overflow. */
static uint64_t block_size(const struct tzif_header *h, uint64_t time_size)
{
	return h->time * (time_size + 1) + h->type * 6 + h->chars + h->leap * (time_size + 4) + h->isstd +
	       h->isut;
}

/* The type's seconds east of UTC. A type that does not exist or is wider than any zone can be: false. */
static bool type_offset(const struct tzif_header *h, const unsigned char *types, size_t type, int32_t *out)
{
	if (type >= h->type)
		return false;
	*out = (int32_t)(uint32_t)big_endian(types + type * 6, 4);
	return *out > -TZ_WIDEST && *out < TZ_WIDEST;
}

/* The 64-bit block: changes must ascend, and each must lead to a type that exists. */
static bool changes_read(struct tzif *zone, const struct tzif_header *h, const unsigned char *block)
{
	const unsigned char *indexes = block + h->time * 8, *types = indexes + h->time;
	int64_t *changes = talloc_array(zone, int64_t, h->time);
	int32_t *offsets = talloc_array(zone, int32_t, h->time + 1);
	size_t i;

	if (!type_offset(h, types, 0, &offsets[0]))
		return false;
	for (i = 0; i < h->time; i++) {
		changes[i] = (int64_t)big_endian(block + i * 8, 8);
		if (i > 0 && changes[i] <= changes[i - 1])
			return false;
		if (!type_offset(h, types, indexes[i], &offsets[i + 1]))
			return false;
	}
	zone->count = h->time;
	zone->changes = changes;
	zone->offsets = offsets;
	return true;
}

/* The last line of the file, between two newlines; it may be empty. */
static bool footer_read(struct tzif *zone, const unsigned char *at, const unsigned char *end)
{
	size_t length = (size_t)(end - at);
	char *text;
	bool good;

	if (length < 2 || at[0] != '\n' || at[length - 1] != '\n' || memchr(at, '\0', length) != NULL)
		return false;
	if (length == 2)
		return true;
	text = talloc_strndup(zone, (const char *)at + 1, length - 2);
	good = tz_rule_parse(text, &zone->rule);
	talloc_free(text);
	zone->ruled = good;
	return good;
}

/* Files with leap seconds (right/...) count other seconds than an instant does: not ours. */
static bool zone_read(struct tzif *zone, const unsigned char *at, const unsigned char *end)
{
	struct tzif_header h;

	if (!header_read(&at, end, &h) || block_size(&h, 4) > (uint64_t)(end - at))
		return false;
	at += block_size(&h, 4); /* the 32-bit block is for readers of the last century */
	if (!header_read(&at, end, &h) || block_size(&h, 8) > (uint64_t)(end - at) || h.leap != 0)
		return false;
	return changes_read(zone, &h, at) && footer_read(zone, at + block_size(&h, 8), end);
}

struct tzif *tzif_decode(const void *parent, const unsigned char *bytes, size_t length)
{
	struct tzif *zone = talloc_zero(parent, struct tzif);

	if (zone_read(zone, bytes, bytes + length))
		return zone;
	talloc_free(zone);
	return NULL;
}
