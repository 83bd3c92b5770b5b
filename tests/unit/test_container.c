/*
 * Model files: what was written is read; what was touched is refused, wherever and however.
 */
#include "common/learn/container.h"
#include "tests/unit/model_kit.h"

static char why[512];

START_TEST(what_was_written_is_read)
{
	struct kit *k = kit_new();
	struct container_policy policy = {
		.keys = k->keys, .kind = "churn", .above = 2, .scorer = model_scorer};
	const char *path = kit_path(k, "churn-3.aem"), *error = "";
	uint8_t hash[MODEL_HASH];
	struct model m;
	struct container *c;
	const double *weights;
	size_t rows;

	model_fill(&m);
	ck_assert_msg(container_write(k, path, &m.header, m.sections, m.count, k->signer, hash, &error), "%s",
		      error);
	policy.file_hash = hash;
	c = container_open(k, path, &policy, &error);
	ck_assert_msg(c != NULL, "%s", error);
	ck_assert_str_eq(c->header.name, "who leaves");
	ck_assert_str_eq(c->header.key_id, k->id);
	ck_assert_int_eq(c->header.version, 3);
	ck_assert_int_eq(c->header.seed, 42);
	ck_assert_int_eq(c->header.feature_count, 2);
	ck_assert_str_eq(c->header.features[1], "log_frequency");
	ck_assert_str_eq(c->header.training_to, "2026-06-30T00:00:00Z");
	ck_assert_str_eq(c->header.metrics, "{\"auc\":{\"se\":0.008,\"value\":0.7469}}");
	ck_assert_ptr_null(c->header.parent);
	ck_assert_ptr_null(c->header.baseline);
	weights = container_values(k, c, "weights", CONTAINER_DOUBLE, 1, &rows, &error);
	ck_assert_int_eq(rows, 2);
	ck_assert(weights[1] == -0.5 && (uintptr_t)weights % 64 == 0);
	ck_assert_ptr_null(container_values(k, c, "weights", CONTAINER_FLOAT, 1, &rows, &error));
	ck_assert_str_eq(error, "section 'weights' is of kind 3, not 2");
	ck_assert_ptr_null(container_values(k, c, "bias", CONTAINER_DOUBLE, 1, &rows, &error));
	kit_free(k);
}
END_TEST

START_TEST(same_input_same_bytes)
{
	struct kit *k = kit_new();
	struct model m;
	size_t one, two;
	uint8_t *a, *b;

	model_fill(&m);
	a = model_bytes(k, &m, &one);
	m.header.metrics = "{ \"auc\":{\"value\":0.74690,\"se\":8e-3}}";
	b = model_bytes(k, &m, &two);
	ck_assert_int_eq(one, two);
	ck_assert_mem_eq(a, b, one);
	kit_free(k);
}
END_TEST

