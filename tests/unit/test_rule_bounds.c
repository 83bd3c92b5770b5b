/*
 * test_rule_bounds.c - bounds read from rules: what they are for rules that people write, and, for thousands
 * that nobody would write, that whatever a rule is true of lies within
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/rule_bounds.h"
#include "tests/unit/logic_kit.h"
#include "tests/unit/unit.h"

static const char *const names[] = {"tier", "points", "idle"};
enum {
	NAMES = sizeof(names) / sizeof(names[0])
};

/* One bound in a line: "null 5..9 gold silver other"; "*" for any text, "any" for everything. */
static const char *described(void *t, const struct fact_bound *f)
{
	char *s = talloc_strdup(t, f->null ? "null " : "");
	size_t i;

	if (fact_bound_any(f))
		return "any";
	if (f->least <= f->most)
		s = talloc_asprintf_append(s, "%g..%g ", f->least, f->most);
	if (f->any_text)
		s = talloc_strdup_append(s, "* ");
	for (i = 0; !f->any_text && i < f->text_count; i++)
		s = talloc_asprintf_append(s, "%s ", f->texts[i]);
	s = talloc_strdup_append(s, f->others ? "other " : "");
	s[strlen(s) - (*s != '\0')] = '\0';
	return s;
}

START_TEST(test_rules_that_people_write)
{
	static const struct {
		const char *rule, *tier, *points, *idle, *why;
	} examples[] = {
		{"true", "any", "any", "any", "everybody"},
		{"{\"==\":[{\"var\":\"tier\"},\"gold\"]}", "gold other", "any", "any", "one text"},
		{"{\"===\":[\"gold\",{\"var\":\"tier\"}]}", "gold", "any", "any", "the other way round"},
		{"{\"in\":[{\"var\":\"tier\"},[\"gold\",\"silver\",null]]}", "null gold silver", "any", "any",
		 "a set"},
		{"{\"in\":[\"old\",{\"var\":\"tier\"}]}", "* other", "any", "any", "a part of a text"},
		{"{\">\":[{\"var\":\"points\"},1000]}", "any", "1000..inf * other", "any",
		 "null counts as 0"},
		{"{\"<\":[{\"var\":\"points\"},10]}", "any", "null -inf..10 * other", "any", "and 0 is less"},
		{"{\"<=\":[100,{\"var\":\"points\"},200]}", "any", "100..200 * other", "any", "between"},
		{"{\"!\":{\"<\":[{\"var\":\"points\"},10]}}", "any", "10..inf * other", "any", "not less"},
		{"{\"and\":[{\">=\":[{\"var\":\"points\"},5]},{\"<\":[{\"var\":\"points\"},9]},{\"!=\":[{"
		 "\"var\":\"idle\"},null]}]}",
		 "any", "5..9 * other", "-inf..inf * other", "and cuts"},
		{"{\"or\":[{\"===\":[{\"var\":\"points\"},5]},{\"===\":[{\"var\":\"points\"},9]}]}", "any",
		 "5..9", "any", "or takes what lies between"},
		{"{\"or\":[{\"===\":[{\"var\":\"points\"},5]},{\"===\":[{\"var\":\"tier\"},\"gold\"]}]}",
		 "any", "any", "any", "either of two bounds neither"},
		{"{\"or\":[{\"and\":[{\"===\":[{\"var\":\"points\"},5]},{\"===\":[{\"var\":\"points\"},6]}]},"
		 "{\"===\":[{\"var\":\"tier\"},\"gold\"]}]}",
		 "gold", "any", "any", "what is never true adds nothing"},
		{"{\"!\":{\"or\":[{\"!==\":[{\"var\":\"tier\"},\"gold\"]},{\">\":[{\"var\":\"idle\"},30]}]}}",
		 "gold", "any", "null -inf..30 * other", "De Morgan"},
		{"{\"if\":[{\"===\":[{\"var\":\"tier\"},\"gold\"]},{\">=\":[{\"var\":\"points\"},1]},"
		 "{\"===\":[{\"var\":\"tier\"},\"silver\"]},{\">=\":[{\"var\":\"points\"},2]},false]}",
		 "gold silver", "1..inf * other", "any", "a chain of conditions"},
		{"{\"var\":\"tier\"}", "-inf..inf * other", "any", "any", "there at all"},
		{"{\"!\":{\"var\":\"points\"}}", "any", "null 0..0  other", "any", "nothing, or none"},
		{"{\">\":[{\"+\":[{\"var\":\"points\"},1]},5]}", "any", "any", "any",
		 "arithmetic is not read"},
		{"{\">\":[{\"var\":[\"points\",7]},5]}", "any", "any", "any", "nor are fallbacks"},
		{"{\">\":[{\"var\":\"points\"},\"many\"]}", "any", "* other", "any",
		 "no number is above a word"},
		{"{\"and\":[]}", "any", "any", "any", "nothing asked: false, but it bounds nothing"},
	};
	void *t = talloc_new(NULL);
	struct rule_bounds *b;
	size_t i;

	for (i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		b = rule_bounds_new(t, rule_of(t, examples[i].rule), names, NAMES);
		ck_assert_msg(!b->never, "%s", examples[i].rule);
		ck_assert_msg(strcmp(described(t, &b->facts[0]), examples[i].tier) == 0 &&
				      strcmp(described(t, &b->facts[1]), examples[i].points) == 0 &&
				      strcmp(described(t, &b->facts[2]), examples[i].idle) == 0,
			      "%s (%s): \"%s\" \"%s\" \"%s\"", examples[i].rule, examples[i].why,
			      described(t, &b->facts[0]), described(t, &b->facts[1]),
			      described(t, &b->facts[2]));
	}
	talloc_free(t);
}
END_TEST

