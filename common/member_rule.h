/*
 * member_rule.h - a JsonLogic rule over the facts of a member (member_facts.h)
 */
#ifndef AE_MEMBER_RULE_H
#define AE_MEMBER_RULE_H

#include "common/logic.h"
#include "common/problem.h"
#include "common/rule_bounds.h"

/* Facts that rules are read for bounds of: those that members can be found by. */
enum {
	BOUND_TIER,
	BOUND_REGION,
	BOUND_POINTS,
	BOUND_IDLE,
	BOUND_COUNT
};

struct member_rule {
	struct logic *logic;
	struct rule_bounds *bounds; /* of tier, region, points_balance, days_since_purchase */
	const char *owner, *place;  /* whose it is, and where it stands there; for the owner to say */
};

enum rule_verdict {
	VERDICT_OUTSIDE, /* of the bounds: the rule was not run */
	VERDICT_FALSE,
	VERDICT_TRUE,
	VERDICT_FAILED /* the rule ran into a limit */
};

/*
 * NULL: *fault tells what is wrong, its pointer within the expression: a rule may ask for what is in the
 * vocabulary only, by its name as it is. All under parent.
 */
struct member_rule *member_rule_new(const void *parent, const struct json *expression, struct fault *fault);

/* What the rule says of a member with these facts; *error, under parent, if it failed. */
enum rule_verdict member_rule_judge(const void *parent, const struct member_rule *rule,
				    const struct json *facts, const char **error);

#endif
