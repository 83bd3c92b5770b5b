/*
 * working_set.c - members out of the database and back (see working_set.h)
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/milestone/milestone.h"
#include "services/milestone/store.h"

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Each once, in order: members are locked in that order by everybody. */
static size_t sort_ids(const char **ids, size_t count)
{
	size_t i, kept = 0;

	qsort(ids, count, sizeof(*ids), by_text);
	for (i = 0; i < count; i++)
		if (kept == 0 || strcmp(ids[kept - 1], ids[i]) != 0)
			ids[kept++] = ids[i];
	return kept;
}

static struct working_set *open_set(struct daemon *d, struct db *db, const void *parent,
				    const char *const *ids, size_t count, bool hold)
{
	struct working_set *ws = talloc_zero(parent, struct working_set);
	const char **sorted = talloc_array(ws, const char *, count + 1);

	ws->daemon = d;
	ws->db = db;
	ws->catalogue = ((struct milestones *)d->state)->catalogue;
	memcpy(sorted, ids, count * sizeof(*ids));
	count = sort_ids(sorted, count);
	if (hold)
		store_open_members(ws, sorted, count);
	else
		store_read_members(ws, sorted, count);
	store_open_progress(ws, sorted, count);
	store_open_awards(ws, sorted, count);
	return db_failed(db) ? NULL : ws;
}

struct working_set *working_set_open(struct daemon *d, struct db *db, const void *parent,
				     const char *const *ids, size_t count)
{
	return open_set(d, db, parent, ids, count, true);
}

struct working_set *working_set_read(struct daemon *d, struct db *db, const void *parent,
				     const char *const *ids, size_t count)
{
	return open_set(d, db, parent, ids, count, false);
}

struct member *working_set_member(struct working_set *ws, const char *member_id)
{
	size_t low = 0, high = ws->count, middle;
	int order;

	while (low < high) {
		middle = (low + high) / 2;
		order = strcmp(ws->members[middle].member_id, member_id);
		if (order == 0)
			return &ws->members[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

bool member_load_history(struct working_set *ws, struct member *m)
{
	if (!m->history_loaded && !m->fresh)
		m->history = store_history(ws->db, ws, m->member_id, &m->history_count);
	m->history_loaded = true;
	return !db_failed(ws->db);
}

struct progress *member_progress(struct member *m, const char *milestone_id)
{
	size_t i;

	for (i = 0; i < m->progress_count; i++)
		if (strcmp(m->progress[i].milestone_id, milestone_id) == 0)
			return &m->progress[i];
	return NULL;
}

struct award *member_award(struct member *m, const char *milestone_id, const char *occurrence)
{
	size_t i;

	for (i = 0; i < m->award_count; i++)
		if (strcmp(m->awards[i]->occurrence, occurrence) == 0 &&
		    strcmp(m->awards[i]->milestone_id, milestone_id) == 0)
			return m->awards[i];
	return NULL;
}

bool working_set_put(struct working_set *ws, const void *scratch)
{
	store_put_members(ws, scratch);
	store_put_entries(ws, scratch);
	store_put_progress(ws, scratch);
	store_put_awards(ws, scratch);
	store_put_dates(ws, scratch);
	store_put_pending(ws, scratch);
	if (db_failed(ws->db))
		return false;
	return ws->event_count == 0 || eventlog_append(ws->db, scratch, ws->events, ws->event_count);
}
