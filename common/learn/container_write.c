/*
 * container_write.c - a model as bytes, signed, and as a file (see container.h)
 */
#include <string.h>
#include <talloc.h>

#include "common/durable.h"
#include "common/learn/container_layout.h"

/* Good sections with names of their own, with the self-test among them, and not too much of all. */
static bool sections_good(const void *parent, const struct container_section *s, size_t count,
			  const char **error)
{
	bool rows = false, scores = false;
	uint64_t total = 0;
	size_t i, k;

	if (count > CONTAINER_SECTIONS_MAX) {
		*error = "a model file has at most 64 sections";
		return false;
	}
	for (i = 0; i < count; i++) {
		if ((*error = container_section_fault(parent, &s[i])))
			return false;
		for (k = 0; k < i; k++)
			if (strcmp(s[i].name, s[k].name) == 0) {
				*error = talloc_asprintf(parent, "there are two sections '%s'", s[i].name);
				return false;
			}
		rows = rows || strcmp(s[i].name, CONTAINER_TEST_ROWS) == 0;
		scores = scores || strcmp(s[i].name, CONTAINER_TEST_SCORES) == 0;
		total += s[i].length;
	}
	*error = total > LAYOUT_FILE_MAX / 2 ? "a model file holds at most 2 GiB"
					     : "a model file has a self-test: " CONTAINER_TEST_ROWS
					       " and " CONTAINER_TEST_SCORES;
	return rows && scores && total <= LAYOUT_FILE_MAX / 2;
}

/* The table, each section at the next multiple of 64. */
static uint64_t table_fill(struct layout_section *table, const struct container_section *s, size_t count,
			   uint64_t offset)
{
	size_t i;

	for (i = 0; i < count; i++) {
		offset = layout_align(offset);
		memcpy(table[i].name, s[i].name, strlen(s[i].name));
		table[i].kind = s[i].kind;
		table[i].width = s[i].width;
		table[i].offset = offset;
		table[i].length = s[i].length;
		model_hash(s[i].data, s[i].length, table[i].hash);
		offset += s[i].length;
	}
	return offset;
}

uint8_t *container_encode(const void *parent, const struct container_header *header,
			  const struct container_section *sections, size_t count,
			  const struct model_signer *signer, size_t *length, const char **error)
{
	struct layout_preamble p = {.magic = LAYOUT_MAGIC, .format = LAYOUT_VERSION};
	struct layout_section *table;
	size_t header_length, table_at, signature_at, i;
	const char *text;
	uint8_t *bytes;

	if (!sections_good(parent, sections, count, error) ||
	    !(text = container_header_text(parent, header, model_signer_id(signer), &header_length, error)))
		return NULL;
	table = talloc_zero_array(parent, struct layout_section, count);
	table_at = layout_align(sizeof(p) + header_length);
	signature_at = table_at + count * sizeof(*table);
	*length = table_fill(table, sections, count, signature_at + MODEL_SIGNATURE);
	p.header_length = (uint32_t)header_length;
	p.section_count = (uint32_t)count;
	p.file_length = *length;
	memcpy(p.key_id, model_signer_id(signer), MODEL_KEY_ID);
	bytes = talloc_zero_size(parent, *length);
	memcpy(bytes, &p, sizeof(p));
	memcpy(bytes + sizeof(p), text, header_length);
	memcpy(bytes + table_at, table, count * sizeof(*table));
	for (i = 0; i < count; i++)
		memcpy(bytes + table[i].offset, sections[i].data, sections[i].length);
	*error = "the model could not be signed";
	return model_sign(signer, LAYOUT_DOMAIN, bytes, signature_at, bytes + signature_at) ? bytes : NULL;
}

bool container_write(const void *parent, const char *path, const struct container_header *header,
		     const struct container_section *sections, size_t count,
		     const struct model_signer *signer, uint8_t *hash, const char **error)
{
	void *scratch = talloc_new(parent);
	size_t length;
	uint8_t *bytes = container_encode(scratch, header, sections, count, signer, &length, error);
	bool done = bytes && durable_replace(parent, path, bytes, length, 0444, error);

	if (!bytes)
		*error = talloc_strdup(parent, *error);
	if (done && hash)
		model_hash(bytes, length, hash);
	talloc_free(scratch);
	return done;
}
