/*
 * facts_buys.c - the categories that a member is found by, as PostgreSQL writes an array
 *
 * Those whose share is more than nothing in the document. In one order, so that shares that change their
 * order change nothing here.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/analytics/facts.h"

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Quoted: a category is any text. */
static char *append_quoted(char *text, const char *name)
{
	size_t plain;

	text = talloc_strdup_append_buffer(text, text[1] ? ",\"" : "\"");
	for (; *name; name += plain) {
		plain = strcspn(name, "\"\\");
		text = talloc_strndup_append_buffer(text, name, plain);
		if (name[plain] == '\0')
			continue;
		text = talloc_asprintf_append_buffer(text, "\\%c", name[plain]);
		plain++;
	}
	return talloc_strdup_append_buffer(text, "\"");
}

const char *facts_buys(const void *parent, const struct facts *f)
{
	const char **names = talloc_array(parent, const char *, f->share_count + 1);
	char *text = talloc_strdup(parent, "{");
	size_t count = 0, i;

	for (i = 0; i < f->share_count; i++)
		if (facts_share_told(&f->shares[i]) > 0)
			names[count++] = f->shares[i].category;
	if (count > 1)
		qsort(names, count, sizeof(*names), by_name);
	for (i = 0; i < count; i++)
		text = append_quoted(text, names[i]);
	talloc_free(names);
	return talloc_strdup_append_buffer(text, "}");
}
