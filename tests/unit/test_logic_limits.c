/*
 * test_logic_limits.c - JsonLogic rules that are wrong, or mean harm, end in an error; what is left behind
 */
#include <string.h>
#include <talloc.h>

#include "tests/unit/logic_kit.h"
#include "tests/unit/unit.h"

START_TEST(test_refused_rules)
{
	static const struct {
		const char *in, *want;
	} examples[] = {
		{"{\"nope\":[1]}", "/nope: unknown operator"},
		{"{\"if\":[1,2,[{\"a.b\":1}]]}", "/if/2/0/a.b: unknown operator"},
		{"{\"\":[1]}", "/: unknown operator"},
		{"{\"a\\nb\\u007f/~\":1}", "/a?b?~1~0: unknown operator"},
		{"{\"log\":[1,2]}", "/log: wants 1 argument, has 2"},
		{"{\"==\":[1]}", "/==: wants 2 arguments, has 1"},
		{"{\"==\":1}", "/==: wants 2 arguments, has 1"},
		{"{\"!\":[]}", "/!: wants 1 argument, has 0"},
		{"{\"and\":[true,{\"<\":[1,2,3,4]}]}", "/and/1/<: wants 2 to 3 arguments, has 4"},
		{"{\"*\":[]}", "/*: wants at least 1 argument, has 0"},
		{"{\"map\":{\"var\":\"l\"}}", "/map: wants 2 arguments, has 1"},
		{"{\"var\":[1,2,3]}", "/var: wants 0 to 2 arguments, has 3"},
	};
	const char *error;
	void *t = talloc_new(NULL);
	size_t i;

	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		error = NULL;
		ck_assert_ptr_null(logic_parse(t, read_json(t, examples[i].in), &error));
		ck_assert_str_eq(error, examples[i].want);
	}
	talloc_free(t);
}
END_TEST

/* Whoever answers with pointers gets place and fault apart, also where a path stands. */
START_TEST(test_places)
{
	const char *pointer = NULL, *fault = NULL;
	void *t = talloc_new(NULL);
	struct logic_variables *v;

	ck_assert_ptr_null(logic_parse_at(t, read_json(t, "{\"and\":[1,{\"no\":1}]}"), &pointer, &fault));
	ck_assert_str_eq(pointer, "/and/1/no");
	ck_assert_str_eq(fault, "unknown operator");
	v = logic_variables(
		t,
		rule_of(t,
			"{\"and\":[{\"var\":\"a\"},{\"missing\":[\"b\",\"a\"]},{\"var\":{\"cat\":\"c\"}}]}"));
	ck_assert_uint_eq(v->count, 2);
	ck_assert_str_eq(v->places[0], "/and/0/var");
	ck_assert_str_eq(v->places[1], "/and/1/missing/0");
	ck_assert(v->dynamic);
	ck_assert_str_eq(v->dynamic_place, "/and/2/var/cat");
	talloc_free(t);
}
END_TEST

/* A pointer is cut before it fills a log, never inside a character. */
START_TEST(test_long_names)
{
	static const size_t lengths[] = {1, 397, 398, 399, 400, 401, 402, 403, 404, 405, 100000};
	void *t = talloc_new(NULL);
	const char *error;
	char *name;
	size_t i, k;

	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++)
		for (k = 0; k < 2; k++) {
			name = talloc_zero_array(t, char, lengths[i] + 3);
			memset(name, 'x', lengths[i]);
			if (k)
				memcpy(name + lengths[i] - 1, "\xe2\x82\xac", 3);
			error = NULL;
			ck_assert_ptr_null(
				logic_parse(t, read_json(t, talloc_asprintf(t, "{\"%s\":1}", name)), &error));
			ck_assert_uint_lt(strlen(error), 430);
			ck_assert_ptr_nonnull(strstr(error, ": unknown operator"));
			ck_assert((strstr(error, "...") != NULL) == (strlen(name) >= 400));
			read_json(t, talloc_asprintf(t, "\"%s\"", error)); /* is UTF-8 */
		}
	talloc_free(t);
}
END_TEST

/* Deeper than the reader lets pass, so made by hand. */
START_TEST(test_deep_rule)
{
	void *t = talloc_new(NULL);
	struct json *chain = talloc_zero_array(t, struct json, 5000);
	const char *error = NULL;
	size_t i;

	for (i = 0; i + 1 < 5000; i++) {
		chain[i].kind = JSON_ARRAY;
		chain[i].count = 1;
		chain[i].first = chain[i].last = &chain[i + 1];
		chain[i + 1].parent = &chain[i];
	}
	ck_assert_ptr_null(logic_parse(t, chain, &error));
	ck_assert_ptr_nonnull(strstr(error, "/0/0: nests values more than 64 deep"));
	talloc_free(t);
}
END_TEST

START_TEST(test_wide_rule)
{
	void *t = talloc_new(NULL);
	char *text = talloc_strdup(t, "[0");
	const char *error = NULL, *pointer = NULL;
	const struct json *inner;
	size_t i;

	for (i = 1; i < 10001; i++)
		text = talloc_strdup_append_buffer(text, ",0");
	text = talloc_strdup_append_buffer(text, "]");
	ck_assert_ptr_null(logic_parse(t, read_json(t, text), &error));
	ck_assert_str_eq(error, "/9999: has more than 10000 values");
	/* One that stands in a document is told from the rule on. */
	inner = read_json(t, talloc_asprintf(t, "{\"when\":%s}", text))->first;
	ck_assert_ptr_null(logic_parse_at(t, inner, &pointer, &error));
	ck_assert_str_eq(pointer, "/9999");
	talloc_free(t);
}
END_TEST

