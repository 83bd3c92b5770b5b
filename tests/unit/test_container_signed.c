/*
 * Model files that are wrong and yet well signed: by a trainer that errs, or one that is not ours any more.
 */
#include "common/learn/container.h"
#include "tests/unit/model_kit.h"

static char why[512];

static void sign_again(struct kit *k, uint8_t *bytes)
{
	const struct layout_preamble *p = (const struct layout_preamble *)bytes;
	size_t end = layout_align(sizeof(*p) + p->header_length) +
		     p->section_count * sizeof(struct layout_section);

	ck_assert(model_sign(k->signer, LAYOUT_DOMAIN, bytes, end, bytes + end));
}

static struct layout_section *table_of(uint8_t *bytes)
{
	const struct layout_preamble *p = (const struct layout_preamble *)bytes;

	return (struct layout_section *)(bytes + layout_align(sizeof(*p) + p->header_length));
}

/* Faults under a good signature: a trainer that errs, or is not ours. */
static void second_at_first(struct layout_section *t)
{
	t[1].offset = t[0].offset;
	memcpy(t[1].hash, t[0].hash, MODEL_HASH);
}

static void beyond_the_end(struct layout_section *t)
{
	t[3].length = UINT64_MAX - 63;
}

static void offset_wraps(struct layout_section *t)
{
	t[0].offset = UINT64_MAX - 7;
}

static void at_the_header(struct layout_section *t)
{
	t[0].offset = 0;
}

static void shorter(struct layout_section *t)
{
	t[3].length -= 8;
}

static void no_kind(struct layout_section *t)
{
	t[0].kind = 6;
}

static void kind_of_another_size(struct layout_section *t)
{
	t[1].kind = CONTAINER_BYTES;
	t[1].width = 3;
}

static void rows_of_nothing(struct layout_section *t)
{
	t[0].width = 0;
}

static void wide_rows(struct layout_section *t)
{
	t[0].width = UINT32_MAX;
}

static void name_without_end(struct layout_section *t)
{
	memset(t[0].name, 'a', CONTAINER_NAME);
}

static void name_with_a_tail(struct layout_section *t)
{
	t[0].name[20] = 'x';
}

static void name_of_a_path(struct layout_section *t)
{
	memcpy(t[0].name, "../weig", 7);
}

static void two_of_a_name(struct layout_section *t)
{
	memcpy(t[1].name, t[0].name, CONTAINER_NAME);
}

static void no_test(struct layout_section *t)
{
	t[2].name[0] = 'x';
}

static void another_hash(struct layout_section *t)
{
	t[2].hash[63] ^= 1;
}

static const struct {
	void (*spoil)(struct layout_section *t);
	const char *want;
} spoiled[] = {
	{second_at_first, "section 'intercept'"},
	{beyond_the_end, "section 'selftest.scores'"},
	{offset_wraps, "section 'weights'"},
	{at_the_header, "section 'weights'"},
	{shorter, "section 'selftest.scores'"},
	{no_kind, "section 'weights' is of an unknown kind, 6"},
	{kind_of_another_size, "section 'intercept' of 8 bytes has no whole rows of 3 values"},
	{rows_of_nothing, "section 'weights' of 16 bytes has no whole rows of 0 values"},
	{wide_rows, "section 'weights' of 16 bytes has no whole rows"},
	{name_without_end, "section 0"},
	{name_with_a_tail, "section 0"},
	{name_of_a_path, "a section's name"},
	{two_of_a_name, "there are two sections 'weights'"},
	{no_test, "there is no section 'selftest.rows'"},
	{another_hash, "section 'selftest.rows'"},
};

static void signed_but_wrong_tables_are_refused_case(size_t i)
{
	struct kit *k = kit_new();
	struct container_policy policy = {.keys = k->keys, .scorer = model_scorer};
	struct model m;
	size_t length;
	uint8_t *bytes;

	model_fill(&m);
	bytes = model_bytes(k, &m, &length);
	spoiled[i].spoil(table_of(bytes));
	sign_again(k, bytes);
	ck_assert(!bytes_good(bytes, length, &policy, why));
	ck_assert_msg(strstr(why, spoiled[i].want) != NULL, "got '%s', want '%s'", why, spoiled[i].want);
	kit_free(k);
}

START_TEST(signed_but_wrong_tables_are_refused)
{
	size_t i;

	for (i = 0; i < sizeof(spoiled) / sizeof(spoiled[0]); i++)
		signed_but_wrong_tables_are_refused_case(i);
}
END_TEST

/* Bytes of the header's JSON, behind the text, become others. */
static const struct {
	const char *after, *want, *put;
} headers[] = {
	{"\"version\":", "the header's version is no whole number from 1", "0"},
	{"\"kind\":\"", "the header's kind is not 1 to 32 of", "/"},
	{"\"algorithm\":\"", "this program does not know how to compute algorithm 'xogistic'", "x"},
	{"\"features\":[\"", "the header's feature_schema is not the hash of its features", "x"},
	{"\"key_id\":\"", "the header's key_id is not that of the preamble", "x"},
	{"\"created\":\"", "the header's created is no RFC 3339", "x"},
	{"\"name\":", "the header's JSON", " "},
	{"\"seed\":", "the header's JSON is not in its canonical form", "4 "},
	{",\"s", "the header's seed is missing", "a"},
	{"\"tolerance\":", "the header's self_test.tolerance is not from 0 to 0.01", "3"},
};

