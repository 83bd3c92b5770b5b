/*
 * store.h - rows become structs and structs rows
 *
 * On failure these return NULL or do nothing, and db_failed tells.
 */
#ifndef AE_MILESTONE_STORE_H
#define AE_MILESTONE_STORE_H

#include "common/sweep.h"
#include "services/milestone/milestone.h"

/* store.c: definitions, members' progress and awards */
int64_t store_catalogue_mark(struct db *db, const void *scratch);
struct catalogue *store_catalogue(struct db *db, const void *parent);
void store_read_members(struct working_set *ws, const char *const *ids,
			size_t count); /* without holding them */
/* Up to where each member's events are applied. */
void store_places(struct working_set *ws, const char *const *ids, size_t count);
void store_open_members(struct working_set *ws, const char *const *ids, size_t count);
void store_open_progress(struct working_set *ws, const char *const *ids, size_t count);
void store_open_awards(struct working_set *ws, const char *const *ids, size_t count);

/* store_entries.c */
struct entry **store_history(struct db *db, const void *parent, const char *member_id, size_t *count);
/* The history of each member, as far as it is of this type's family. */
void store_histories(struct working_set *ws, const char *type);
/* Fills `related` of the members with what is stored under the keys of these entries. */
void store_related(struct working_set *ws, const char *const *ids, struct entry *const *entries,
		   size_t count);

/* store_put.c */
void store_put_members(struct working_set *ws, const void *scratch);
void store_put_entries(struct working_set *ws, const void *scratch);
void store_put_progress(struct working_set *ws, const void *scratch);
void store_put_awards(struct working_set *ws, const void *scratch);
void store_put_dates(struct working_set *ws, const void *scratch);
void store_put_pending(struct working_set *ws, const void *scratch);

/* store_jobs.c */
struct date *store_dates(struct db *db, const void *parent, const char *member_id, size_t *count);
const char **store_due_members(struct db *db, const void *parent, instant now, int most, size_t *count);
void store_delete_date(struct db *db, const void *scratch, const char *member_id, const char *milestone_id);
/* Members whose facts are as new as they must be. */
const char **store_pending(struct db *db, const void *parent, int most, size_t *count);
void store_delete_pending(struct db *db, const void *scratch, const struct member_facts *asked, size_t count);
/* From where progress is to be shortened; NULL: not now. */
const char *store_claim_forgetting(struct db *db, const void *parent);
/* Of these members those with periods of one of the milestones before that of a day. */
const char **store_forgettable(struct db *db, const void *parent, const char *const *ids, size_t count,
			       const struct milestone *const *of, size_t of_count, day before, size_t *found);
void store_delete_unused_progress(struct db *db, const void *scratch, const char *const *ids, size_t count);
void store_move_forgetting(struct db *db, const void *scratch, const char *after, int64_t members);
const char **store_members_after(struct db *db, const void *parent, const char *after, int most,
				 size_t *count);

/* All members; *before: those up to a place in the order of their ids. */
int64_t store_count_members(struct db *db, const void *scratch, const char *until, int64_t *before);

struct backfill_job {
	const char *milestone_id, *after;
	int version;
};
struct backfill_job *store_claim_backfill(struct db *db, const void *parent);
void store_move_backfill(struct db *db, const void *scratch, const struct backfill_job *j, const char *after,
			 int64_t examined, int64_t awarded, int64_t skipped);

/* store_sweeps.c */
struct fact_sweep {
	const char *milestone_id, *after;
	int version;
	bool begins; /* on another day than the last time */
	enum sweep_driver driver;
};
struct fact_sweep *store_claim_sweep(struct db *db, const void *parent, day today);
void store_start_sweep(struct db *db, const void *scratch, const struct fact_sweep *s, day today);
void store_move_sweep(struct db *db, const void *scratch, const struct fact_sweep *s, const char *after,
		      int64_t examined, int64_t awarded);
/* Which of the members, by their places, do not have this occurrence; how many. */
size_t store_unawarded(struct db *db, const void *scratch, const char *const *ids, size_t count,
		       const char *milestone_id, const char *occurrence, size_t *places);

#endif
