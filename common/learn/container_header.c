/*
 * container_header.c - the header of a model file: a struct here, canonical JSON there
 *
 * The writer reads back what it wrote with the reader's own eyes, so no header leaves that would be refused.
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/learn/container_layout.h"

enum {
	FEATURES_MAX = 4096,
	WORD_MAX = 32,
	TEXT_MAX = 200
};

/* Every member, and no other, is in a header. */
static const char *const members[] = {
	"algorithm", "baseline", "created",   "data_hash", "feature_schema", "features",
	"key_id",    "kind",     "libraries", "metrics",   "name",           "parameters",
	"parent",    "seed",     "version",   "self_test", "training_to",    "training_from"};

enum {
	MEMBER_COUNT = sizeof(members) / sizeof(members[0])
};

/* --- writing --- */

/* An object as the caller gave it; what is no JSON is found when the header is read back. */
static void put_object(struct json_writer *w, const char *name, const char *text, const char *fallback)
{
	if (!text)
		text = fallback;
	json_put_raw(w, name, text, strlen(text));
}

static void put_features(struct json_writer *w, const char *name, const struct container_header *h)
{
	size_t i;

	json_open_array(w, name);
	for (i = 0; i < h->feature_count; i++)
		json_put_text(w, NULL, h->features[i]);
	json_close(w);
}

/* The hash of the list alone, so that whoever makes features can compare it with its own. */
static const char *feature_schema(const void *parent, const struct container_header *h)
{
	struct json_writer *w = json_writer_new(parent);
	char *text = talloc_array(parent, char, MODEL_HASH_TEXT);
	uint8_t hash[MODEL_HASH];
	const char *list;
	size_t length;

	put_features(w, NULL, h);
	list = json_text(w, &length);
	model_hash(list, length, hash);
	return hex_text(hash, MODEL_HASH, text);
}

static const char *document(const void *parent, const struct container_header *h, const char *key_id,
			    size_t *length)
{
	struct json_writer *w = json_writer_new(parent);

	json_open_object(w, NULL);
	json_put_text(w, "name", h->name);
	json_put_text(w, "kind", h->kind);
	json_put_text(w, "algorithm", h->algorithm);
	json_put_integer(w, "version", h->version);
	json_put_text(w, "created", h->created);
	json_put_integer(w, "seed", h->seed);
	put_features(w, "features", h);
	json_put_text(w, "feature_schema", feature_schema(parent, h));
	json_put_text(w, "training_from", h->training_from);
	json_put_text(w, "training_to", h->training_to);
	json_put_text(w, "data_hash", h->data_hash);
	json_put_text(w, "parent", h->parent);
	put_object(w, "metrics", h->metrics, "{}");
	put_object(w, "baseline", h->baseline, "null");
	put_object(w, "libraries", h->libraries, "{}");
	put_object(w, "parameters", h->parameters, "{}");
	json_open_object(w, "self_test");
	json_put_real(w, "tolerance", h->tolerance);
	json_close(w);
	json_put_text(w, "key_id", key_id);
	json_close(w);
	return json_text(w, length);
}

const char *container_header_text(const void *parent, const struct container_header *h,
				  const uint8_t key_id[MODEL_KEY_ID], size_t *length, const char **error)
{
	char id[MODEL_KEY_ID_TEXT];
	const char *text = document(parent, h, hex_text(key_id, MODEL_KEY_ID, id), length);
	struct json *tree = json_parse(parent, text, *length, error);
	struct container_header read;

	if (!tree) {
		*error = talloc_asprintf(parent, "the header: %s", *error);
		return NULL;
	}
	text = container_canonical(parent, tree, length);
	return container_header_read(parent, text, *length, key_id, &read, error) ? text : NULL;
}

/* --- reading --- */

struct reading {
	const void *parent;
	const struct json *tree;
	const char *text;
	const char **error;
};

static bool wrong(const struct reading *r, const char *member, const char *what)
{
	*r->error = talloc_asprintf(r->parent, "the header's %s %s", member, what);
	return false;
}

/* A word of a-z, 0-9, _ and -: it becomes part of file names and of labels. */
static bool word(const struct reading *r, const char *member, const char **out)
{
	const char *text = json_get_text(r->tree, member, "");
	size_t n = strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-");

	*out = text;
	if (n == 0 || n > WORD_MAX || text[n] || *text == '-')
		return wrong(r, member, "is not 1 to 32 of a-z, 0-9, _ and -");
	return true;
}

/* 1 to 200 bytes without control characters: texts are shown on terminals. */
static bool text_good(const struct json *value)
{
	size_t i;

	if (value->kind != JSON_TEXT || value->length == 0 || value->length > TEXT_MAX)
		return false;
	for (i = 0; i < value->length; i++)
		if ((unsigned char)value->text[i] < ' ' || value->text[i] == 0x7f)
			return false;
	return true;
}

