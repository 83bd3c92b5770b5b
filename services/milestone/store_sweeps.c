/*
 * store_sweeps.c - the daily way of milestones over facts through the members
 */
#include <talloc.h>

#include "gen/sql/milestone.h"
#include "services/milestone/store.h"

struct fact_sweep *store_claim_sweep(struct db *db, const void *parent, day today)
{
	struct fact_sweep *s;
	struct rows *r;

	db_query(db, parent, SQL_MILESTONE_PUT_SWEEPS, "d", today);
	r = db_query(db, parent, SQL_MILESTONE_CLAIM_SWEEP, "d", today);
	if (rows_count(r) == 0)
		return NULL;
	s = talloc(parent, struct fact_sweep);
	*s = (struct fact_sweep){.milestone_id = row_text(r, 0, 0),
				 .version = (int)row_integer(r, 0, 1),
				 .begins = row_boolean(r, 0, 2),
				 .driver = (enum sweep_driver)row_integer(r, 0, 3),
				 .after = row_text(r, 0, 4)};
	return s;
}

void store_start_sweep(struct db *db, const void *scratch, const struct fact_sweep *s, day today)
{
	db_query(db, scratch, SQL_MILESTONE_START_SWEEP, "tsds", s->milestone_id, s->version, today,
		 (int)s->driver);
}

void store_move_sweep(struct db *db, const void *scratch, const struct fact_sweep *s, const char *after,
		      int64_t examined, int64_t awarded)
{
	db_query(db, scratch, SQL_MILESTONE_MOVE_SWEEP, "tstii", s->milestone_id, s->version, after, examined,
		 awarded);
}

size_t store_unawarded(struct db *db, const void *scratch, const char *const *ids, size_t count,
		       const char *milestone_id, const char *occurrence, size_t *places)
{
	struct db_array *members = db_array_new(scratch, DB_TEXT, count);
	struct rows *r;
	size_t i;

	for (i = 0; i < count; i++)
		db_array_text(members, ids[i]);
	r = db_query(db, scratch, SQL_MILESTONE_GET_UNAWARDED, "att", members, milestone_id, occurrence);
	for (i = 0; i < rows_count(r); i++)
		places[i] = (size_t)row_integer(r, i, 0);
	return rows_count(r);
}
