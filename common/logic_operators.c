/*
 * logic_operators.c - the operators of JsonLogic, all of them
 */
#include <string.h>

#include "common/logic_run.h"

static const struct logic_operator operators[] = {
	{"var", 0, 2, logic_var, NULL, READS_PATH},
	{"missing", 0, ANY_NUMBER, logic_missing, NULL, READS_PATHS},
	{"missing_some", 2, 2, logic_missing_some, NULL, READS_OPTIONS},
	{"if", 0, ANY_NUMBER, NULL, logic_if, READS_NOTHING},
	{"?:", 0, ANY_NUMBER, NULL, logic_if, READS_NOTHING},
	{"and", 0, ANY_NUMBER, NULL, logic_and, READS_NOTHING},
	{"or", 0, ANY_NUMBER, NULL, logic_or, READS_NOTHING},
	{"==", 2, 2, logic_equal, NULL, READS_NOTHING},
	{"===", 2, 2, logic_identical, NULL, READS_NOTHING},
	{"!=", 2, 2, logic_unequal, NULL, READS_NOTHING},
	{"!==", 2, 2, logic_different, NULL, READS_NOTHING},
	{"!", 1, 1, logic_not, NULL, READS_NOTHING},
	{"!!", 1, 1, logic_truth, NULL, READS_NOTHING},
	{"<", 2, 3, logic_less, NULL, READS_NOTHING},
	{"<=", 2, 3, logic_less_or_equal, NULL, READS_NOTHING},
	{">", 2, 2, logic_greater, NULL, READS_NOTHING},
	{">=", 2, 2, logic_greater_or_equal, NULL, READS_NOTHING},
	{"max", 0, ANY_NUMBER, logic_max, NULL, READS_NOTHING},
	{"min", 0, ANY_NUMBER, logic_min, NULL, READS_NOTHING},
	{"+", 0, ANY_NUMBER, logic_add, NULL, READS_NOTHING},
	{"-", 1, 2, logic_subtract, NULL, READS_NOTHING},
	{"*", 1, ANY_NUMBER, logic_multiply, NULL, READS_NOTHING},
	{"/", 2, 2, logic_divide, NULL, READS_NOTHING},
	{"%", 2, 2, logic_remainder, NULL, READS_NOTHING},
	{"map", 2, 2, NULL, logic_map, READS_ITEMS},
	{"filter", 2, 2, NULL, logic_filter, READS_ITEMS},
	{"reduce", 2, 3, NULL, logic_reduce, READS_ITEMS},
	{"all", 2, 2, NULL, logic_all, READS_ITEMS},
	{"none", 2, 2, NULL, logic_none, READS_ITEMS},
	{"some", 2, 2, NULL, logic_some, READS_ITEMS},
	{"merge", 0, ANY_NUMBER, logic_merge, NULL, READS_NOTHING},
	{"in", 2, 2, logic_in, NULL, READS_NOTHING},
	{"cat", 0, ANY_NUMBER, logic_cat, NULL, READS_NOTHING},
	{"substr", 2, 3, logic_substr, NULL, READS_NOTHING},
	{"log", 1, 1, logic_log, NULL, READS_NOTHING},
};

const struct logic_operator *operator_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (strcmp(operators[i].name, name) == 0)
			return &operators[i];
	return extension_find(name);
}
