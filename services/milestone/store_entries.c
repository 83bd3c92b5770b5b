/*
 * store_entries.c - a member's events out of the log, by the table that knows where they are
 */
#include <string.h>
#include <talloc.h>

#include "gen/sql/milestone.h"
#include "services/milestone/store.h"

/* The entry of a row of position, type, time, body; NULL: it is none. */
static struct entry *entry_of(const void *parent, const struct rows *r, size_t i, int column)
{
	const char *text, *error;
	struct log_event e = {.position = row_integer(r, i, column),
			      .type = row_text(r, i, column + 1),
			      .time = row_instant(r, i, column + 2)};
	size_t length;

	text = row_bytes(r, i, column + 3, &length);
	e.data = json_get(json_parse(parent, text, length, &error), "data");
	return entry_new(parent, &e);
}

struct entry **store_history(struct db *db, const void *parent, const char *member_id, size_t *count)
{
	struct rows *r = db_query(db, parent, SQL_MILESTONE_GET_HISTORY, "th", member_id,
				  eventlog_shard(member_id));
	struct entry **out = talloc_zero_array(parent, struct entry *, rows_count(r) + 1);
	size_t i;

	for (*count = 0, i = 0; i < rows_count(r); i++)
		if ((out[*count] = entry_of(out, r, i, 0)) != NULL)
			(*count)++;
	return out;
}

void store_histories(struct working_set *ws, const char *type)
{
	struct db_array *members = db_array_new(ws, DB_TEXT, ws->count),
			*shards = db_array_new(ws, DB_INT2, ws->count);
	struct member *m;
	struct entry *e;
	struct rows *r;
	size_t i;

	for (i = 0; i < ws->count; i++) {
		db_array_text(members, ws->members[i].member_id);
		db_array_integer(shards, eventlog_shard(ws->members[i].member_id));
		ws->members[i].history_loaded = true;
	}
	r = db_query(ws->db, ws, SQL_MILESTONE_GET_HISTORIES, "aat", members, shards, entry_family(type));
	for (i = 0; i < rows_count(r); i++) {
		m = working_set_member(ws, row_text(r, i, 0));
		if (m == NULL || (e = entry_of(ws, r, i, 1)) == NULL)
			continue;
		m->history = talloc_realloc(ws, m->history, struct entry *, m->history_count + 1);
		m->history[m->history_count++] = e;
	}
}

void store_related(struct working_set *ws, const char *const *ids, struct entry *const *entries, size_t count)
{
	struct db_array *members = db_array_new(ws, DB_TEXT, count), *keys = db_array_new(ws, DB_TEXT, count),
			*shards = db_array_new(ws, DB_INT2, count);
	struct member *m;
	struct entry *e;
	struct rows *r;
	size_t i;

	for (i = 0; i < count; i++) {
		if (entries[i]->key[1] != ':' || working_set_member(ws, ids[i])->fresh)
			continue;
		db_array_text(members, ids[i]);
		db_array_text(keys, entries[i]->key);
		db_array_integer(shards, eventlog_shard(ids[i]));
	}
	if (db_array_count(members) == 0)
		return;
	r = db_query(ws->db, ws, SQL_MILESTONE_GET_RELATED, "aaa", members, keys, shards);
	for (i = 0; i < rows_count(r); i++) {
		m = working_set_member(ws, row_text(r, i, 0));
		if (m == NULL || (e = entry_of(ws, r, i, 1)) == NULL)
			continue;
		m->related = talloc_realloc(ws, m->related, struct entry *, m->related_count + 1);
		m->related[m->related_count++] = e;
	}
}