static void signed_but_wrong_headers_are_refused_case(size_t i)
{
	struct kit *k = kit_new();
	struct container_policy policy = {.keys = k->keys, .scorer = model_scorer};
	struct model m;
	size_t length;
	uint8_t *bytes;
	char *at;

	model_fill(&m);
	m.header.tolerance = 0;
	bytes = model_bytes(k, &m, &length);
	at = memmem(bytes, length, headers[i].after, strlen(headers[i].after));
	ck_assert_ptr_nonnull(at);
	memcpy(at + strlen(headers[i].after), headers[i].put, strlen(headers[i].put));
	sign_again(k, bytes);
	ck_assert(!bytes_good(bytes, length, &policy, why));
	ck_assert_msg(strstr(why, headers[i].want) != NULL, "got '%s', want '%s'", why, headers[i].want);
	kit_free(k);
}

START_TEST(signed_but_wrong_headers_are_refused)
{
	size_t i;

	for (i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		signed_but_wrong_headers_are_refused_case(i);
}
END_TEST

/* Bytes that nobody reads are zero, also under a good signature. */
START_TEST(nothing_hides_in_between)
{
	struct kit *k = kit_new();
	struct container_policy policy = {.keys = k->keys, .scorer = model_scorer};
	struct model m;
	size_t length, places[4], i;
	uint8_t *bytes;

	model_fill(&m);
	bytes = model_bytes(k, &m, &length);
	places[0] = 20;
	places[1] = 63;
	places[2] = (size_t)((uint8_t *)table_of(bytes) - bytes) - 1;
	places[3] = table_of(bytes)[1].offset - 1;
	ck_assert(bytes[places[2]] == 0);
	for (i = 0; i < 4; i++) {
		bytes[places[i]] = 1;
		sign_again(k, bytes);
		ck_assert(!bytes_good(bytes, length, &policy, why));
		ck_assert_msg(strstr(why, "not zero") != NULL, "byte %zu: %s", places[i], why);
		bytes[places[i]] = 0;
	}
	kit_free(k);
}
END_TEST

static const double not_finite[] = {NAN, -NAN, INFINITY, -INFINITY};

static void numbers_that_are_none_are_refused_case(size_t i)
{
	struct kit *k = kit_new();
	struct container_policy policy = {.keys = k->keys, .scorer = model_scorer};
	struct model m;
	const char *error;
	float narrow[] = {1, (float)not_finite[i]};
	uint8_t *bytes;
	size_t length;

	model_fill(&m);
	bytes = model_bytes(k, &m, &length);
	memcpy(bytes + table_of(bytes)[0].offset + 8, &not_finite[i], 8);
	model_hash(bytes + table_of(bytes)[0].offset, 16, table_of(bytes)[0].hash);
	sign_again(k, bytes);
	ck_assert(!bytes_good(bytes, length, &policy, why));
	ck_assert_str_eq(why, "section 'weights' has a value that is no finite number, in row 1, column 0");
	model_section(&m, "factors", CONTAINER_FLOAT, 2, narrow, sizeof(narrow));
	ck_assert_ptr_null(container_encode(k, &m.header, m.sections, m.count, k->signer, &length, &error));
	ck_assert_str_eq(error, "section 'factors' has a value that is no finite number, in row 0, column 1");
	kit_free(k);
}

START_TEST(numbers_that_are_none_are_refused)
{
	size_t i;

	for (i = 0; i < sizeof(not_finite) / sizeof(not_finite[0]); i++)
		numbers_that_are_none_are_refused_case(i);
}
END_TEST

/* What is taken lies inside the file, whatever its header and table say. */
static void taken_lies_inside(const uint8_t *bytes, size_t length, const struct container_policy *policy)
{
	void *parent = talloc_new(NULL), *copy = NULL;
	struct container *c = talloc_zero(parent, struct container);
	const char *error = "";
	size_t i;

	ck_assert_int_eq(posix_memalign(&copy, LAYOUT_ALIGN, length), 0);
	memcpy(copy, bytes, length);
	c->bytes = copy;
	c->length = length;
	if (container_check(c, policy, &error))
		for (i = 0; i < c->section_count; i++)
			ck_assert((const uint8_t *)c->sections[i].data >= c->bytes &&
				  (const uint8_t *)c->sections[i].data + c->sections[i].length <=
					  c->bytes + length);
	else
		ck_assert_msg(strlen(error) > 10, "'%s'", error);
	talloc_free(parent);
	free(copy);
}

/* Chance writes header and table, and the key signs it. */
START_TEST(whatever_is_signed)
{
	struct kit *k = kit_new();
	struct container_policy policy = {.keys = k->keys, .scorer = model_scorer};
	static const uint8_t edges[] = {0, 1, 0x7f, 0x80, 0xff, '"', '{', '}', '9', '-'};
	unsigned int chance = 3;
	uint8_t *good, *bytes;
	struct model m;
	size_t length, signed_length, i;
	int round;

	model_fill(&m);
	good = model_bytes(k, &m, &length);
	bytes = talloc_memdup(k, good, length);
	signed_length = (size_t)((uint8_t *)(table_of(good) + m.count) - good);
	for (round = 0; round < 5000; round++) {
		memcpy(bytes, good, length);
		for (i = 0; i < 1 + (size_t)rand_r(&chance) % 6; i++)
			bytes[48 + (size_t)rand_r(&chance) % (signed_length - 48)] =
				rand_r(&chance) % 2 ? edges[(size_t)rand_r(&chance) % sizeof(edges)]
						    : (uint8_t)rand_r(&chance);
		sign_again(k, bytes);
		taken_lies_inside(bytes, length, &policy);
	}
	kit_free(k);
}
END_TEST

UNIT_MAIN("container_signed", signed_but_wrong_tables_are_refused, signed_but_wrong_headers_are_refused,
	  nothing_hides_in_between, numbers_that_are_none_are_refused, whatever_is_signed)
