/*
 * container_check.c - whether a model file may be used
 *
 * In this order, each step standing on those before: the preamble and the table lie inside the file; the
 * key is trusted; the signature is of that key over preamble, header and table; the file is the one that
 * the registry knows, and is not revoked; the header is what a header is; every section lies where it must,
 * with nothing between them, has the hash that was signed and holds finite numbers; kind and version are
 * wanted; the self-test comes out.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/learn/container_layout.h"

struct checking {
	struct container *c;
	const struct container_policy *policy;
	const struct layout_preamble *preamble;
	const struct layout_section *table;
	uint64_t table_at, signature_at;
	const char **error;
};

static void say(const struct checking *k, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(const struct checking *k, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	*k->error = talloc_vasprintf(talloc_parent(k->c), format, ap);
	va_end(ap);
}

#define refuse(...) (say(__VA_ARGS__), false)

static bool all_zero(const uint8_t *bytes, uint64_t count)
{
	while (count > 0)
		if (bytes[--count] != 0)
			return false;
	return true;
}

static bool preamble_good(struct checking *k)
{
	const struct layout_preamble *p = (const struct layout_preamble *)k->c->bytes;
	uint64_t length = k->c->length;

	if (length < sizeof(*p))
		return refuse(k, "is no model file: %" PRIu64 " bytes, fewer than its preamble has", length);
	if (memcmp(p->magic, LAYOUT_MAGIC, sizeof(p->magic)) != 0)
		return refuse(k, "is no model file: it does not begin with AEMODEL");
	if (p->format != LAYOUT_VERSION)
		return refuse(k, "is of format %" PRIu32 ", and this program reads %d", p->format,
			      LAYOUT_VERSION);
	if (p->file_length != length)
		return refuse(k, "has %" PRIu64 " bytes, and says (byte 24) that it has %" PRIu64, length,
			      p->file_length);
	if (p->header_length == 0 || p->header_length > LAYOUT_HEADER_MAX)
		return refuse(k, "says (byte 12) that its header has %" PRIu32 " bytes", p->header_length);
	if (p->section_count > CONTAINER_SECTIONS_MAX)
		return refuse(k, "says (byte 16) that it has %" PRIu32 " sections", p->section_count);
	k->preamble = p;
	k->table_at = layout_align(sizeof(*p) + p->header_length);
	k->signature_at = k->table_at + p->section_count * sizeof(*k->table);
	if (k->signature_at + MODEL_SIGNATURE > length)
		return refuse(k, "ends, at byte %" PRIu64 ", before its signature, at byte %" PRIu64, length,
			      k->signature_at);
	k->table = (const struct layout_section *)(k->c->bytes + k->table_at);
	k->c->signature = k->c->bytes + k->signature_at;
	return true;
}

static bool signature_good(struct checking *k)
{
	const struct model_keys *keys = k->policy->keys;
	char id[MODEL_KEY_ID_TEXT];

	hex_text(k->preamble->key_id, MODEL_KEY_ID, id);
	switch (model_key_state(keys, k->preamble->key_id)) {
	case MODEL_KEY_UNKNOWN:
		return refuse(k, "is signed with key %s, which is not trusted here", id);
	case MODEL_KEY_REVOKED:
		return refuse(k, "is signed with key %s, which is revoked", id);
	case MODEL_KEY_TRUSTED:
		break;
	}
	if (!model_verify(keys, k->preamble->key_id, LAYOUT_DOMAIN, k->c->bytes, k->signature_at,
			  k->c->signature))
		return refuse(
			k, "its signature (byte %" PRIu64 ") is not that of key %s over bytes 0 to %" PRIu64,
			k->signature_at, id, k->signature_at - 1);
	return true;
}

static bool file_known(struct checking *k)
{
	model_hash(k->c->bytes, k->c->length, k->c->hash);
	if (model_hash_revoked(k->policy->keys, k->c->hash))
		return refuse(k, "is revoked");
	if (k->policy->file_hash && memcmp(k->policy->file_hash, k->c->hash, MODEL_HASH) != 0)
		return refuse(k, "is not the file that the registry knows: its hash is another one");
	return true;
}

static bool header_good(struct checking *k)
{
	const struct layout_preamble *p = k->preamble;
	const char *text = (const char *)k->c->bytes + sizeof(*p);

	if (p->zero != 0 || !all_zero(p->zeros, sizeof(p->zeros)))
		return refuse(k, "has reserved bytes (20 to 23, 48 to 63) that are not zero");
	if (!all_zero((const uint8_t *)text + p->header_length, k->table_at - sizeof(*p) - p->header_length))
		return refuse(k, "has bytes that are not zero behind its header, up to byte %" PRIu64,
			      k->table_at - 1);
	if (!container_header_read(k->c, text, p->header_length, p->key_id, &k->c->header, k->error)) {
		*k->error = talloc_strdup(talloc_parent(k->c), *k->error);
		return false;
	}
	return true;
}

/* Entry i, whose section has to begin at the first multiple of 64 from *at. */
static bool section_good(struct checking *k, uint32_t i, uint64_t *at)
{
	const struct layout_section *t = &k->table[i];
	uint64_t entry = k->table_at + i * sizeof(*t), offset = layout_align(*at);
	struct container_section *s = &k->c->sections[i];
	uint8_t hash[MODEL_HASH];
	const char *fault;

	if (t->name[CONTAINER_NAME - 1] ||
	    !all_zero((const uint8_t *)t->name + strlen(t->name), CONTAINER_NAME - strlen(t->name)))
		return refuse(k, "section %" PRIu32 " (byte %" PRIu64 "): its name does not end", i, entry);
	if (container_find(k->c, t->name))
		return refuse(k, "there are two sections '%s', the second at byte %" PRIu64, t->name, entry);
	if (t->offset != offset || t->length > k->c->length || offset > k->c->length - t->length)
		return refuse(k,
			      "section '%s' (byte %" PRIu64 "): %" PRIu64 " bytes at %" PRIu64
			      " where %" PRIu64 " comes next, of a file of %zu",
			      t->name, entry, t->length, t->offset, offset, k->c->length);
	if (!all_zero(k->c->bytes + *at, offset - *at))
		return refuse(k, "has bytes that are not zero ahead of section '%s', byte %" PRIu64, t->name,
			      offset);
	*s = (struct container_section){t->name, t->kind, t->width, k->c->bytes + offset, t->length};
	model_hash(s->data, s->length, hash);
	if (memcmp(hash, t->hash, MODEL_HASH) != 0)
		return refuse(k, "section '%s' (byte %" PRIu64 ") has not the hash that was signed", t->name,
			      offset);
	if ((fault = container_section_fault(k->c, s)))
		return refuse(k, "%s", fault);
	k->c->section_count = i + 1;
	*at = offset + t->length;
	return true;
}