START_TEST(test_never)
{
	static const char *const rules[] = {
		"false",
		"0",
		"[]",
		"{\"and\":[true,{\"!\":true}]}",
		"{\"and\":[{\"===\":[{\"var\":\"tier\"},\"gold\"]},{\"in\":[{\"var\":\"tier\"},[\"silver\","
		"\"bronze\"]]}]}",
		"{\"in\":[{\"var\":\"tier\"},[]]}",
		"{\"if\":[true,false,true]}",
	};
	void *t = talloc_new(NULL);
	struct rule_bounds *b;
	size_t i;

	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		b = rule_bounds_new(t, rule_of(t, rules[i]), names, NAMES);
		ck_assert_msg(b->never, "%s", rules[i]);
		ck_assert(!rule_bounds_admit(b, read_json(t, "{\"tier\":\"gold\"}")));
	}
	talloc_free(t);
}
END_TEST

/* A set that is too large is any text; a rule that doubles at every level ends all the same. */
START_TEST(test_limits)
{
	void *t = talloc_new(NULL);
	char *rule = talloc_strdup(t, "{\"in\":[{\"var\":\"tier\"},[\"t0\"");
	struct rule_bounds *b;
	int i;

	for (i = 1; i <= FACT_TEXTS_MAX; i++)
		rule = talloc_asprintf_append(rule, ",\"t%d\"", i);
	b = rule_bounds_new(t, rule_of(t, talloc_strdup_append(rule, "]]}")), names, NAMES);
	ck_assert(b->facts[0].any_text && !b->facts[0].null);
	rule = talloc_strdup(t, "{\"var\":\"tier\"}");
	for (i = 0; i < 14; i++)
		rule = talloc_asprintf(t, "{\"if\":[%s,%s,false]}", rule,
				       "{\"===\":[{\"var\":\"tier\"},\"x\"]}");
	b = rule_bounds_new(t, rule_of(t, rule), names, NAMES);
	ck_assert(rule_bounds_admit(b, read_json(t, "{\"tier\":\"x\"}")));
	talloc_free(t);
}
END_TEST

/* --- rules and facts by chance -------------------------------------------------------------------- */

