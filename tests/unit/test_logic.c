/*
 * test_logic.c - JsonLogic: each operator, and JavaScript's conversions
 */
#include <string.h>
#include <talloc.h>

#include "tests/unit/logic_kit.h"
#include "tests/unit/unit.h"

struct example {
	const char *in, *want;
};

static void check(const struct example *examples, size_t count)
{
	const char *got;
	void *t;
	size_t i;

	for (i = 0; i < count; i++) {
		t = talloc_new(NULL);
		got = result(t, examples[i].in, default_data, NULL);
		ck_assert_msg(strcmp(got, examples[i].want) == 0, "%s: got %s, want %s", examples[i].in, got,
			      examples[i].want);
		talloc_free(t);
	}
}

#define CHECK(examples) check(examples, sizeof(examples) / sizeof((examples)[0]))

START_TEST(test_constants)
{
	static const struct example examples[] = {
		{"17", "17"},
		{"\"x\"", "\"x\""},
		{"null", "null"},
		{"{}", "{}"},
		{"{\"a\":{\"var\":\"a\"},\"b\":2}",
		 "{\"a\":{\"var\":\"a\"},\"b\":2}"}, /* two members: no rule */
		{"[1,{\"var\":\"a\"},[{\"var\":\"t\"}]]", "[1,1,[\"h\xc3\xa9llo\"]]"},
		{"-0.0", "0"},
		{"1.25", "1.25"},
	};

	CHECK(examples);
}
END_TEST

START_TEST(test_var)
{
	static const struct example examples[] = {
		{"{\"var\":\"a\"}", "1"},
		{"{\"var\":[\"a\"]}", "1"},
		{"{\"var\":[\"no\",7]}", "false"}, /* there, though false */
		{"{\"var\":[\"z\",7]}", "null"},   /* there, though null */
		{"{\"var\":[\"nope\",7]}", "7"},
		{"{\"var\":[\"nope\",{\"var\":\"a\"}]}", "1"},
		{"{\"var\":\"z.x.y\"}", "null"},
		{"{\"var\":\"n.b.c\"}", "\"deep\""},
		{"{\"var\":\"n.\"}", "\"unnamed\""},
		{"{\"var\":\"l.2\"}", "3"},
		{"{\"var\":\"l.02\"}", "null"},
		{"{\"var\":\"l.-1\"}", "null"},
		{"{\"var\":\"l.4\"}", "null"},
		{"{\"var\":\"l.99999999999999999999\"}", "null"},
		{"{\"var\":\"l.length\"}", "4"},
		{"{\"var\":\"o.1.s\"}", "\"y\""},
		{"{\"var\":\"smile.length\"}", "4"},
		{"{\"var\":\"t.1\"}", "\"\xc3\xa9\""},
		{"{\"var\":\"a.b\"}", "null"},
		{"{\"var\":{\"cat\":[\"n.\",\"b.c\"]}}", "\"deep\""},
		{"{\"var\":\"big\"}", "9007199254740993"},
		{"{\"var\":\"constructor\"}", "null"},
		{"{\"var\":\"__proto__\"}", "null"},
		{"{\"var\":\"l.constructor\"}", "null"},
	};
	void *t = talloc_new(NULL);

	CHECK(examples);
	ck_assert_str_eq(result(t, "{\"var\":\"\"}", "[1,2]", NULL), "[1,2]");
	ck_assert_str_eq(result(t, "{\"var\":[]}", "5", NULL), "5");
	ck_assert_str_eq(result(t, "{\"var\":null}", "5", NULL), "5");
	ck_assert_str_eq(result(t, "{\"var\":1}", "[\"x\",\"y\"]", NULL), "\"y\"");
	ck_assert_str_eq(result(t, "{\"var\":1.1}", "[0,[0,\"y\"]]", NULL), "\"y\"");
	ck_assert_str_eq(result(t, "{\"var\":\"a\"}", NULL, NULL), "null");
	ck_assert_str_eq(result(t, "{\"var\":\"\"}", NULL, NULL), "null");
	ck_assert_str_eq(result(t, "{\"var\":[\"a\",2]}", "null", NULL), "2");
	talloc_free(t);
}
END_TEST

