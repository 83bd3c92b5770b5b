/*
 * working_set.h - the members, months and ledgers that one batch of events touches
 */
#ifndef AE_WORKING_SET_H
#define AE_WORKING_SET_H

#include "services/analytics/analytics.h"

struct member_slot {
	const char *id;
	struct member *member;
	struct ledger *ledger; /* NULL until points move */
	bool points;           /* the batch moves points of this member */
};

struct month_slot {
	const char *id;
	day start;
	struct month *month;
};

struct working_set {
	struct member_slot *members; /* sorted by id */
	size_t member_count;
	struct month_slot *months; /* sorted by id, start */
	size_t month_count;
};

/* Loads (or makes) the members of the batch's events. False: the database failed. */
bool working_set_members(struct working_set *ws, struct db *db, const void *parent,
			 const struct log_event *events, size_t count);
struct member_slot *working_set_member(const struct working_set *ws, const char *id);
/* Loads (or makes) the months that the events fall into, and the ledgers of the slots marked for points. */
bool working_set_months(struct working_set *ws, struct db *db, const void *parent,
			const struct log_event *events, size_t count, const struct tz *programme);
struct month *working_set_month(const struct working_set *ws, const char *id, day start);
/* Queues the writes of everything that was touched; takes their results. False: the database failed. */
bool working_set_put(struct working_set *ws, struct db *db, const void *scratch);

#endif
