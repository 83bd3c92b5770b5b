/*
 * test_logic_mutations.c - rules and data put together at random must end in a value or an error
 *
 * The seed is fixed, so that what fails once fails again. A mutation puts a part of one text into
 * another: mostly whole arrays and objects, which keeps the text JSON, sometimes single bytes. Under
 * SANITIZE=1 this looks for reads and writes out of place.
 */
#include <stdio.h>
#include <string.h>
#include <talloc.h>

#include "common/json.h"
#include "common/logic.h"
#include "tests/unit/unit.h"

enum {
	ROUNDS = 200000,
	TEXT_MAX = 2000
};

static const char *const rules[] = {
	"{\"and\":[{\">=\":[{\"var\":\"a\"},-1.5e3]},{\"in\":[{\"var\":\"t\"},[\"x\",\"\xc3\xa9\"]]},{\"!\":{"
	"\"var\":\"z\"}}]}",
	"{\"if\":[{\"missing\":[\"a\",\"n.b\",[\"q\",1]]},{\"cat\":[\"m\",{\"var\":\"l\"},null]},{\"?:\":[{},"
	"[],\"\"]}]}",
	"{\"map\":[{\"filter\":[{\"var\":\"l\"},{\"%\":[{\"var\":\"\"},2]}]},{\"*\":[{\"var\":\"\"},\"2x\"]}]"
	"}",
	"{\"reduce\":[{\"var\":\"o\"},{\"merge\":[{\"var\":\"accumulator\"},{\"var\":\"current.q\"}]},[[]]]}",
	"{\"reduce\":[{\"var\":\"l\"},[{\"var\":\"accumulator\"},{\"var\":\"\"}],{\"var\":\"n\"}]}",
	"{\"substr\":[{\"var\":\"smile\"},{\"-\":[{\"var\":\"a\"}]},{\"var\":[\"l.1\",-2]}]}",
	"{\"missing_some\":[{\"min\":[1,{\"max\":[\"0x1F\",true]}]},{\"merge\":[\"a\",[\"b\",\"c\"]]}]}",
	"[{\"<\":[1,{\"var\":\"smile.1\"},[3]]},{\"<=\":[\"a\",\"\xf0\x9f\x98\x80\",\"\xee\x80\x80\"]},{\"/"
	"\":[0,{\"+\":[]}]}]",
	"{\"some\":[{\"var\":\"\"},{\"===\":[{\"var\":\"q\"},{\"!==\":[[],{\"or\":[]}]}]}]}",
	"{\"all\":[[{\"none\":[{\"var\":\"e\"},1]}],{\"!!\":[{\"!=\":[{\"var\":\"1.length\"},{\"==\":[\" 1e0 "
	"\",1]}]}]}]}",
	"{\"days_between\":[\"2026-01-01T00:00:00Z\",{\"var\":\"when\"}]}",
	"{\"same_day\":[{\"anniversary\":[\"2024-02-29\",{\"var\":\"when\"}]},{\"day_of\":[{\"var\":\"when\"}"
	",\"UTC\"]},"
	"\"Europe/London\"]}",
	"{\"a\":1,\"t\":\"h\xc3\xa9llo\",\"z\":null,\"n\":{\"b\":{\"c\":\"deep\"},\"\":0},\"l\":[1,\"2\",3.5,"
	"true],\"e\":[],"
	"\"o\":[{\"q\":1},{\"q\":[2,{}]}],\"smile\":\"a\xf0\x9f\x98\x80z\",\"when\":\"2026-02-01T00:00:00+01:"
	"00\"}",
	"[[1,[2,[3,{\"q\":[]}]]],\"\xf0\x9f\x98\x80\xf0\x9f\x98\x80\",1e308,-1e-308,9007199254740993]",
};

enum {
	RULE_COUNT = sizeof(rules) / sizeof(rules[0])
};

static uint64_t state = 20260105;