static bool sections_good(struct checking *k)
{
	uint64_t at = k->signature_at + MODEL_SIGNATURE;
	uint32_t i;

	k->c->sections = talloc_zero_array(k->c, struct container_section, k->preamble->section_count);
	for (i = 0; i < k->preamble->section_count; i++)
		if (!section_good(k, i, &at))
			return false;
	return at == k->c->length || refuse(k, "has bytes behind its last section, from byte %" PRIu64, at);
}

static bool wanted(struct checking *k)
{
	const struct container_header *h = &k->c->header;

	if (k->policy->kind && strcmp(k->policy->kind, h->kind) != 0)
		return refuse(k, "is a model of kind '%s', not '%s'", h->kind, k->policy->kind);
	if (h->version <= k->policy->above)
		return refuse(k, "is version %" PRId64 " of '%s', not above %" PRId64 ", which is in use",
			      h->version, h->kind, k->policy->above);
	return true;
}

static bool scores_equal(struct checking *k, const double *scores, const double *expected, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (!(fabs(scores[i] - expected[i]) <= k->c->header.tolerance * (1 + fabs(expected[i]))))
			return refuse(
				k,
				"its self-test fails: row %zu scores %.17g here, and %.17g where it was made",
				i, scores[i], expected[i]);
	return true;
}

static bool self_test_good(struct checking *k)
{
	const struct container *c = k->c;
	container_score *score = k->policy->scorer ? k->policy->scorer(c->header.algorithm) : NULL;
	const struct container_section *shape = container_find(c, CONTAINER_TEST_ROWS);
	const double *rows, *expected;
	size_t count, expected_count;
	double *scores;

	if (!(rows = container_values(talloc_parent(c), c, CONTAINER_TEST_ROWS, CONTAINER_DOUBLE, 0, &count,
				      k->error)) ||
	    !(expected = container_values(talloc_parent(c), c, CONTAINER_TEST_SCORES, CONTAINER_DOUBLE, 1,
					  &expected_count, k->error)))
		return false;
	if (count != expected_count)
		return refuse(k, "its self-test has %zu rows and %zu scores", count, expected_count);
	if (!k->policy->scorer)
		return true;
	if (!score)
		return refuse(k, "this program does not know how to compute algorithm '%s'",
			      c->header.algorithm);
	scores = talloc_zero_array(k->c, double, count);
	if (!score(talloc_parent(c), c, rows, count, shape->width, scores, k->error))
		return refuse(k, "its self-test fails: %s", *k->error);
	return scores_equal(k, scores, expected, count);
}

bool container_check(struct container *c, const struct container_policy *policy, const char **error)
{
	struct checking k = {.c = c, .policy = policy, .error = error};

	return preamble_good(&k) && signature_good(&k) && file_known(&k) && header_good(&k) &&
	       sections_good(&k) && wanted(&k) && self_test_good(&k);
}