START_TEST(test_missing)
{
	static const struct example examples[] = {
		{"{\"missing\":[\"a\",\"x\",\"z\",\"empty\",\"no\"]}", "[\"x\",\"z\",\"empty\"]"},
		{"{\"missing\":\"n.b.d\"}", "[\"n.b.d\"]"},
		{"{\"missing\":[]}", "[]"},
		{"{\"missing\":[[\"x\",\"a\"],\"y\"]}", "[\"x\"]"},
		{"{\"missing\":{\"merge\":[\"x\",{\"if\":[{\"var\":\"a\"},[\"y\"],[]]}]}}", "[\"x\",\"y\"]"},
		{"{\"missing_some\":[1,[\"x\",\"a\"]]}", "[]"},
		{"{\"missing_some\":[2,[\"x\",\"a\",\"y\"]]}", "[\"x\",\"y\"]"},
		{"{\"missing_some\":[0,[\"x\"]]}", "[]"},
		{"{\"missing_some\":[1,\"x\"]}", "[\"x\"]"},
	};
	void *t = talloc_new(NULL);

	CHECK(examples);
	/* data that looks like a rule is not run: as a key it is the text [object Object] */
	ck_assert_str_eq(result(t, "{\"missing_some\":[1,{\"var\":\"k\"}]}",
				"{\"k\":[{\"var\":\"secret\"}],\"secret\":\"k\"}", NULL),
			 "[{\"var\":\"secret\"}]");
	talloc_free(t);
}
END_TEST

START_TEST(test_branches)
{
	static const struct example examples[] = {
		{"{\"if\":[]}", "null"},
		{"{\"if\":[7]}", "7"},
		{"{\"if\":[0,1]}", "null"},
		{"{\"if\":[1,2,3]}", "2"},
		{"{\"if\":[0,2,\"\",3,\"0\",4,5]}", "4"},
		{"{\"?:\":[false,1,2]}", "2"},
		{"{\"and\":[]}", "null"},
		{"{\"and\":[1,\"\",3]}", "\"\""},
		{"{\"and\":[1,{}]}", "{}"},
		{"{\"or\":[0,[],null]}", "null"},
		{"{\"or\":[0,\"x\",1]}", "\"x\""},
		{"{\"!\":[[]]}", "true"},
		{"{\"!\":\"0\"}", "false"},
		{"{\"!!\":[[0]]}", "true"},
		{"{\"!!\":{\"-\":[\"x\"]}}", "false"}, /* NaN */
	};

	CHECK(examples);
}
END_TEST

