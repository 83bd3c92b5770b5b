/*
 * rule_bounds_run.h - a rule on its way into bounds; for the files of rule_bounds.h only
 */
#ifndef AE_RULE_BOUNDS_RUN_H
#define AE_RULE_BOUNDS_RUN_H

#include "common/logic_run.h"
#include "common/rule_bounds.h"

struct reading {
	void *memory;
	const char *const *facts;
	size_t count, visits;
};

/* Of every fact anything; of none; of one as given and of the others anything. New ones, to be changed. */
struct rule_bounds *bounds_all(struct reading *r);
struct rule_bounds *bounds_never(struct reading *r);
struct rule_bounds *bounds_one(struct reading *r, size_t fact, const struct fact_bound *f);
/* What both leave in, and what one of them does; made of a. */
struct rule_bounds *bounds_both(struct reading *r, struct rule_bounds *a, const struct rule_bounds *b);
struct rule_bounds *bounds_either(struct reading *r, struct rule_bounds *a, struct rule_bounds *b);
/* What facts must be for the node to have that truth. */
struct rule_bounds *bounds_of(struct reading *r, const struct node *n, bool truth);

/* rule_bounds_compare.c. The fact that a node reads, and nothing else; count if it does anything more. */
size_t bounds_fact(const struct reading *r, const struct node *n);

#define BOUND(name) struct rule_bounds *name(struct reading *r, const struct node *n, bool truth)
BOUND(bound_less);
BOUND(bound_less_or_equal);
BOUND(bound_greater);
BOUND(bound_greater_or_equal);
BOUND(bound_equal);
BOUND(bound_unequal);
BOUND(bound_identical);
BOUND(bound_different);
BOUND(bound_in);

#endif
