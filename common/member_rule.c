/*
 * member_rule.c - a rule over the facts of a member (see member_rule.h)
 */
#include <talloc.h>

#include "common/member_facts.h"
#include "common/member_rule.h"

static const char *const bounded[BOUND_COUNT] = {"tier", "region", "points_balance", "days_since_purchase"};

static bool facts_known(const void *parent, const struct logic *logic, struct fault *fault)
{
	struct logic_variables *v = logic_variables(parent, logic);
	size_t i;

	if (v->dynamic) {
		*fault = (struct fault){v->dynamic_place, "must be a fact's name as it is, not computed"};
		return false;
	}
	for (i = 0; i < v->count; i++)
		if (fact_find(v->paths[i]) == NULL) {
			*fault = (struct fault){v->places[i], v->paths[i][0] ? "is not a fact of a member"
									     : "must be the name of a fact"};
			return false;
		}
	return true;
}

struct member_rule *member_rule_new(const void *parent, const struct json *expression, struct fault *fault)
{
	struct member_rule *r = talloc_zero(parent, struct member_rule);

	if (!logic_may_be_condition(expression)) {
		*fault = (struct fault){"", "must be a JsonLogic expression"};
		return NULL;
	}
	r->logic = logic_parse_at(r, expression, &fault->pointer, &fault->detail);
	if (r->logic == NULL || !facts_known(r, r->logic, fault))
		return NULL;
	r->bounds = rule_bounds_new(r, r->logic, bounded, BOUND_COUNT);
	return r;
}

enum rule_verdict member_rule_judge(const void *parent, const struct member_rule *rule,
				    const struct json *facts, const char **error)
{
	bool truth;

	if (!rule_bounds_admit(rule->bounds, facts))
		return VERDICT_OUTSIDE;
	if (!logic_judge(parent, rule->logic, facts, NULL, &truth, error))
		return VERDICT_FAILED;
	return truth ? VERDICT_TRUE : VERDICT_FALSE;
}
