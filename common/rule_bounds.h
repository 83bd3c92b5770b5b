/*
 * rule_bounds.h - what must hold of single facts for a rule to be true
 *
 * From a JsonLogic rule to one condition per fact: an interval of numbers, a set of texts, whether it may
 * be null. Each is necessary, none sufficient: whoever looks for the members that a rule is true of may
 * look among those within the bounds only, by index, and lets the rule decide. Where a rule is too clever to
 * be read (arithmetic, computed paths, loops) its part bounds nothing.
 *
 * In rule and facts alike a fact is a member of the data object by its plain name, without dots.
 */
#ifndef AE_RULE_BOUNDS_H
#define AE_RULE_BOUNDS_H

#include "common/fact_bound.h"
#include "common/logic.h"

struct rule_bounds {
	bool never; /* true for no facts whatever */
	struct fact_bound *facts;
	size_t count;
};

/* One bound for each of these names, in their order; under parent. */
struct rule_bounds *rule_bounds_new(const void *parent, const struct logic *l, const char *const *facts,
				    size_t count);
/*
 * What holds whenever one of several rules is true, whose bounds are of the same facts; under parent. Their
 * texts stay where they are.
 */
struct rule_bounds *rule_bounds_hull(const void *parent, const struct rule_bounds *const *each, size_t count);
/* Whether the facts of an object lie within: if not, the rule is false for it. */
bool rule_bounds_admit(const struct rule_bounds *b, const struct json *facts);

#endif
