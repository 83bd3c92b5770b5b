/*
 * logic_run.h - a checked rule as nodes, and the operators that its nodes name
 *
 * For the files of logic.h, logic_explain.c and rule_bounds.c only. To add an operator: a function here, and
 * a row in the table of logic_operators.c, or of logic_extensions.c if JsonLogic does not have it.
 */
#ifndef AE_LOGIC_RUN_H
#define AE_LOGIC_RUN_H

#include "common/logic_value.h"

enum {
	ANY_NUMBER = -1
};

/* A constant (no operator, not a list), a list of nodes, or an operator and its arguments. */
struct node {
	const struct logic_operator *call;
	bool list;
	const struct json *json; /* in the rule */
	size_t count;            /* of args */
	struct node *args;
};

struct logic {
	const struct json *rule; /* a copy */
	struct node root;
};

/* How an operator reads the data, for logic_variables. */
enum reads {
	READS_NOTHING,
	READS_PATH,    /* the first argument is a path */
	READS_PATHS,   /* every argument is one, or the first is a list of them */
	READS_OPTIONS, /* the same, in the second argument */
	READS_ITEMS    /* the second argument sees an element instead of the data */
};

/* Has one of the two functions: `run` gets values, `run_lazily` evaluates what it needs. */
struct logic_operator {
	const char *name;
	int least, most; /* arguments */
	struct value (*run)(struct evaluation *e, struct value data, const struct value *args, size_t count);
	struct value (*run_lazily)(struct evaluation *e, struct value data, const struct node *args,
				   size_t count);
	enum reads reads;
};

/* NULL if there is none. */
const struct logic_operator *operator_find(const char *name);
const struct logic_operator *extension_find(const char *name);

/* The value of a node for this data; undefined after a fault. */
struct value node_value(struct evaluation *e, const struct node *n, struct value data);

/* Of one node by itself, as logic_evaluate does of the whole rule, with the limits that are the default. */
bool node_evaluate(const void *parent, const struct logic *l, const struct node *n, const struct json *data,
		   const struct json **value, const char **error);

#define OPERATOR(name) \
	struct value name(struct evaluation *e, struct value data, const struct value *args, size_t count)
#define LAZY_OPERATOR(name) \
	struct value name(struct evaluation *e, struct value data, const struct node *args, size_t count)

/* logic_compare.c */
OPERATOR(logic_equal);
OPERATOR(logic_unequal);
OPERATOR(logic_identical);
OPERATOR(logic_different);
OPERATOR(logic_less);
OPERATOR(logic_less_or_equal);
OPERATOR(logic_greater);
OPERATOR(logic_greater_or_equal);
OPERATOR(logic_not);
OPERATOR(logic_truth);
LAZY_OPERATOR(logic_if);
LAZY_OPERATOR(logic_and);
LAZY_OPERATOR(logic_or);

/* logic_arithmetic.c */
OPERATOR(logic_add);
OPERATOR(logic_subtract);
OPERATOR(logic_multiply);
OPERATOR(logic_divide);
OPERATOR(logic_remainder);
OPERATOR(logic_max);
OPERATOR(logic_min);

/* logic_lists.c */
LAZY_OPERATOR(logic_map);
LAZY_OPERATOR(logic_filter);
LAZY_OPERATOR(logic_reduce);
LAZY_OPERATOR(logic_all);
LAZY_OPERATOR(logic_none);
LAZY_OPERATOR(logic_some);
OPERATOR(logic_merge);
OPERATOR(logic_in);

/* logic_data.c */
OPERATOR(logic_var);
OPERATOR(logic_missing);
OPERATOR(logic_missing_some);

/* logic_words.c */
OPERATOR(logic_cat);
OPERATOR(logic_substr);
OPERATOR(logic_log);

#endif
