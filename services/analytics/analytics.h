/*
 * analytics.h - what the files of ae-analytics share
 */
#ifndef AE_ANALYTICS_H
#define AE_ANALYTICS_H

#include "common/daemon.h"
#include "common/tz.h"
#include "gen/proto/analytics.h"
#include "services/analytics/member.h"
#include "services/analytics/month.h"

struct tier {
	const char *name;
	int64_t rank, qualifying_points, window_days;
};

struct category {
	const char *code, *name;
	bool active;
};

struct offer {
	const char *category;
	instant from, to; /* INSTANT_NONE: open */
	double multiplier;
	const char *title; /* of the promotion, or NULL */
};

/* Programme, tiers, categories and offers; small, and read again when their version changes. */
struct catalogue {
	int64_t version;
	const struct tz *zone; /* the programme's */
	const char *currency;
	bool benchmarks;    /* market data is there */
	struct tier *tiers; /* lowest first */
	size_t tier_count;
	struct category *categories; /* by code */
	size_t category_count;
	struct offer *offers; /* by category, then from */
	size_t offer_count;
};

struct analytics {
	struct catalogue *catalogue; /* never NULL */
	struct metric *intake, *cache_hits, *insights;
	int64_t cache_seconds;
};

/* catalogue.c */
bool refresh_catalogue(struct daemon *d); /* job: false always, one run does */
const char *catalogue_category_name(const struct catalogue *c, const char *code);
/* The multiplier in force for a category at t; 1 without an offer. *offer may be set to it. */
double catalogue_multiplier(const struct catalogue *c, const char *category, instant t,
			    const struct offer **offer);

/* get_dashboard.c: one look into insights_cache for a whole frame */
void prefetch_dashboards(struct daemon *d, struct request **requests, size_t count);

/* events.c */
bool events_apply(struct batch *b);
void events_committed(struct batch *b);

/* store.c: the only file that sees rows. On failure they return NULL or do nothing; db_failed tells. */
struct working_set;

/* One member and its months whose first days lie in from..to, oldest first, in one round trip; NULL: unknown.
 */
struct member *store_member(struct db *db, const void *parent, const char *member_id, day from, day to,
			    struct month ***months, size_t *count);
struct member **store_members(struct db *db, const void *parent, const char *const *ids,
			      size_t count); /* NULL entries: new */
struct month **store_months(struct db *db, const void *parent, const char *const *ids, const day *starts,
			    size_t count);
struct ledger **store_ledgers(struct db *db, const void *parent, const char *const *ids, size_t count);
struct log_event *store_member_events(struct db *db, const void *parent, int shard, int64_t from, int64_t to,
				      const char *member_id, size_t *count);
void store_put_members(struct db *db, const void *scratch, struct member *const *members, size_t count);
void store_put_months(struct db *db, const void *scratch, struct month *const *months, size_t count);
void store_put_ledgers(struct db *db, const void *scratch, const char *const *ids,
		       struct ledger *const *ledgers, size_t count);
void store_delete_months(struct db *db, const void *scratch, const char *const *ids, size_t count);
void store_put_category(struct db *db, const void *scratch, const struct log_event *e);
struct catalogue *store_catalogue(struct db *db, const void *parent);
int64_t store_catalogue_version(struct db *db, const void *scratch);

#endif
