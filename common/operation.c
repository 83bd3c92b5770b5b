/*
 * operation.c - finding an operation by its name
 */
#include <string.h>

#include "common/operation.h"

const struct operation *operation_find(const char *name)
{
	size_t i;

	for (i = 0; i < operation_count; i++)
		if (strcmp(operations[i]->name, name) == 0)
			return operations[i];
	return NULL;
}
