/*
 * store_jobs.c - what the jobs take: dates that are due, members whose facts are fresh, backfills
 */
#include <talloc.h>

#include "gen/sql/milestone.h"
#include "services/milestone/store.h"

enum {
	STREAK_MAX = 200 /* periods of a streak that nobody minds */
};

struct date *store_dates(struct db *db, const void *parent, const char *member_id, size_t *count)
{
	struct rows *r = db_query(db, parent, SQL_MILESTONE_GET_DATES, "t", member_id);
	struct date *out = talloc_zero_array(parent, struct date, rows_count(r) + 1);
	size_t i;

	for (i = 0; i < rows_count(r); i++)
		out[i] = (struct date){.member_id = member_id,
				       .milestone_id = row_text(r, i, 0),
				       .version = (int)row_integer(r, i, 1),
				       .base = row_day(r, i, 2),
				       .number = (int)row_integer(r, i, 3),
				       .day = row_day(r, i, 4),
				       .due = row_instant(r, i, 5)};
	*count = rows_count(r);
	return out;
}

static const char **ids_of(const void *parent, const struct rows *r, size_t *count)
{
	const char **out = talloc_array(parent, const char *, rows_count(r) + 1);

	for (*count = 0; *count < rows_count(r); (*count)++)
		out[*count] = row_text(r, *count, 0);
	return out;
}

const char **store_due_members(struct db *db, const void *parent, instant now, int most, size_t *count)
{
	return ids_of(parent, db_query(db, parent, SQL_MILESTONE_LOCK_DUE_MEMBERS, "zi", now, (int64_t)most),
		      count);
}

void store_delete_date(struct db *db, const void *scratch, const char *member_id, const char *milestone_id)
{
	db_query(db, scratch, SQL_MILESTONE_DELETE_DATE, "tt", member_id, milestone_id);
}

const char **store_pending(struct db *db, const void *parent, int most, size_t *count)
{
	return ids_of(parent, db_query(db, parent, SQL_MILESTONE_LOCK_PENDING, "i", (int64_t)most), count);
}

void store_delete_pending(struct db *db, const void *scratch, const struct member_facts *asked, size_t count)
{
	struct db_array *ids = db_array_new(scratch, DB_TEXT, count),
			*positions = db_array_new(scratch, DB_INT8, count);
	size_t i;

	for (i = 0; i < count; i++) {
		db_array_text(ids, asked[i].member_id);
		db_array_integer(positions, asked[i].position);
	}
	db_query(db, scratch, SQL_MILESTONE_DELETE_PENDING, "aa", ids, positions);
}

const char **store_members_after(struct db *db, const void *parent, const char *after, int most,
				 size_t *count)
{
	return ids_of(parent,
		      db_query(db, parent, SQL_MILESTONE_GET_MEMBERS_AFTER, "ti", after, (int64_t)most),
		      count);
}

int64_t store_count_members(struct db *db, const void *scratch, const char *until, int64_t *before)
{
	struct rows *r = db_query(db, scratch, SQL_MILESTONE_COUNT_MEMBERS, "t", until);

	*before = rows_count(r) > 0 ? row_integer(r, 0, 1) : 0;
	return rows_count(r) > 0 ? row_integer(r, 0, 0) : 0;
}

struct backfill_job *store_claim_backfill(struct db *db, const void *parent)
{
	struct rows *r = db_query(db, parent, SQL_MILESTONE_CLAIM_BACKFILL, "");
	struct backfill_job *j;

	if (rows_count(r) == 0)
		return NULL;
	j = talloc_zero(parent, struct backfill_job);
	*j = (struct backfill_job){.milestone_id = row_text(r, 0, 0),
				   .version = (int)row_integer(r, 0, 1),
				   .after = row_text(r, 0, 2)};
	return j;
}

void store_move_backfill(struct db *db, const void *scratch, const struct backfill_job *j, const char *after,
			 int64_t examined, int64_t awarded, int64_t skipped)
{
	db_query(db, scratch, SQL_MILESTONE_MOVE_BACKFILL, "tstiii", j->milestone_id, j->version, after,
		 examined, awarded, skipped);
}

const char *store_claim_forgetting(struct db *db, const void *parent)
{
	struct rows *r = db_query(db, parent, SQL_MILESTONE_CLAIM_FORGETTING, "");

	return rows_count(r) > 0 ? row_text(r, 0, 0) : NULL;
}

static struct db_array *texts(const void *parent, const char *const *ids, size_t count)
{
	struct db_array *a = db_array_new(parent, DB_TEXT, count);
	size_t i;

	for (i = 0; i < count; i++)
		db_array_text(a, ids[i]);
	return a;
}

const char **store_forgettable(struct db *db, const void *parent, const char *const *ids, size_t count,
			       const struct milestone *const *of, size_t of_count, day before, size_t *found)
{
	struct db_array *milestones = db_array_new(parent, DB_TEXT, of_count),
			*names = db_array_new(parent, DB_TEXT, of_count);
	size_t i;

	for (i = 0; i < of_count; i++) {
		db_array_text(milestones, of[i]->id);
		db_array_text(names, period_name(parent, of[i]->per, before));
	}
	return ids_of(parent,
		      db_query(db, parent, SQL_MILESTONE_GET_FORGETTABLE, "aaai", texts(parent, ids, count),
			       milestones, names, (int64_t)STREAK_MAX),
		      found);
}

void store_delete_unused_progress(struct db *db, const void *scratch, const char *const *ids, size_t count)
{
	db_query(db, scratch, SQL_MILESTONE_DELETE_UNUSED_PROGRESS, "a", texts(scratch, ids, count));
}

void store_move_forgetting(struct db *db, const void *scratch, const char *after, int64_t members)
{
	db_query(db, scratch, SQL_MILESTONE_MOVE_FORGETTING, "ti", after, members);
}