START_TEST(every_flipped_bit_is_refused)
{
	struct kit *k = kit_new();
	struct container_policy policy = {.keys = k->keys, .scorer = model_scorer};
	struct model m;
	size_t length, bit;
	uint8_t *bytes;

	model_fill(&m);
	bytes = model_bytes(k, &m, &length);
	ck_assert_msg(bytes_good(bytes, length, &policy, why), "%s", why);
	for (bit = 0; bit < length * 8; bit++) {
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		ck_assert_msg(!bytes_good(bytes, length, &policy, why), "bit %zu of byte %zu", bit % 8,
			      bit / 8);
		ck_assert_msg(strlen(why) > 10, "bit %zu of byte %zu: '%s'", bit % 8, bit / 8, why);
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	ck_assert(bytes_good(bytes, length, &policy, why));
	kit_free(k);
}
END_TEST

START_TEST(every_wrong_length_is_refused)
{
	struct kit *k = kit_new();
	struct container_policy policy = {.keys = k->keys, .scorer = model_scorer};
	uint8_t *bytes, *half, *longer;
	struct model m;
	size_t length, i;

	model_fill(&m);
	bytes = model_bytes(k, &m, &length);
	half = talloc_zero_size(k, length);
	for (i = 0; i < length; i++) {
		ck_assert_msg(!bytes_good(bytes, i, &policy, why), "cut at %zu", i);
		/* Its length is on the disk before its blocks are: the rest reads as zeros. */
		if (!bytes_good(half, length, &policy, why))
			half[i] = bytes[i];
		else
			ck_assert_msg(i > length - 8, "half-written up to %zu", i);
	}
	longer = talloc_zero_size(k, length + 256);
	memcpy(longer, bytes, length);
	for (i = 1; i <= 256; i++)
		ck_assert_msg(!bytes_good(longer, length + i, &policy, why), "%zu bytes behind", i);
	kit_free(k);
}
END_TEST

START_TEST(what_the_policy_does_not_want)
{
	struct kit *k = kit_new(), *foreign = kit_new();
	struct container_policy policy = {.keys = k->keys, .scorer = model_scorer, .above = 2};
	uint8_t hash[MODEL_HASH];
	char text[MODEL_HASH_TEXT];
	struct model m;
	size_t length;
	uint8_t *bytes;

	model_fill(&m);
	bytes = model_bytes(k, &m, &length);
	model_hash(bytes, length, hash);
	ck_assert_msg(bytes_good(bytes, length, &policy, why), "%s", why);
	policy.above = 3;
	ck_assert(!bytes_good(bytes, length, &policy, why));
	ck_assert_str_eq(why, "is version 3 of 'churn', not above 3, which is in use");
	policy = (struct container_policy){.keys = k->keys, .scorer = model_scorer, .kind = "items"};
	ck_assert(!bytes_good(bytes, length, &policy, why));
	ck_assert_str_eq(why, "is a model of kind 'churn', not 'items'");
	policy = (struct container_policy){.keys = foreign->keys, .scorer = model_scorer};
	ck_assert(!bytes_good(bytes, length, &policy, why));
	ck_assert_msg(strstr(why, "not trusted here") && strstr(why, k->id), "%s", why);
	hash[0] ^= 1;
	policy = (struct container_policy){.keys = k->keys, .scorer = model_scorer, .file_hash = hash};
	ck_assert(!bytes_good(bytes, length, &policy, why));
	ck_assert_msg(strstr(why, "is not the file that the registry knows") != NULL, "%s", why);
	hash[0] ^= 1;
	kit_text(k, "public/revoked",
		 talloc_asprintf(k, "# told by mail\nmodel %s poisoned\n", hex_text(hash, MODEL_HASH, text)));
	kit_trust(k);
	policy = (struct container_policy){.keys = k->keys, .scorer = model_scorer};
	ck_assert(!bytes_good(bytes, length, &policy, why));
	ck_assert_str_eq(why, "is revoked");
	kit_free(foreign);
	kit_free(k);
}
END_TEST

START_TEST(a_model_that_scores_otherwise_is_refused)
{
	struct kit *k = kit_new();
	struct container_policy policy = {.keys = k->keys, .scorer = model_scorer};
	struct model m;
	size_t length;
	uint8_t *bytes;

	model_fill(&m);
	m.scores[2] += 1e-9;
	bytes = model_bytes(k, &m, &length);
	ck_assert(!bytes_good(bytes, length, &policy, why));
	ck_assert_msg(strstr(why, "its self-test fails: row 2 scores") == why, "%s", why);
	model_fill(&m);
	m.sections[3].length -= 8;
	bytes = model_bytes(k, &m, &length);
	ck_assert(!bytes_good(bytes, length, &policy, why));
	ck_assert_str_eq(why, "its self-test has 3 rows and 2 scores");
	model_fill(&m);
	m.sections[0].length -= 8;
	bytes = model_bytes(k, &m, &length);
	ck_assert(!bytes_good(bytes, length, &policy, why));
	ck_assert_msg(strstr(why, "1 weights") != NULL, "%s", why);
	kit_free(k);
}
END_TEST

/* What was judged stays, whatever becomes of the file. */
START_TEST(an_open_model_does_not_change)
{
	struct kit *k = kit_new();
	struct container_policy policy = {.keys = k->keys, .scorer = model_scorer};
	const char *path = kit_path(k, "m.aem"), *error = "";
	struct model m;
	struct container *c;
	FILE *f;

	model_fill(&m);
	ck_assert(container_write(k, path, &m.header, m.sections, m.count, k->signer, NULL, &error));
	c = container_open(k, path, &policy, &error);
	ck_assert_msg(c != NULL, "%s", error);
	ck_assert_int_eq(chmod(path, 0600), 0);
	f = fopen(path, "w"); /* cuts it to nothing */
	ck_assert_ptr_nonnull(f);
	fclose(f);
	ck_assert_mem_eq(c->sections[0].data, m.weights, sizeof(m.weights));
	ck_assert_ptr_null(container_open(k, path, &policy, &error));
	ck_assert_msg(strstr(error, "m.aem: is empty") != NULL, "%s", error);
	ck_assert_ptr_null(container_open(k, k->folder, &policy, &error));
	ck_assert_msg(strstr(error, "is no regular file") != NULL, "%s", error);
	ck_assert_ptr_null(container_open(k, kit_path(k, "none"), &policy, &error));
	ck_assert_msg(strstr(error, "No such file") != NULL, "%s", error);
	kit_free(k);
}
END_TEST

static const struct {
	const char *member, *want;
} unwritable[] = {{"kind", "the header's kind"},
		  {"version", "the header's version"},
		  {"metrics", "the header"},
		  {"test", "a model file has a self-test"},
		  {"twice", "two sections"},
		  {"created", "the header's created"},
		  {"list", "the header's metrics"},
		  {"name", "the header's name"},
		  {"feature", "the header's features has one"}};

static const char *const two_lines[] = {"recency", "a\nb"};

static void what_would_be_refused_is_not_written_case(size_t i)
{
	struct kit *k = kit_new();
	const char *error = "", *member = unwritable[i].member;
	struct model m;

	model_fill(&m);
	if (strcmp(member, "kind") == 0)
		m.header.kind = "Churn 90";
	else if (strcmp(member, "version") == 0)
		m.header.version = 0;
	else if (strcmp(member, "metrics") == 0)
		m.header.metrics = "{\"auc\": nan}";
	else if (strcmp(member, "name") == 0)
		m.header.name = "\033[2J";
	else if (strcmp(member, "feature") == 0)
		m.header.features = two_lines;
	else if (strcmp(member, "list") == 0)
		m.header.metrics = "[1]";
	else if (strcmp(member, "created") == 0)
		m.header.created = "yesterday";
	else if (strcmp(member, "twice") == 0)
		m.sections[1].name = "weights";
	else
		m.count--;
	ck_assert(!container_write(k, kit_path(k, "m.aem"), &m.header, m.sections, m.count, k->signer, NULL,
				   &error));
	ck_assert_msg(strstr(error, unwritable[i].want) != NULL, "got '%s', want '%s'", error,
		      unwritable[i].want);
	ck_assert_int_ne(access(kit_path(k, "m.aem"), F_OK), 0);
	kit_free(k);
}

START_TEST(what_would_be_refused_is_not_written)
{
	size_t i;

	for (i = 0; i < sizeof(unwritable) / sizeof(unwritable[0]); i++)
		what_would_be_refused_is_not_written_case(i);
}
END_TEST

UNIT_MAIN("container", what_was_written_is_read, same_input_same_bytes, every_flipped_bit_is_refused,
	  every_wrong_length_is_refused, what_the_policy_does_not_want,
	  a_model_that_scores_otherwise_is_refused, an_open_model_does_not_change,
	  what_would_be_refused_is_not_written)