/* Each pair by == and ===; the mirrored pair gives the same. */
START_TEST(test_equality)
{
	static const struct {
		const char *a, *b;
		bool loose, strict;
	} pairs[] = {
		{"1", "1.0", true, true},
		{"1", "\"1\"", true, false},
		{"1", "\" 1 \"", true, false},
		{"255", "\"0xff\"", true, false},
		{"5", "\"0b101\"", true, false},
		{"8", "\"0o10\"", true, false},
		{"0", "\"-0x0\"", false, false},
		{"0", "\"\"", true, false},
		{"0", "\"x\"", false, false},
		{"0", "false", true, false},
		{"1", "true", true, false},
		{"2", "true", false, false},
		{"\"true\"", "true", false, false},
		{"\"1\"", "true", true, false},
		{"null", "0", false, false},
		{"null", "false", false, false},
		{"null", "\"\"", false, false},
		{"null", "{\"and\":[]}", true, false}, /* undefined */
		{"null", "null", true, true},
		{"[]", "\"\"", true, false},
		{"[]", "0", true, false},
		{"[]", "[]", false, false},
		{"[1]", "1", true, false},
		{"[1,2]", "\"1,2\"", true, false},
		{"[null]", "\"\"", true, false},
		{"[[[5]]]", "5", true, false},
		{"{}", "\"[object Object]\"", true, false},
		{"{}", "{}", false, false},
		{"{\"var\":\"l\"}", "{\"var\":\"l\"}", true, true},
		{"{\"var\":\"n\"}", "{\"var\":\"n\"}", true, true},
		{"{\"-\":\"x\"}", "{\"-\":\"x\"}", false, false},
		{"\"a\"", "\"a\"", true, true},
		{"\"a\"", "\"A\"", false, false},
		{"\"Infinity\"", "{\"/\":[1,0]}", true, false},
	};
	static const char *const names[] = {"==", "!=", "===", "!=="};
	void *t = talloc_new(NULL);
	char *rule;
	bool want;
	size_t i, k;

	for (i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		for (k = 0; k < 8; k++) {
			rule = talloc_asprintf(t, "{\"%s\":[%s,%s]}", names[k / 2],
					       k % 2 ? pairs[i].b : pairs[i].a,
					       k % 2 ? pairs[i].a : pairs[i].b);
			want = (k < 4 ? pairs[i].loose : pairs[i].strict) != (k / 2 % 2);
			ck_assert_msg(strcmp(result(t, rule, default_data, NULL), want ? "true" : "false") ==
					      0,
				      "%s is not %d", rule, want);
		}
	talloc_free(t);
}
END_TEST

START_TEST(test_order)
{
	static const struct example examples[] = {
		{"{\"<\":[1,2]}", "true"},
		{"{\"<\":[\"10\",\"9\"]}", "true"}, /* two texts */
		{"{\"<\":[\"10\",9]}", "false"},
		{"{\"<\":[\"x\",9]}", "false"},
		{"{\">=\":[\"x\",9]}", "false"},
		{"{\"<\":[null,1]}", "true"},
		{"{\"<\":[{\"and\":[]},1]}", "false"},
		{"{\"<=\":[[],0]}", "true"},
		{"{\"<\":[[2],[10]]}", "false"}, /* as texts */
		{"{\">\":[true,false]}", "true"},
		{"{\"<\":[1,2,3]}", "true"},
		{"{\"<\":[1,3,3]}", "false"},
		{"{\"<=\":[1,3,3]}", "true"},
		{"{\"<=\":[2,1,3]}", "false"},
		{"{\"<\":[1,2,null]}", "false"},
		{"{\"<\":[1,2,{\"and\":[]}]}", "true"},
		{"{\"<\":[\"\xf0\x9f\x98\x80\",\"\xee\x80\x80\"]}", "true"}, /* by UTF-16 units */
		{"{\"<\":[\"a\",\"ab\"]}", "true"},
		{"{\">=\":[\"a\",\"a\"]}", "true"},
	};

	CHECK(examples);
}
END_TEST

START_TEST(test_arithmetic)
{
	static const struct example examples[] = {
		{"{\"+\":[]}", "0"},
		{"{\"+\":\"3.14 is pi\"}", "3.14"},
		{"{\"+\":[\"1\",2,[3]]}", "6"},
		{"{\"+\":[true]}", "null"},
		{"{\"+\":[null,1]}", "null"},
		{"{\"+\":[0.1,0.2]}", "0.30000000000000004"},
		{"{\"+\":\"0x1F\"}", "0"},
		{"{\"+\":\"-.5e1e\"}", "-5"},
		{"{\"*\":\"5\"}", "\"5\""},
		{"{\"*\":[\"2x\",3]}", "6"},
		{"{\"*\":[1e300,1e300]}", "null"},
		{"{\"-\":\"2\"}", "-2"},
		{"{\"-\":[\"3x\",1]}", "null"},
		{"{\"-\":[true,null]}", "1"},
		{"{\"-\":[0]}", "0"},
		{"{\"/\":[1,0]}", "null"},
		{"{\"/\":[1,{\"/\":[1,0]}]}", "0"},
		{"{\"/\":[0,0]}", "null"},
		{"{\"/\":[1,4]}", "0.25"},
		{"{\"%\":[-7,3]}", "-1"},
		{"{\"%\":[5.5,2]}", "1.5"},
		{"{\"%\":[1,0]}", "null"},
		{"{\"max\":[]}", "null"},
		{"{\"max\":[1,\"3\",2]}", "3"},
		{"{\"min\":[1,\"x\"]}", "null"},
		{"{\"min\":[true,[2],null]}", "0"},
		{"{\"max\":{\"var\":\"l\"}}", "null"},         /* one argument, an array of four */
		{"{\"<\":[{\"/\":[1,{\"-\":0}]},0]}", "true"}, /* -0 counts */
	};

	CHECK(examples);
}
END_TEST

START_TEST(test_lists)
{
	static const struct example examples[] = {
		{"{\"map\":[{\"var\":\"l\"},{\"*\":[{\"var\":\"\"},2]}]}", "[2,4,6,8]"},
		{"{\"map\":[{\"var\":\"o\"},{\"var\":\"s\"}]}", "[\"x\",\"y\"]"},
		{"{\"map\":[{\"var\":\"l\"},{\"var\":\"a\"}]}", "[null,null,null,null]"}, /* no outer data */
		{"{\"map\":[{\"var\":\"l\"},{\"and\":[]}]}", "[null,null,null,null]"},
		{"{\"map\":[{\"var\":\"a\"},1]}", "[]"},
		{"{\"filter\":[{\"var\":\"l\"},{\"%\":[{\"var\":\"\"},2]}]}", "[1,3]"},
		{"{\"filter\":[{\"var\":\"o\"},{\"==\":[{\"var\":\"q\"},2]}]}", "[{\"q\":2,\"s\":\"y\"}]"},
		{"{\"filter\":[\"abc\",true]}", "[]"},
		{"{\"reduce\":[{\"var\":\"l\"},{\"+\":[{\"var\":\"current\"},{\"var\":\"accumulator\"}]},10]"
		 "}",
		 "20"},
		{"{\"reduce\":[{\"var\":\"l\"},{\"var\":\"accumulator\"}]}", "null"},
		{"{\"reduce\":[{\"var\":\"e\"},1,\"start\"]}", "\"start\""},
		{"{\"reduce\":[{\"var\":\"a\"},1,{\"var\":\"t\"}]}", "\"h\xc3\xa9llo\""},
		{"{\"reduce\":[[5],{\"var\":\"\"},0]}", "{\"current\":5,\"accumulator\":0}"},
		{"{\"all\":[{\"var\":\"l\"},{\">\":[{\"var\":\"\"},0]}]}", "true"},
		{"{\"all\":[{\"var\":\"l\"},{\">\":[{\"var\":\"\"},1]}]}", "false"},
		{"{\"all\":[{\"var\":\"e\"},true]}", "false"},
		{"{\"none\":[{\"var\":\"e\"},true]}", "true"},
		{"{\"none\":[{\"var\":\"l\"},{\"==\":[{\"var\":\"\"},3]}]}", "false"},
		{"{\"some\":[{\"var\":\"l\"},{\"==\":[{\"var\":\"\"},3]}]}", "true"},
		{"{\"some\":[{\"var\":\"nope\"},true]}", "false"},
		{"{\"merge\":[]}", "[]"},
		{"{\"merge\":[1,[2,[3]],[],null]}", "[1,2,[3],null]"},
		{"{\"in\":[\"ell\",\"hello\"]}", "true"},
		{"{\"in\":[\"\",\"hello\"]}", "true"},
		{"{\"in\":[\"\",\"\"]}", "false"}, /* an empty text has nothing in it, says the reference */
		{"{\"in\":[2,\"123\"]}", "true"},
		{"{\"in\":[null,\"a null b\"]}", "true"},
		{"{\"in\":[\"2\",{\"var\":\"l\"}]}", "false"},
		{"{\"in\":[2,{\"var\":\"l\"}]}", "true"},
		{"{\"in\":[{\"var\":\"o.1\"},{\"var\":\"o\"}]}", "true"},
		{"{\"in\":[[],[[]]]}", "false"},
		{"{\"in\":[1,{\"var\":\"n\"}]}", "false"},
		{"{\"in\":[1,1]}", "false"},
	};

	CHECK(examples);
}
END_TEST

START_TEST(test_words)
{
	static const struct example examples[] = {
		{"{\"cat\":[]}", "\"\""},
		{"{\"cat\":[\"a\",1,true,null,[1,[null,2]],{}]}", "\"a1true1,,2[object Object]\""},
		{"{\"cat\":[0.1,\" \",1e21,\" \",1e20,\" \",1e-6,\" \",1.5e-7,\" \",-1.25e30]}",
		 "\"0.1 1e+21 100000000000000000000 0.000001 1.5e-7 -1.25e+30\""},
		{"{\"cat\":[{\"/\":[-1,0]},{\"-\":\"x\"}]}", "\"-InfinityNaN\""},
		{"{\"cat\":{\"-\":0}}", "\"0\""},
		{"{\"log\":\"apple\"}", "\"apple\""},
		{"{\"+\":[{\"log\":[2]},1]}", "3"},
		{"{\"substr\":[\"jsonlogic\",4]}", "\"logic\""},
		{"{\"substr\":[\"jsonlogic\",-5,2]}", "\"lo\""},
		{"{\"substr\":[\"jsonlogic\",-5,-2]}", "\"log\""},
		{"{\"substr\":[\"jsonlogic\",-0.5,4.9]}", "\"json\""},
		{"{\"substr\":[\"abc\",-9,2]}", "\"ab\""},
		{"{\"substr\":[\"abc\",9]}", "\"\""},
		{"{\"substr\":[\"abc\",1e300,1e300]}", "\"\""},
		{"{\"substr\":[\"abc\",0,-9]}", "\"\""},
		{"{\"substr\":[\"abc\",0,\"-1\"]}", "\"\""},
		{"{\"substr\":[\"abc\",0,null]}", "\"\""},
		{"{\"substr\":[null,1,2]}", "\"ul\""},
		{"{\"substr\":[{\"var\":\"t\"},1,2]}", "\"\xc3\xa9l\""},
		{"{\"substr\":[{\"var\":\"smile\"},1,2]}", "\"\xf0\x9f\x98\x80\""},
		{"{\"substr\":[{\"var\":\"smile\"},0,2]}", "\"a\xef\xbf\xbd\""},
		{"{\"substr\":[{\"var\":\"smile\"},2]}", "\"\xef\xbf\xbdz\""},
	};

	CHECK(examples);
}
END_TEST

START_TEST(test_extensions)
{
	static const struct example examples[] = {
		{"{\"days_between\":[\"2026-01-01T00:00:00Z\",\"2026-01-31T00:00:00Z\"]}", "30"},
		{"{\"days_between\":[\"2026-01-01T00:00:00Z\",\"2026-01-01T23:59:59Z\"]}", "0"},
		{"{\"days_between\":[\"2026-01-02T00:00:00Z\",\"2026-01-02T00:00:00+24:00\"]}", "null"},
		{"{\"days_between\":[\"2026-01-03T01:00:00+01:00\",\"2026-01-01T00:00:00Z\"]}", "-2"},
		{"{\"days_between\":[\"yesterday\",\"2026-01-01T00:00:00Z\"]}", "null"},
		{"{\"days_between\":[1,2]}", "null"},
	};

	CHECK(examples);
}
END_TEST

/* In London the clocks go forward on 29 March 2026 and back on 25 October. */
START_TEST(test_days)
{
	static const struct example examples[] = {
		{"{\"day_of\":[\"2026-06-30T23:30:00Z\",\"Europe/London\"]}", "\"2026-07-01\""},
		{"{\"day_of\":\"2026-06-30T23:30:00Z\"}", "\"2026-06-30\""},
		{"{\"day_of\":[\"2026-06-30T23:30:00Z\",null]}", "\"2026-06-30\""},
		{"{\"day_of\":[\"2026-06-30\",\"Asia/Tokyo\"]}", "\"2026-06-30\""},
		{"{\"day_of\":[\"2026-06-30T23:30:00Z\",\"Mars/Olympus\"]}", "null"},
		{"{\"day_of\":[\"2026-06-30T23:30:00Z\",1]}", "null"},
		{"{\"day_of\":[\"2026-02-29\",\"UTC\"]}", "null"},
		{"{\"same_day\":[\"2026-06-30T23:30:00Z\",\"2026-07-01T10:00:00Z\",\"Europe/London\"]}",
		 "true"},
		{"{\"same_day\":[\"2026-06-30T23:30:00Z\",\"2026-07-01T10:00:00Z\"]}", "false"},
		{"{\"same_day\":[\"2026-07-01\",\"2026-06-30T23:30:00Z\",\"Europe/London\"]}", "true"},
		{"{\"same_day\":[\"2026-03-29T00:00:00Z\",\"2026-03-29T22:59:59Z\",\"Europe/London\"]}",
		 "true"},
		{"{\"same_day\":[\"2026-03-29T00:00:00Z\",\"2026-03-29T23:00:00Z\",\"Europe/London\"]}",
		 "false"},
		{"{\"same_day\":[\"2026-10-24T23:00:00Z\",\"2026-10-25T23:59:59Z\",\"Europe/London\"]}",
		 "true"},
		{"{\"same_day\":[\"2026-10-24T23:00:00Z\",\"2026-10-26T00:00:00Z\",\"Europe/London\"]}",
		 "false"},
		{"{\"same_day\":[\"2026-07-01\",null]}", "null"},
		{"{\"days_until\":[\"2026-03-28T12:00:00Z\",\"2026-03-30T11:00:00Z\",\"Europe/London\"]}",
		 "2"},
		{"{\"days_between\":[\"2026-03-28T12:00:00Z\",\"2026-03-30T11:00:00Z\"]}", "1"},
		{"{\"days_until\":[\"2026-10-25T00:30:00Z\",\"2026-10-25T23:30:00Z\",\"Europe/London\"]}",
		 "0"},
		{"{\"days_until\":[\"2026-11-24\",\"2026-11-20\"]}", "-4"},
		{"{\"days_until\":[\"2024-02-28\",\"2024-03-01\"]}", "2"},
		{"{\"days_until\":[\"soon\",\"2024-03-01\"]}", "null"},
		{"{\"anniversary\":[\"2024-02-29\",\"2026-02-01\"]}", "\"2026-02-28\""},
		{"{\"anniversary\":[\"2024-02-29\",\"2026-03-01\"]}", "\"2027-02-28\""},
		{"{\"anniversary\":[\"2024-02-29\",\"2027-03-01\"]}", "\"2028-02-29\""},
		{"{\"anniversary\":[\"2024-02-29\",\"2028-02-29\"]}", "\"2028-02-29\""},
		{"{\"anniversary\":[\"2024-02-29\",\"2024-02-29\"]}", "\"2025-02-28\""},
		{"{\"anniversary\":[\"2023-07-31T23:30:00Z\",\"2026-07-31T23:10:00Z\",\"Europe/London\"]}",
		 "\"2026-08-01\""},
		{"{\"anniversary\":[\"2026-11-24\",\"1999-01-01\"]}", "\"2027-11-24\""},
		{"{\"anniversary\":[{\"var\":\"z\"},\"1999-01-01\"]}", "null"},
	};

	CHECK(examples);
}
END_TEST

START_TEST(test_truth)
{
	static const char *const yes[] = {"true", "1", "-0.5", "\"0\"", "\"false\"", "[0]", "{}"};
	static const char *const no[] = {"false", "0", "-0.0", "\"\"", "[]", "null"};
	void *t = talloc_new(NULL);
	size_t i;

	for (i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		ck_assert_msg(logic_true(read_json(t, yes[i])), "%s", yes[i]);
	for (i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		ck_assert_msg(!logic_true(read_json(t, no[i])), "%s", no[i]);
	ck_assert(!logic_true(NULL));
	talloc_free(t);
}
END_TEST

START_TEST(test_variables)
{
	static const struct {
		const char *in, *want;
		bool dynamic;
	} cases[] = {
		{"1", "", false},
		{"{\"and\":[{\"var\":\"a.b\"},{\"<\":[{\"var\":[\"c\",{\"var\":\"d\"}]},{\"var\":\"a.b\"}]}]"
		 "}",
		 "a.b c d ", false},
		{"{\"map\":[{\"var\":\"l\"},{\"var\":\"inner\"}]}", "l ", false},
		{"{\"reduce\":[{\"var\":\"l\"},{\"var\":\"current.q\"},{\"var\":\"start\"}]}", "l start ",
		 false},
		{"{\"missing\":[\"x\",\"y\"]}", "x y ", false},
		{"{\"missing\":[[\"x\",\"y\"],\"z\"]}", "x y ", false},
		{"{\"missing_some\":[{\"var\":\"n\"},[\"x\",\"y\"]]}", "n x y ", false},
		{"{\"missing\":{\"merge\":[\"x\",{\"var\":\"m\"}]}}", "m ", true},
		{"{\"var\":{\"cat\":[\"x\",{\"var\":\"m\"}]}}", "m ", true},
		{"{\"var\":1}", "1 ", false},
		{"{\"if\":[{\"var\":\"\"},{\"var\":[]},{\"var\":null}]}", " ", false},
		{"{\"x\":{\"var\":\"a\"},\"y\":1}", "", false}, /* a constant */
	};
	struct logic_variables *v;
	void *t = talloc_new(NULL);
	char *got;
	size_t i, k;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		v = logic_variables(t, rule_of(t, cases[i].in));
		got = talloc_strdup(t, "");
		for (k = 0; k < v->count; k++)
			got = talloc_asprintf_append(got, "%s ", v->paths[k]);
		ck_assert_str_eq(got, cases[i].want);
		ck_assert_msg(v->dynamic == cases[i].dynamic, "%s", cases[i].in);
	}
	talloc_free(t);
}
END_TEST

UNIT_MAIN("logic", test_constants, test_var, test_missing, test_branches, test_equality, test_order,
	  test_arithmetic, test_lists, test_words, test_extensions, test_days, test_truth, test_variables)