#define TEN   "[1,1,1,1,1,1,1,1,1,1]"
#define FORTY "{\"merge\":[" TEN "," TEN "," TEN "," TEN "]}"
#define SUM   "{\"var\":\"accumulator\"}"

/* Each would take exponential time or room, and ends with a limit instead. */
START_TEST(test_explosions)
{
	static const struct {
		const char *in, *want;
	} examples[] = {
		{"{\"reduce\":[" FORTY ",{\"merge\":[" SUM "," SUM "]},[1]]}", "steps"},
		{"{\"reduce\":[" FORTY ",{\"cat\":[" SUM "," SUM "]},\"x\"]}", "bytes of text"},
		{"{\"reduce\":[" FORTY ",[" SUM "," SUM "],[1]]}", "deep"},
		{"{\"reduce\":[" FORTY ",{\"var\":\"\"},1]}", "deep"},
		{"{\"reduce\":[" TEN ","
		 "[" SUM "," SUM "," SUM "," SUM "],[1]]}",
		 "values"},
		{"{\"cat\":{\"reduce\":[" TEN ",[" SUM "," SUM "," SUM "," SUM "],[]]}}", "steps"},
		{"{\"==\":[1,{\"reduce\":[" TEN ",[" SUM "," SUM "," SUM "," SUM "],[7]]}]}", "steps"},
		{"{\"map\":[" FORTY ",{\"map\":[" FORTY ",{\"map\":[" FORTY ",1]}]}]}", "steps"},
	};
	const char *got;
	void *t;
	size_t i;

	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		t = talloc_new(NULL);
		got = result(t, examples[i].in, "null", NULL);
		ck_assert_msg(strstr(got, "more than") && strstr(got, examples[i].want), "%s: %.200s",
			      examples[i].in, got);
		talloc_free(t);
	}
}
END_TEST

START_TEST(test_limits)
{
	struct logic_limits limits = {.steps = 3};
	void *t = talloc_new(NULL);
	const char *data = "{\"t\":\"0123456789\",\"l\":[[1,2],[3]]}";

	ck_assert_str_eq(result(t, "{\"+\":[1,2]}", data, &limits), "3");
	ck_assert_str_eq(result(t, "{\"if\":[{\"+\":[{\"+\":[{\"+\":1}]}]},2]}", data, &limits),
			 "/if/0/+/0/+/0/+: takes more than 3 steps");
	limits = (struct logic_limits){.bytes = 19};
	ck_assert_str_eq(result(t, "{\"cat\":[{\"var\":\"t\"},{\"var\":\"t\"}]}", data, &limits),
			 "/cat: makes more than 19 bytes of text");
	ck_assert_str_eq(result(t, "[{\"var\":\"t\"},{\"var\":\"t\"}]", data, &limits),
			 "the whole rule: has more than 19 bytes of text");
	limits = (struct logic_limits){.values = 5};
	ck_assert_str_eq(result(t, "{\"var\":\"l\"}", data, &limits),
			 "the whole rule: has more than 5 values");
	limits = (struct logic_limits){.depth = 1};
	ck_assert_str_eq(result(t, "{\"merge\":[{\"var\":\"l.0\"},3]}", data, &limits), "[1,2,3]");
	ck_assert_str_eq(result(t, "{\"var\":\"l\"}", data, &limits),
			 "the whole rule: nests values more than 1 deep");
	talloc_free(t);
}
END_TEST

/* Reading far into big data counts, too: no rule can make a scan of it ten thousand times. */
START_TEST(test_big_data)
{
	void *t = talloc_new(NULL);
	char *text = talloc_zero_array(t, char, 400002), *rule;
	size_t i;

	for (i = 0; i < 200000; i++)
		memcpy(text + 2 * i, i ? ",1" : "[1", 2);
	text[400000] = ']';
	rule = talloc_asprintf(t, "{\"map\":[%s,0]}", "{\"var\":\"\"}");
	ck_assert_ptr_nonnull(strstr(result(t, rule, text, NULL), "steps"));
	ck_assert_str_eq(result(t, "{\"var\":\"199999\"}", text, NULL), "1");
	rule = talloc_strdup(t, "{\"+\":[0");
	for (i = 0; i < 100; i++)
		rule = talloc_asprintf_append_buffer(rule, ",{\"var\":\"%zu\"}", 199999 - i);
	rule = talloc_strdup_append_buffer(rule, "]}");
	ck_assert_ptr_nonnull(strstr(result(t, rule, text, NULL), "steps"));
	talloc_free(t);
}
END_TEST

/* The value lives on by itself, and an evaluation leaves nothing behind. */
START_TEST(test_ownership)
{
	void *t = talloc_new(NULL), *other = talloc_new(NULL);
	struct logic *l = rule_of(other, "[{\"var\":\"o\"},\"constant\",{\"cat\":[\"m\",\"ade\"]}]");
	const struct json *data = read_json(other, default_data), *value;
	const char *error;
	size_t blocks = talloc_total_blocks(t);

	ck_assert(logic_evaluate(t, l, data, NULL, &value, &error));
	talloc_free(other);
	ck_assert_str_eq(written(t, value),
			 "[[{\"q\":1,\"s\":\"x\"},{\"q\":2,\"s\":\"y\"}],\"constant\",\"made\"]");
	ck_assert_str_eq(json_pointer(t, value->first->first->next->first), "/0/1/q");
	talloc_free_children(t);
	ck_assert_uint_eq(talloc_total_blocks(t), blocks);
	talloc_free(t);
}
END_TEST

UNIT_MAIN("logic limits", test_refused_rules, test_places, test_long_names, test_deep_rule, test_wide_rule,
	  test_explosions, test_limits, test_big_data, test_ownership)
