/*
 * etag.c - an entity tag of what an answer says, whatever it was made of
 */
#include <talloc.h>

#include "services/milestone/handlers.h"

const char *etag_of(const void *parent, const char *text, size_t length)
{
	uint64_t hash = 14695981039346656037u;
	size_t i;

	for (i = 0; i < length; i++)
		hash = (hash ^ (unsigned char)text[i]) * 1099511628211u;
	return talloc_asprintf(parent, "W/\"%016llx\"", (unsigned long long)hash);
}
