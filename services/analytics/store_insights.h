/*
 * store_insights.h - rows for facts, findings, similar members and the market
 *
 * As in store.c: on failure these return NULL or do nothing; db_failed tells.
 */
#ifndef AE_STORE_INSIGHTS_H
#define AE_STORE_INSIGHTS_H

#include "services/analytics/insights.h"

/* Ids of members whose facts are to be computed, locked to the commit. */
const char **store_stale_members(struct db *db, const void *parent, const char *after, size_t most,
				 size_t *count);
const char **store_outdated_members(struct db *db, const void *parent, day today, size_t most, size_t *count);

struct month_list {
	struct month **months; /* oldest first */
	size_t count;
};
/* The months of each member from `from` on, without merchants. */
struct month_list *store_members_months(struct db *db, const void *parent, const char *const *ids,
					size_t count, day from);
/* Queues the facts of insights i's member, all as of `today`; no row is changed that has moved meanwhile. */
void store_put_facts(struct db *db, const void *scratch, struct insights *const *of, size_t count, day today);

/* Sets first_seen of what was seen before. */
void store_seen_insights(struct db *db, const void *scratch, struct insights *const *of, size_t count);
/* Inserts what has no first_seen and sets it; the ones that really were new are returned. */
struct new_insight {
	const struct insights *of;
	struct insight *insight;
};
struct new_insight *store_put_insights(struct db *db, const void *parent, struct insights *const *of,
				       size_t count, size_t *new_count);

/* Whom a member is compared with: one row per question, the answer's key is its index. */
struct circle {
	const char *tier, *region, *currency; /* NULL reads as "" */
	day from, to;                         /* first days of months; markets look at `from` only */
};
struct peer *store_peers(struct db *db, const void *parent, const struct circle *circles, size_t count,
			 size_t *rows);
struct market *store_markets(struct db *db, const void *parent, const struct circle *circles, size_t count,
			     size_t *rows);
int64_t store_peer_version(struct db *db, const void *scratch);
enum {
	PEERS_LEAST = 10
}; /* no row is given out for fewer members */

/* The count through all members; see refresh_peers.c. */
struct peer_pass {
	int64_t pass, events;
	const char *after; /* NULL: none under way */
	day from, to;
	instant finished; /* INSTANT_NONE: never */
};
struct peer_pass *store_hold_peer_pass(struct db *db, const void *parent); /* NULL also: another has it */
int64_t store_log_count(struct db *db, const void *scratch);
void store_start_peer_pass(struct db *db, const void *scratch, day from, day to, int64_t events);
/* Counts the next members; false: there are none. */
bool store_count_peers(struct db *db, const void *scratch, const struct peer_pass *p, int64_t members);
void store_finish_peer_pass(struct db *db, const void *scratch, const struct peer_pass *p);
bool store_delete_old_peers(struct db *db, const void *scratch, int64_t pass,
			    int64_t most); /* true: there may be more */

#endif
