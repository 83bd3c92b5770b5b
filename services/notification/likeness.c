/*
 * likeness.c - a digest of what a message says, and who was told it already
 */
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/likeness.h"

static int name_order(const void *a, const void *b)
{
	return strcmp((*(const struct json *const *)a)->name, (*(const struct json *const *)b)->name);
}

/* With the members of every object in order. */
static void put_sorted(struct json_writer *w, const char *name, const struct json *v)
{
	const struct json **sorted, *member;
	size_t i = 0;

	if (v->kind != JSON_OBJECT && v->kind != JSON_ARRAY) {
		json_put_value(w, name, v);
		return;
	}
	sorted = talloc_array(w, const struct json *, v->count + 1);
	for (member = v->first; member; member = member->next)
		sorted[i++] = member;
	if (v->kind == JSON_OBJECT) {
		qsort(sorted, v->count, sizeof(*sorted), name_order);
		json_open_object(w, name);
	} else {
		json_open_array(w, name);
	}
	for (i = 0; i < v->count; i++)
		put_sorted(w, v->kind == JSON_OBJECT ? sorted[i]->name : NULL, sorted[i]);
	json_close(w);
}

const unsigned char *likeness_of(const void *parent, const char *category, const char *template,
				 const struct json *variables)
{
	unsigned char *digest = talloc_array(parent, unsigned char, LIKENESS);
	struct json_writer *w = json_writer_new(parent);
	const char *text;
	size_t length;

	json_open_array(w, NULL);
	json_put_text(w, NULL, category);
	json_put_text(w, NULL, template);
	if (variables && variables->count > 0)
		put_sorted(w, NULL, variables);
	json_close(w);
	text = json_text(w, &length);
	SHA256((const unsigned char *)text, length, digest);
	talloc_free(w);
	return digest;
}

const char **likeness_find(struct db *db, const void *parent, struct intent *const *intents, size_t count,
			   int64_t window, bool lock)
{
	struct db_array *members = db_array_new(parent, DB_TEXT, count);
	const char **found = talloc_zero_array(parent, const char *, count);
	struct rows *r;
	size_t i, row;

	for (i = 0; i < count; i++)
		db_array_text(members, intents[i]->member_id);
	if (lock)
		db_query(db, parent, SQL_NOTIFICATION_LOCK_ALIKE, "b", intents[0]->likeness,
			 (size_t)LIKENESS);
	r = db_query(db, parent, SQL_NOTIFICATION_FIND_ALIKE, "abi", members, intents[0]->likeness,
		     (size_t)LIKENESS, window);
	for (i = 0; i < count; i++)
		if ((row = rows_find(r, intents[i]->member_id)) < rows_count(r))
			found[i] = row_text(r, row, 1);
	return found;
}
