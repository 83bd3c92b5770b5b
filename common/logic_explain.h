/*
 * logic_explain.h - why a rule has the value that it has for some data
 *
 * A rule's value depends on its data alone, so its parts are simply evaluated again one by one; the
 * evaluator knows nothing of it. For people who ask about one rule and one member, not for sweeps.
 */
#ifndef AE_LOGIC_EXPLAIN_H
#define AE_LOGIC_EXPLAIN_H

#include "common/json.h"
#include "common/logic.h"

/* One part of a rule, what it came to, and the parts that this is because of. */
struct logic_reason {
	const char *pointer;      /* of the part in the rule; "" is all of it */
	const struct json *rule;  /* the part */
	const struct json *value; /* NULL: it ran into a limit by itself */
	bool decided;             /* evaluation ended with this one of its fellows, and took its value */
	bool enough;              /* each of `because` alone would be enough */
	struct logic_reason *because;
	size_t count;
	size_t weight; /* how many parts one has to look at */
};

/*
 * Of `and` and `or` the arguments that made the difference, the shortest explanation first where each is
 * enough; of `if` the conditions that were asked, then the branch taken; of anything else the arguments that
 * read data. Under parent; shares the rule. NULL: a limit was reached, *error says which.
 */
struct logic_reason *logic_explain(const void *parent, const struct logic *l, const struct json *data,
				   const char **error);

#endif
