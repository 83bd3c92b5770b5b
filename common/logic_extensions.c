/*
 * logic_extensions.c - operators that JsonLogic does not have
 *
 * days_between [from, to]: the whole days (of 24 hours) from one RFC 3339 instant to another, negative
 * if the other is earlier; null if one is no instant. There is no operator for the present: a rule
 * gives the same value for the same data, so the data carries it.
 */
#include <string.h>

#include "common/clock.h"
#include "common/logic_run.h"

static OPERATOR(days_between)
{
	instant from, to;
	int64_t days;

	(void)e;
	(void)data;
	(void)count;
	if (args[0].kind != VALUE_TEXT || args[1].kind != VALUE_TEXT || !instant_parse(args[0].text, &from) ||
	    !instant_parse(args[1].text, &to))
		return value_null;
	days = (to - from) / (DAY_SECONDS * SECOND);
	return value_number((double)days);
}

static const struct logic_operator extensions[] = {
	{"days_between", 2, 2, days_between, NULL, READS_NOTHING},
};

const struct logic_operator *extension_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		if (strcmp(extensions[i].name, name) == 0)
			return &extensions[i];
	return NULL;
}
