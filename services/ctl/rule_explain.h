/*
 * rule_explain.h - what `aectl rule explain` tells, and the two ways to write it
 */
#ifndef AE_CTL_RULE_EXPLAIN_H
#define AE_CTL_RULE_EXPLAIN_H

#include "common/logic_explain.h"
#include "common/member_facts.h"
#include "services/ctl/local.h"

struct explained_condition {
	const char *name;     /* of the document's member; "" is all of a file */
	const char *occasion; /* of an engagement rule: what it is asked of; NULL: the member */
	const struct logic *logic;
	const struct json *facts;
	const struct logic_reason *reason;
};

/* One rule with, of a stored one, each of its conditions or, of one that is about something, each occasion.
 */
struct explained {
	const char *rule, *source; /* the id or file; its table, or file */
	int64_t version;           /* 0: a file has none */
	const struct member_facts *member;
	struct explained_condition *conditions;
	size_t count;
	bool of_occasions;
};

/* rule_occasions.c: what the running system says that the rule is asked of; NULL: said on stderr why not. */
const struct json *rule_occasions(const char *command, const struct database_options *where, const char *rule,
				  const char *member);
/* rule_explain_text.c */
void explain_text(const struct explained *x);
void explain_json(const struct explained *x);

#endif
