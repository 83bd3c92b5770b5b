/*
 * store_put.c - what has changed goes back, each table with one statement
 */
#include <string.h>
#include <talloc.h>

#include "gen/sql/milestone.h"
#include "services/milestone/store.h"

void store_put_members(struct working_set *ws, const void *scratch)
{
	struct db_array *ids = db_array_new(scratch, DB_TEXT, ws->count),
			*profiles = db_array_new(scratch, DB_JSON, ws->count),
			*zones = db_array_new(scratch, DB_TEXT, ws->count);
	size_t i;

	for (i = 0; i < ws->count; i++) {
		if (!ws->members[i].changed)
			continue;
		db_array_text(ids, ws->members[i].member_id);
		db_array_text(profiles, ws->members[i].profile_text);
		db_array_text(zones, profile_word(&ws->members[i], "time_zone"));
	}
	if (db_array_count(ids) > 0)
		db_query(ws->db, scratch, SQL_MILESTONE_PUT_MEMBERS, "aaa", ids, profiles, zones);
}

void store_put_entries(struct working_set *ws, const void *scratch)
{
	struct db_array *ids = db_array_new(scratch, DB_TEXT, ws->count),
			*keys = db_array_new(scratch, DB_TEXT, ws->count),
			*positions = db_array_new(scratch, DB_INT8, ws->count);
	const struct member *m;
	size_t i, k;

	for (i = 0; i < ws->count; i++)
		for (m = &ws->members[i], k = 0; k < m->seen_count; k++) {
			db_array_text(ids, m->member_id);
			db_array_text(keys, m->seen[k]->key);
			db_array_integer(positions, m->seen[k]->position);
		}
	if (db_array_count(ids) > 0)
		db_query(ws->db, scratch, SQL_MILESTONE_PUT_ENTRIES, "aaa", ids, keys, positions);
}

struct progress_columns {
	struct db_array *ids, *milestones, *versions, *zones, *states, *buckets, *values, *shown, *forgotten;
};

static void add_progress(struct working_set *ws, const void *scratch, struct progress_columns *c,
			 const struct member *m, const struct progress *p)
{
	const struct milestone *of = catalogue_find(ws->catalogue, p->milestone_id);
	struct json_writer *w = json_writer_new(scratch);
	const struct bucket *newest = p->tally->count > 0 ? &p->tally->buckets[p->tally->count - 1] : NULL;

	tally_write(w, p->tally);
	db_array_text(c->ids, m->member_id);
	db_array_text(c->milestones, p->milestone_id);
	db_array_integer(c->versions, p->version);
	db_array_text(c->zones, p->zone);
	db_array_text(c->states, json_text(w, NULL));
	db_array_text(c->buckets, newest ? newest->name : "");
	db_array_real(c->values, newest && of ? bucket_value(of, newest) : 0);
	db_array_integer(c->shown, m->shown);
	if (p->forgotten == DAY_NONE)
		db_array_null(c->forgotten);
	else
		db_array_day(c->forgotten, p->forgotten);
}

void store_put_progress(struct working_set *ws, const void *scratch)
{
	struct progress_columns c = {
		db_array_new(scratch, DB_TEXT, ws->count),   db_array_new(scratch, DB_TEXT, ws->count),
		db_array_new(scratch, DB_INT4, ws->count),   db_array_new(scratch, DB_TEXT, ws->count),
		db_array_new(scratch, DB_JSON, ws->count),   db_array_new(scratch, DB_TEXT, ws->count),
		db_array_new(scratch, DB_FLOAT8, ws->count), db_array_new(scratch, DB_BOOL, ws->count),
		db_array_new(scratch, DB_DATE, ws->count)};
	size_t i, k;

	for (i = 0; i < ws->count; i++)
		for (k = 0; k < ws->members[i].progress_count; k++)
			if (ws->members[i].progress[k].changed)
				add_progress(ws, scratch, &c, &ws->members[i], &ws->members[i].progress[k]);
	if (db_array_count(c.ids) > 0)
		db_query(ws->db, scratch, SQL_MILESTONE_PUT_PROGRESS, "aaaaaaaaa", c.ids, c.milestones,
			 c.versions, c.zones, c.states, c.buckets, c.values, c.shown, c.forgotten);
}

struct award_columns {
	struct db_array *ids, *milestones, *occurrences, *versions, *states, *live, *skipped, *derived,
		*positions, *achieved, *reverted, *values, *targets, *bonuses, *late;
};

