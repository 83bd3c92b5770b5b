/*
 * test_logic_explain.c - why rules have the values that they have
 */
#include <string.h>
#include <talloc.h>

#include "common/logic_explain.h"
#include "tests/unit/logic_kit.h"
#include "tests/unit/unit.h"

static const char facts[] =
	"{\"tier\":\"gold\",\"points\":250,\"idle\":40,\"lots\":[{\"days\":3},{\"days\":9}],"
	"\"nothing\":null}";

/* "pointer=value" of every part, its own parts in brackets; * decided, | each of them is enough. */
static char *described(char *out, const struct logic_reason *r)
{
	size_t i;

	out = talloc_asprintf_append(out, "%s%s=%s", r->decided ? "*" : "", r->pointer,
				     r->value ? written(out, r->value) : "?");
	if (r->count > 0) {
		out = talloc_strdup_append(out, r->enough ? "(|" : "(");
		for (i = 0; i < r->count; i++)
			out = described(talloc_strdup_append(out, i ? " " : ""), &r->because[i]);
		out = talloc_strdup_append(out, ")");
	}
	return out;
}

#define GOLD  "{\"==\":[{\"var\":\"tier\"},\"gold\"]}"
#define RICH  "{\">\":[{\"var\":\"points\"},1000]}"
#define SUM   "{\">\":[{\"+\":[{\"var\":\"points\"},{\"var\":\"idle\"}]},1000]}"
#define AWAKE "{\"<\":[{\"var\":\"idle\"},30]}"

START_TEST(test_reasons)
{
	static const struct {
		const char *rule, *want, *why;
	} cases[] = {
		{"true", "=true", "a constant"},
		{GOLD, "=true(/==/0=\"gold\")", "a comparison and what it read"},
		{"{\"and\":[" GOLD "," AWAKE "," RICH "]}",
		 "=false(|*/and/1=false(/and/1/</0=40) /and/2=false(/and/2/>/0=250))",
		 "of an and that is false those that are; the evaluation ended with the first"},
		{"{\"and\":[" SUM "," RICH "]}",
		 "=false(|/and/1=false(/and/1/>/0=250) "
		 "*/and/0=false(/and/0/>/0=290(/and/0/>/0/+/0=250 /and/0/>/0/+/1=40)))",
		 "the shortest first, though the other one decided"},
		{"{\"and\":[" GOLD ",{\"var\":\"points\"}]}",
		 "=250(/and/0=true(/and/0/==/0=\"gold\") */and/1=250)",
		 "of one that is true all, and the last gave the value"},
		{"{\"or\":[" RICH "," GOLD "]}", "=true(|*/or/1=true(/or/1/==/0=\"gold\"))",
		 "of an or that is true those that are"},
		{"{\"or\":[" RICH "," AWAKE "]}",
		 "=false(/or/0=false(/or/0/>/0=250) */or/1=false(/or/1/</0=40))", "else all"},
		{"{\"!\":" GOLD "}", "=false(/!=true(/!/==/0=\"gold\"))", "not"},
		{"{\"if\":[" RICH ",\"a\"," GOLD ",\"b\"," AWAKE ",\"c\",\"d\"]}",
		 "=\"b\"(/if/0=false(/if/0/>/0=250) /if/2=true(/if/2/==/0=\"gold\") */if/3=\"b\")",
		 "the conditions that were asked, and the branch taken"},
		{"{\"if\":[" RICH ",\"a\",\"z\"]}", "=\"z\"(/if/0=false(/if/0/>/0=250) */if/2=\"z\")",
		 "else"},
		{"{\"if\":[" RICH ",\"a\"]}", "=null(/if/0=false(/if/0/>/0=250))", "no branch at all"},
		{"{\"some\":[{\"var\":\"lots\"},{\"<\":[{\"var\":\"days\"},7]}]}",
		 "=true(/some/0=[{\"days\":3},{\"days\":9}])", "what is asked of each element stays inside"},
		{"{\"in\":[{\"var\":\"tier\"},[\"gold\"]]}", "=true(/in/0=\"gold\" /in/1=[\"gold\"])",
		 "a list"},
		{"{\"and\":[]}", "=null", "no arguments"},
	};
	void *t = talloc_new(NULL);
	struct logic_reason *r;
	const char *error;
	char *got;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		r = logic_explain(t, rule_of(t, cases[i].rule), read_json(t, facts), &error);
		ck_assert_ptr_nonnull(r);
		got = described(talloc_strdup(t, ""), r);
		ck_assert_msg(strcmp(got, cases[i].want) == 0, "%s: %s, got %s", cases[i].why, cases[i].rule,
			      got);
	}
	talloc_free(t);
}
END_TEST

START_TEST(test_a_limit_is_told)
{
	void *t = talloc_new(NULL);
	char *zeros = talloc_strdup(t, "[0");
	const char *error = NULL;
	int i;

	for (i = 0; i < 200; i++)
		zeros = talloc_strdup_append_buffer(zeros, ",0");
	ck_assert_ptr_null(logic_explain(t,
					 rule_of(t, "{\"reduce\":[{\"var\":\"\"},{\"merge\":[{\"var\":"
						    "\"accumulator\"},{\"var\":\"accumulator\"}]},[1]]}"),
					 read_json(t, talloc_asprintf(t, "%s]", zeros)), &error));
	ck_assert_ptr_nonnull(strstr(error, "steps"));
	talloc_free(t);
}
END_TEST

UNIT_MAIN("logic_explain", test_reasons, test_a_limit_is_told)