/* Below n; xorshift64*, Vigna 2016. */
static size_t below(size_t n)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (size_t)((state * UINT64_C(2685821657736338717)) >> 33) % n;
}

/* An array or object anywhere in the tree, most often not the root. */
static const struct json *any_part(const struct json *json)
{
	const struct json *found = json, *child;
	size_t i;

	while (found->count > 0 && below(5) > 0) {
		for (child = found->first, i = below(found->count); i > 0; i--)
			child = child->next;
		if (child->kind != JSON_ARRAY && child->kind != JSON_OBJECT)
			break;
		found = child;
	}
	return found;
}

/* Replaces a part of `text` by a part of another text; both stay JSON. */
static void splice(void *t, char *text)
{
	const char *other = rules[below(RULE_COUNT)], *error;
	const struct json *into = json_parse(t, text, strlen(text), &error);
	const struct json *from = json_parse(t, other, strlen(other), &error);
	char *made;

	ck_assert_ptr_nonnull(from);
	if (into == NULL || (into->kind != JSON_ARRAY && into->kind != JSON_OBJECT))
		return;
	into = any_part(into);
	from = any_part(from);
	made = talloc_asprintf(t, "%.*s%.*s%s", (int)into->begin, text, (int)(from->end - from->begin),
			       other + from->begin, text + into->end);
	if (strlen(made) < TEXT_MAX)
		memcpy(text, made, strlen(made) + 1);
}

static void change_byte(char *text)
{
	static const char bytes[] = "{}[]\",:.0129-+eExtr \\u\x80\xf0\x01";

	text[below(strlen(text))] = bytes[below(sizeof(bytes) - 1)];
}

static const struct json *mutated(void *t, size_t first)
{
	char text[TEXT_MAX];
	const char *error = NULL;
	size_t i;

	snprintf(text, sizeof(text), "%s", rules[first]);
	for (i = below(4); i > 0; i--)
		splice(t, text);
	if (below(8) == 0)
		change_byte(text);
	return json_parse(t, text, strlen(text), &error);
}

/* What is made can be written, and read again. */
static void check_value(void *t, const struct json *value)
{
	struct json_writer *w = json_writer_new(t);
	const char *text, *error = NULL;
	size_t length;

	json_put_value(w, NULL, value);
	text = json_text(w, &length);
	ck_assert_msg(json_parse(t, text, length, &error) != NULL, "%s: %s", text, error);
}

/* 0 refused, 1 over a limit, 2 a value */
static int try_one(void *t)
{
	struct logic_limits limits = {
		.steps = 1 + below(100), .values = 1 + below(100), .bytes = 1 + below(1000)};
	const struct json *rule = mutated(t, below(RULE_COUNT)),
			  *data = mutated(t, below(4) ? RULE_COUNT - 2 : 0);
	const struct json *value = NULL;
	const char *error = NULL;
	struct logic *l = rule && data ? logic_parse(t, rule, &error) : NULL;
	bool good;

	if (l == NULL) {
		ck_assert(rule == NULL || data == NULL || error != NULL);
		return 0;
	}
	logic_variables(t, l);
	good = logic_evaluate(t, l, data, &limits, &value, &error);
	ck_assert(good ? value != NULL && error == NULL : value == NULL && error != NULL);
	if (good)
		check_value(t, value);
	return 1 + good;
}

START_TEST(test_mutations)
{
	size_t seen[3] = {0}, i;
	void *t;

	for (i = 0; i < ROUNDS; i++) {
		t = talloc_new(NULL);
		seen[try_one(t)]++;
		talloc_free(t);
	}
	ck_assert_msg(seen[0] > 1000 && seen[1] > 1000 && seen[2] > ROUNDS / 4,
		      "refused %zu, over a limit %zu, values %zu", seen[0], seen[1], seen[2]);
}
END_TEST

UNIT_MAIN("logic mutations", test_mutations)