static void add_award(struct award_columns *c, const struct member *m, const struct award *a)
{
	db_array_text(c->ids, m->member_id);
	db_array_text(c->milestones, a->milestone_id);
	db_array_text(c->occurrences, a->occurrence);
	db_array_integer(c->versions, a->version);
	db_array_integer(c->states, a->state);
	db_array_integer(c->live, a->live);
	db_array_integer(c->skipped, a->skipped);
	db_array_integer(c->derived, a->derived);
	db_array_integer(c->positions, a->position);
	db_array_instant(c->achieved, a->achieved);
	if (a->live)
		db_array_null(c->reverted);
	else
		db_array_instant(c->reverted, a->reverted);
	db_array_real(c->values, a->value);
	db_array_real(c->targets, a->target);
	db_array_text(c->bonuses, a->bonus);
	db_array_integer(c->late, a->late_days);
}

void store_put_awards(struct working_set *ws, const void *scratch)
{
	struct award_columns c = {
		db_array_new(scratch, DB_TEXT, 8),        db_array_new(scratch, DB_TEXT, 8),
		db_array_new(scratch, DB_TEXT, 8),        db_array_new(scratch, DB_INT4, 8),
		db_array_new(scratch, DB_INT4, 8),        db_array_new(scratch, DB_BOOL, 8),
		db_array_new(scratch, DB_BOOL, 8),        db_array_new(scratch, DB_BOOL, 8),
		db_array_new(scratch, DB_INT8, 8),        db_array_new(scratch, DB_TIMESTAMPTZ, 8),
		db_array_new(scratch, DB_TIMESTAMPTZ, 8), db_array_new(scratch, DB_FLOAT8, 8),
		db_array_new(scratch, DB_FLOAT8, 8),      db_array_new(scratch, DB_JSON, 8),
		db_array_new(scratch, DB_INT4, 8)};
	size_t i, k;

	for (i = 0; i < ws->count; i++)
		for (k = 0; k < ws->members[i].award_count; k++)
			if (ws->members[i].awards[k]->changed)
				add_award(&c, &ws->members[i], ws->members[i].awards[k]);
	if (db_array_count(c.ids) > 0)
		db_query(ws->db, scratch, SQL_MILESTONE_PUT_AWARDS, "aaaaaaaaaaaaaaa", c.ids, c.milestones,
			 c.occurrences, c.versions, c.states, c.live, c.skipped, c.derived, c.positions,
			 c.achieved, c.reverted, c.values, c.targets, c.bonuses, c.late);
}

void store_put_dates(struct working_set *ws, const void *scratch)
{
	struct db_array *ids = db_array_new(scratch, DB_TEXT, ws->date_count),
			*milestones = db_array_new(scratch, DB_TEXT, ws->date_count),
			*versions = db_array_new(scratch, DB_INT4, ws->date_count),
			*bases = db_array_new(scratch, DB_DATE, ws->date_count),
			*numbers = db_array_new(scratch, DB_INT4, ws->date_count),
			*days = db_array_new(scratch, DB_DATE, ws->date_count),
			*due = db_array_new(scratch, DB_TIMESTAMPTZ, ws->date_count);
	size_t i;

	for (i = 0; i < ws->date_count; i++) {
		db_array_text(ids, ws->dates[i].member_id);
		db_array_text(milestones, ws->dates[i].milestone_id);
		db_array_integer(versions, ws->dates[i].version);
		db_array_day(bases, ws->dates[i].base);
		db_array_integer(numbers, ws->dates[i].number);
		db_array_day(days, ws->dates[i].day);
		db_array_instant(due, ws->dates[i].due);
	}
	if (ws->date_count > 0)
		db_query(ws->db, scratch, SQL_MILESTONE_PUT_DATES, "aaaaaaa", ids, milestones, versions,
			 bases, numbers, days, due);
}

void store_put_pending(struct working_set *ws, const void *scratch)
{
	struct db_array *ids = db_array_new(scratch, DB_TEXT, ws->count),
			*positions = db_array_new(scratch, DB_INT8, ws->count);
	size_t i;

	for (i = 0; i < ws->count; i++)
		if (ws->members[i].pending > 0) {
			db_array_text(ids, ws->members[i].member_id);
			db_array_integer(positions, ws->members[i].pending);
		}
	if (db_array_count(ids) > 0)
		db_query(ws->db, scratch, SQL_MILESTONE_PUT_PENDING, "aa", ids, positions);
}
