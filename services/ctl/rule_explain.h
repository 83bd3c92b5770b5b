/*
 * rule_explain.h - what `aectl rule explain` tells, and the two ways to write it
 */
#ifndef AE_CTL_RULE_EXPLAIN_H
#define AE_CTL_RULE_EXPLAIN_H

#include "common/logic_explain.h"
#include "common/member_facts.h"

enum {
	CONDITIONS_MAX = 3
};

/* One rule with, of a stored one, each of its conditions. */
struct explained {
	const char *rule, *source; /* the id or file; engagement_rules, milestone_definitions, file */
	int64_t version;           /* 0: a file has none */
	const struct member_facts *member;
	struct {
		const char *name; /* of the document's member; "" is all of a file */
		const struct logic *logic;
		const struct logic_reason *reason;
	} conditions[CONDITIONS_MAX];
	size_t count;
};

/* rule_explain_text.c */
void explain_text(const struct explained *x);
void explain_json(const struct explained *x);

#endif
