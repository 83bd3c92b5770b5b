/*
 * store.c - definitions, and what members have, out of their rows (store_*.c: the rest)
 */
#include <string.h>
#include <talloc.h>

#include "common/log.h"
#include "gen/sql/milestone.h"
#include "services/milestone/store.h"

int64_t store_catalogue_mark(struct db *db, const void *scratch)
{
	struct rows *r = db_query(db, scratch, SQL_MILESTONE_CATALOGUE_MARK, "");

	return rows_count(r) > 0 ? row_integer(r, 0, 0) : 0;
}

static void add_definition(struct catalogue *c, const struct rows *r, size_t i)
{
	struct fault fault;
	const char *error, *text;
	size_t length;
	const struct json *document;
	struct milestone *m;

	text = row_bytes(r, i, 2, &length);
	document = json_parse(c, text, length, &error);
	m = document ? milestone_read(c, row_text(r, i, 0), (int)row_integer(r, i, 1), document, c->currency,
				      &fault)
		     : NULL;
	if (m == NULL) {
		log_error("milestone %s@%d cannot be used", row_text(r, i, 0), (int)row_integer(r, i, 1));
		return;
	}
	m->activated = row_instant(r, i, 3);
	c->asks_facts |= milestone_asks_facts(m);
	c->milestones[c->count++] = m;
}

struct catalogue *store_catalogue(struct db *db, const void *parent)
{
	struct catalogue *c = talloc_zero(parent, struct catalogue);
	struct rows *programme, *r;
	size_t i;

	db_send(db, SQL_MILESTONE_GET_PROGRAMME, "");
	db_send(db, SQL_MILESTONE_GET_ACTIVE_DEFINITIONS, "");
	programme = db_next(db, c);
	r = db_next(db, c);
	if (rows_count(programme) == 0 || r == NULL) {
		talloc_free(c);
		return NULL;
	}
	c->zone = tz_find(row_text(programme, 0, 0));
	c->zone = c->zone ? c->zone : tz_utc();
	c->currency = row_text(programme, 0, 1);
	c->milestones = talloc_zero_array(c, struct milestone *, rows_count(r) + 1);
	for (i = 0; i < rows_count(r); i++)
		add_definition(c, r, i);
	return c;
}

static struct db_array *texts(const void *parent, const char *const *ids, size_t count)
{
	struct db_array *a = db_array_new(parent, DB_TEXT, count);
	size_t i;

	for (i = 0; i < count; i++)
		db_array_text(a, ids[i]);
	return a;
}

static void take_members(struct working_set *ws, const struct rows *r)
{
	const char *text;
	struct member *m;
	size_t i, length;

	ws->members = talloc_zero_array(ws, struct member, rows_count(r) + 1);
	ws->count = rows_count(r);
	for (i = 0; i < ws->count; i++) {
		m = &ws->members[i];
		m->member_id = row_text(r, i, 0);
		text = row_bytes(r, i, 1, &length);
		m->shown = row_boolean(r, i, 2);
		profile_read(ws, m, text, length);
	}
}

void store_open_members(struct working_set *ws, const char *const *ids, size_t count)
{
	struct db_array *a = texts(ws, ids, count);
	struct rows *made, *r;
	struct member *m;
	size_t i;

	db_send(ws->db, SQL_MILESTONE_ENSURE_MEMBERS, "a", a);
	db_send(ws->db, SQL_MILESTONE_LOCK_MEMBERS, "a", a);
	made = db_next(ws->db, ws);
	r = db_next(ws->db, ws);
	take_members(ws, r);
	for (i = 0; i < rows_count(made); i++)
		if ((m = working_set_member(ws, row_text(made, i, 0))) != NULL)
			m->fresh = true;
}

void store_read_members(struct working_set *ws, const char *const *ids, size_t count)
{
	take_members(ws, db_query(ws->db, ws, SQL_MILESTONE_GET_MEMBERS, "a", texts(ws, ids, count)));
}

void store_places(struct working_set *ws, const char *const *ids, size_t count)
{
	struct rows *r = db_query(ws->db, ws, SQL_MILESTONE_GET_PLACES, "a", texts(ws, ids, count));
	struct member *m;
	size_t i;

	for (i = 0; i < rows_count(r); i++)
		if ((m = working_set_member(ws, row_text(r, i, 0))) != NULL)
			m->position = row_integer(r, i, 1);
}

static void add_progress(struct working_set *ws, const struct rows *r, size_t i)
{
	struct member *m = working_set_member(ws, row_text(r, i, 0));
	const char *text, *error;
	struct progress *p;
	struct tally *t;
	size_t length;

	text = row_bytes(r, i, 4, &length);
	t = tally_read(ws, json_parse(ws, text, length, &error));
	if (m == NULL || t == NULL)
		return;
	m->progress = talloc_realloc(ws, m->progress, struct progress, m->progress_count + 1);
	p = &m->progress[m->progress_count++];
	*p = (struct progress){.milestone_id = row_text(r, i, 1),
			       .version = (int)row_integer(r, i, 2),
			       .zone = row_text(r, i, 3),
			       .tally = t,
			       .forgotten = row_null(r, i, 5) ? DAY_NONE : row_day(r, i, 5)};
}

void store_open_progress(struct working_set *ws, const char *const *ids, size_t count)
{
	struct rows *r = db_query(ws->db, ws, SQL_MILESTONE_GET_PROGRESS, "a", texts(ws, ids, count));
	size_t i;

	for (i = 0; i < rows_count(r); i++)
		add_progress(ws, r, i);
}

static struct award *award_of(const void *parent, const struct rows *r, size_t i)
{
	struct award *a = talloc_zero(parent, struct award);

	*a = (struct award){.milestone_id = row_text(r, i, 1),
			    .occurrence = row_text(r, i, 2),
			    .version = (int)row_integer(r, i, 3),
			    .state = (int)row_integer(r, i, 4),
			    .live = row_boolean(r, i, 5),
			    .skipped = row_boolean(r, i, 6),
			    .derived = row_boolean(r, i, 7),
			    .position = row_integer(r, i, 8),
			    .achieved = row_instant(r, i, 9),
			    .reverted = row_null(r, i, 10) ? INSTANT_NONE : row_instant(r, i, 10),
			    .value = row_real(r, i, 11),
			    .target = row_real(r, i, 12),
			    .bonus = row_null(r, i, 13) ? NULL : row_text(r, i, 13),
			    .late_days = row_integer(r, i, 14)};
	return a;
}

void store_open_awards(struct working_set *ws, const char *const *ids, size_t count)
{
	struct rows *r = db_query(ws->db, ws, SQL_MILESTONE_GET_AWARDS, "a", texts(ws, ids, count));
	struct member *m;
	size_t i;

	for (i = 0; i < rows_count(r); i++) {
		if ((m = working_set_member(ws, row_text(r, i, 0))) == NULL)
			continue;
		m->awards = talloc_realloc(ws, m->awards, struct award *, m->award_count + 1);
		m->awards[m->award_count++] = award_of(ws, r, i);
	}
}