static unsigned short chance[3] = {7, 11, 13};

static int below(int limit)
{
	return (int)(nrand48(chance) % limit);
}

static const char *any_constant(void)
{
	static const char *const constants[] = {"null",     "true",    "false",    "0",          "1",
						"5",        "10",      "-3",       "7.5",        "\"\"",
						"\"5\"",    "\"10\"",  "\"gold\"", "\"silver\"", "\"g\"",
						"\"null\"", "\"0x5\"", "\"1e1\""};

	return constants[below(sizeof(constants) / sizeof(constants[0]))];
}

static const char *any_fact(void *t)
{
	return talloc_asprintf(t, "{\"var\":\"%s\"}", names[below(NAMES)]);
}

static const char *any_rule(void *t, int depth);

static const char *any_term(void *t, int depth)
{
	int kind = below(10);

	return kind < 5 ? any_fact(t) : kind < 9 || depth == 0 ? any_constant() : any_rule(t, depth - 1);
}

static const char *any_comparison(void *t, int depth)
{
	static const char *const operators[] = {"<", "<=", ">", ">=", "==", "!=", "===", "!=="};
	const char *operator= operators[below(8)];

	if (below(6) == 0)
		return talloc_asprintf(t, "{\"%s\":[%s,%s,%s]}", operators[below(2)], any_term(t, depth),
				       any_term(t, depth), any_term(t, depth));
	if (below(5) == 0)
		return talloc_asprintf(t, "{\"in\":[%s,[%s,%s,%s]]}", any_term(t, depth), any_constant(),
				       any_constant(), any_term(t, depth));
	if (below(8) == 0)
		return talloc_asprintf(t, "{\"in\":[%s,%s]}", any_term(t, depth), any_term(t, depth));
	return talloc_asprintf(t, "{\"%s\":[%s,%s]}", operator, any_term(t, depth), any_term(t, depth));
}

static const char *any_rule(void *t, int depth)
{
	static const char *const lists[] = {"and", "or", "if", "?:"};
	char *rule;
	int i, count;

	if (depth == 0 || below(3) == 0)
		return any_comparison(t, depth);
	if (below(4) == 0)
		return talloc_asprintf(t, "{\"%s\":[%s]}", below(3) ? "!" : "!!", any_rule(t, depth - 1));
	if (below(12) == 0)
		return any_fact(t);
	rule = talloc_asprintf(t, "{\"%s\":[", lists[below(4)]);
	count = below(5);
	for (i = 0; i < count; i++)
		rule = talloc_asprintf_append(rule, "%s%s", i ? "," : "", any_rule(t, depth - 1));
	return talloc_strdup_append(rule, "]}");
}

static const char *any_facts(void *t)
{
	static const char *const odd[] = {"[]", "[5]", "[\"gold\"]", "{}", "{\"a\":1}"};
	char *facts = talloc_strdup(t, "{\"more\":1");
	size_t i;

	for (i = 0; i < NAMES; i++)
		if (below(8) > 0)
			facts = talloc_asprintf_append(facts, ",\"%s\":%s", names[i],
						       below(10) ? any_constant() : odd[below(5)]);
	return talloc_strdup_append(facts, "}");
}

START_TEST(test_what_is_true_lies_within)
{
	enum {
		RULES = 12000,
		MEMBERS = 12
	};
	size_t is_true = 0, kept_out = 0;
	const struct json *facts, *value;
	struct rule_bounds *b;
	const char *rule, *error;
	struct logic *l;
	int i, k;
	void *t;
	bool within;

	for (i = 0; i < RULES; i++) {
		t = talloc_new(NULL);
		rule = any_rule(t, 4);
		l = rule_of(t, rule);
		b = rule_bounds_new(t, l, names, NAMES);
		for (k = 0; k < MEMBERS; k++) {
			facts = read_json(t, any_facts(t));
			ck_assert(logic_evaluate(t, l, facts, NULL, &value, &error));
			within = rule_bounds_admit(b, facts);
			ck_assert_msg(within || !logic_true(value), "%s is true of %s", rule,
				      written(t, facts));
			is_true += logic_true(value);
			kept_out += !within;
		}
		talloc_free(t);
	}
	/* The rules are worth trying: often true, and the bounds often leave somebody out. */
	ck_assert_uint_gt(is_true, RULES * MEMBERS / 10);
	ck_assert_uint_gt(kept_out, RULES * MEMBERS / 20);
}
END_TEST