static bool text_or_null(const struct reading *r, const char *member, const char **out)
{
	const struct json *value = json_get(r->tree, member);

	*out = value->kind == JSON_TEXT ? value->text : NULL;
	if (value->kind != JSON_NULL && !text_good(value))
		return wrong(r, member,
			     "is neither null nor a text of 1 to 200 bytes without control characters");
	return true;
}

static bool instant_or_null(const struct reading *r, const char *member, const char **out)
{
	instant at;

	if (!text_or_null(r, member, out))
		return false;
	return !*out || instant_parse(*out, &at) || wrong(r, member, "is no RFC 3339 date and time");
}

static bool integer(const struct reading *r, const char *member, int64_t least, int64_t *out)
{
	const struct json *value = json_get(r->tree, member);

	*out = value->integer;
	return (value->kind == JSON_INTEGER && value->integer >= least) ||
	       wrong(r, member, least > 0 ? "is no whole number from 1" : "is no whole number");
}

/* An object's own text, as it is in the header. */
static bool object(const struct reading *r, const char *member, bool may_be_null, const char **out)
{
	const struct json *value = json_get(r->tree, member);

	*out = NULL;
	if (value->kind == JSON_NULL && may_be_null)
		return true;
	if (value->kind != JSON_OBJECT)
		return wrong(r, member, "is no object");
	*out = talloc_strndup(r->parent, r->text + value->begin, value->end - value->begin);
	return true;
}

static bool features(const struct reading *r, struct container_header *out)
{
	const struct json *list = json_get(r->tree, "features"), *f;
	const char **names;

	if (list->kind != JSON_ARRAY || list->count > FEATURES_MAX)
		return wrong(r, "features", "is no list of at most 4096 names");
	names = talloc_array(r->parent, const char *, list->count);
	for (f = list->first; f; f = f->next) {
		if (!text_good(f))
			return wrong(r, "features",
				     "has one that is no text of 1 to 200 bytes without control characters");
		names[out->feature_count++] = f->text;
	}
	out->features = names;
	out->feature_schema = json_get_text(r->tree, "feature_schema", "");
	if (strcmp(out->feature_schema, feature_schema(r->parent, out)) != 0)
		return wrong(r, "feature_schema", "is not the hash of its features");
	return true;
}

static bool self_test(const struct reading *r, struct container_header *out)
{
	const struct json *test = json_get(r->tree, "self_test");

	out->tolerance = json_get_real(test, "tolerance", -1);
	return (test->count == 1 && out->tolerance >= 0 && out->tolerance <= 0.01) ||
	       wrong(r, "self_test.tolerance", "is not from 0 to 0.01");
}

static bool all_members(const struct reading *r)
{
	size_t i;

	if (r->tree->kind != JSON_OBJECT)
		return wrong(r, "JSON", "is no object");
	for (i = 0; i < MEMBER_COUNT; i++)
		if (!json_get(r->tree, members[i]))
			return wrong(r, members[i], "is missing");
	return r->tree->count == MEMBER_COUNT ||
	       wrong(r, "JSON", "has members that this format does not know");
}

bool container_header_read(const void *parent, const char *text, size_t length,
			   const uint8_t key_id[MODEL_KEY_ID], struct container_header *out,
			   const char **error)
{
	struct reading r = {parent, json_parse(parent, text, length, error), text, error};
	char id[MODEL_KEY_ID_TEXT];
	const char *canonical;
	size_t canonical_length;

	*out = (struct container_header){.document = r.tree};
	if (!r.tree)
		return wrong(&r, "JSON", *error);
	canonical = container_canonical(parent, r.tree, &canonical_length);
	if (canonical_length != length || memcmp(canonical, text, length) != 0)
		return wrong(&r, "JSON", "is not in its canonical form");
	if (!all_members(&r))
		return false;
	out->name = json_get_text(r.tree, "name", "");
	out->key_id = json_get_text(r.tree, "key_id", "");
	if (!text_good(json_get(r.tree, "name")))
		return wrong(&r, "name", "is no text of 1 to 200 bytes without control characters");
	if (strcmp(out->key_id, hex_text(key_id, MODEL_KEY_ID, id)) != 0)
		return wrong(&r, "key_id", "is not that of the preamble");
	return word(&r, "kind", &out->kind) && word(&r, "algorithm", &out->algorithm) &&
	       integer(&r, "version", 1, &out->version) && integer(&r, "seed", INT64_MIN, &out->seed) &&
	       instant_or_null(&r, "created", &out->created) &&
	       (out->created || wrong(&r, "created", "is missing")) && features(&r, out) &&
	       instant_or_null(&r, "training_from", &out->training_from) &&
	       instant_or_null(&r, "training_to", &out->training_to) &&
	       text_or_null(&r, "data_hash", &out->data_hash) && text_or_null(&r, "parent", &out->parent) &&
	       object(&r, "metrics", false, &out->metrics) && object(&r, "baseline", true, &out->baseline) &&
	       object(&r, "libraries", false, &out->libraries) &&
	       object(&r, "parameters", false, &out->parameters) && self_test(&r, out);
}
