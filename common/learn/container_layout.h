/*
 * container_layout.h - where things are in a model file; for the parts of container.h only
 */
#ifndef AE_CONTAINER_LAYOUT_H
#define AE_CONTAINER_LAYOUT_H

#include "common/learn/container.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "sections are mapped as they are: little-endian machines only"
#endif

#define LAYOUT_MAGIC "AEMODEL\n"
#define LAYOUT_DOMAIN \
	"ae model container 1\n" /* ahead of what is signed, so that a signature fits nothing else */

enum {
	LAYOUT_VERSION = 1,
	LAYOUT_ALIGN = 64,
	LAYOUT_HEADER_MAX = 1 << 20
};
#define LAYOUT_FILE_MAX ((uint64_t)4 << 30)

struct layout_preamble {
	char magic[8];
	uint32_t format;
	uint32_t header_length; /* of the JSON; zeros follow up to a multiple of 64 */
	uint32_t section_count;
	uint32_t zero;
	uint64_t file_length;
	uint8_t key_id[MODEL_KEY_ID];
	uint8_t zeros[16];
};

struct layout_section {
	char name[CONTAINER_NAME]; /* filled up with NULs */
	uint32_t kind;
	uint32_t width;
	uint64_t offset, length;
	uint8_t hash[MODEL_HASH];
};

_Static_assert(sizeof(struct layout_preamble) == 64, "the preamble is 64 bytes");
_Static_assert(sizeof(struct layout_section) == 128, "an entry of the table is 128 bytes");

static inline uint64_t layout_align(uint64_t offset)
{
	return (offset + LAYOUT_ALIGN - 1) / LAYOUT_ALIGN * LAYOUT_ALIGN;
}

/* Bytes of one value; 0 if there is no such kind. */
static inline size_t layout_value(uint32_t kind)
{
	static const size_t bytes[] = {0, 1, 4, 8, 4, 8};

	return kind < sizeof(bytes) / sizeof(bytes[0]) ? bytes[kind] : 0;
}

/* container_header.c: the header's canonical JSON. NULL: *error says which member is wrong. */
const char *container_header_text(const void *parent, const struct container_header *h,
				  const uint8_t key_id[MODEL_KEY_ID], size_t *length, const char **error);
bool container_header_read(const void *parent, const char *text, size_t length,
			   const uint8_t key_id[MODEL_KEY_ID], struct container_header *out,
			   const char **error);
/* container_canonical.c: members in the order of their names' bytes, no white space. NULL: no JSON. */
const char *container_canonical(const void *parent, const struct json *value, size_t *length);

/* container_check.c: judges bytes that nobody else can change, at a multiple of 64. c->bytes is set. */
bool container_check(struct container *c, const struct container_policy *policy, const char **error);

/* container_sections.c: what is written and read must satisfy the same. NULL: good. */
const char *container_section_fault(const void *parent, const struct container_section *s);

#endif