START_TEST(test_hull)
{
	static const char *const rules[] = {
		"false",
		"{\"and\":[{\"===\":[{\"var\":\"tier\"},\"gold\"]},{\"===\":[{\"var\":\"points\"},5]}]}",
		"{\"and\":[{\"===\":[{\"var\":\"tier\"},\"silver\"]},{\"===\":[{\"var\":\"points\"},9]}]}",
	};
	void *t = talloc_new(NULL);
	const struct rule_bounds *each[3];
	struct rule_bounds *hull;
	size_t i;

	for (i = 0; i < 3; i++)
		each[i] = rule_bounds_new(t, rule_of(t, rules[i]), names, NAMES);
	hull = rule_bounds_hull(t, each, 3);
	ck_assert(!hull->never);
	ck_assert_str_eq(described(t, &hull->facts[0]), "gold silver");
	ck_assert_str_eq(described(t, &hull->facts[1]), "5..9");
	ck_assert_str_eq(described(t, &hull->facts[2]), "any");
	ck_assert_str_eq(described(t, &each[1]->facts[0]), "gold"); /* as it was */
	ck_assert(rule_bounds_hull(t, each, 1)->never);
	ck_assert(rule_bounds_hull(t, each, 0)->never);
	talloc_free(t);
}
END_TEST

START_TEST(test_what_one_of_several_is_true_of_lies_within_their_hull)
{
	enum {
		ROUNDS = 2000,
		TOGETHER = 2,
		MEMBERS = 12
	};
	const struct rule_bounds *each[TOGETHER];
	struct logic *l[TOGETHER];
	size_t is_true = 0, kept_out = 0;
	const struct json *facts, *value;
	struct rule_bounds *hull;
	const char *error;
	int i, k, m;
	void *t;

	for (i = 0; i < ROUNDS; i++) {
		t = talloc_new(NULL);
		for (k = 0; k < TOGETHER; k++) {
			l[k] = rule_of(t, any_rule(t, 3));
			each[k] = rule_bounds_new(t, l[k], names, NAMES);
		}
		hull = rule_bounds_hull(t, each, TOGETHER);
		for (m = 0; m < MEMBERS; m++) {
			facts = read_json(t, any_facts(t));
			kept_out += !rule_bounds_admit(hull, facts);
			for (k = 0; k < TOGETHER; k++) {
				ck_assert(logic_evaluate(t, l[k], facts, NULL, &value, &error));
				ck_assert(!logic_true(value) || rule_bounds_admit(hull, facts));
				is_true += logic_true(value);
			}
		}
		talloc_free(t);
	}
	ck_assert_uint_gt(is_true, ROUNDS * MEMBERS / 10);
	ck_assert_uint_gt(kept_out, ROUNDS * MEMBERS / 100);
}
END_TEST

START_TEST(test_memory)
{
	void *t = talloc_new(NULL);
	struct logic *l = rule_of(t, "{\"in\":[{\"var\":\"tier\"},[\"gold\",\"silver\"]]}");
	size_t before = talloc_total_blocks(t);

	talloc_free(rule_bounds_new(t, l, names, NAMES));
	ck_assert_uint_eq(talloc_total_blocks(t), before);
	talloc_free(t);
}
END_TEST

UNIT_MAIN("rule_bounds", test_rules_that_people_write, test_never, test_limits, test_what_is_true_lies_within,
	  test_hull, test_what_one_of_several_is_true_of_lies_within_their_hull, test_memory)
