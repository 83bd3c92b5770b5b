/*
 * dashboard.h - the numbers of a dashboard, before they become JSON or pictures
 */
#ifndef AE_DASHBOARD_H
#define AE_DASHBOARD_H

#include "common/chart.h"
#include "common/money.h"
#include "services/analytics/analytics.h"
#include "services/analytics/period.h"

struct totals {
	int64_t spend_minor, purchases, earned, redeemed, expired, balance; /* balance at the end */
};

struct bucket {
	day start;
	int64_t spend_minor, purchases, before_minor, earned, redeemed, expired, balance;
};

struct category_total {
	const char *category;
	int64_t spend_minor, purchases, before_minor, earned, market_minor;
	bool has_market;
};

struct dashboard {
	const struct member *member;
	const struct catalogue *catalogue;
	const struct tz *zone;
	struct period period;
	const char *currency;
	instant now;
	day today;
	struct totals totals, before;
	struct bucket *buckets;
	size_t bucket_count;
	struct category_total *categories; /* most spend first */
	size_t category_count;
	struct merchant_cell *merchants; /* most spend first */
	size_t merchant_count;
	struct points points; /* as of now */
	int64_t qualifying;   /* points within the tier table's window */
};

/* Benchmark rows of the period, read by store_benchmarks. */
struct benchmark {
	const char *category, *region;
	day month;
	int64_t average_minor;
};
struct benchmark *store_benchmarks(struct db *db, const void *parent, const struct period *p,
				   const char *currency, const char *region, size_t *count);

/* Which months the numbers need: from..to as first days; before the member's zone is known too. */
void dashboard_months(const struct catalogue *c, const struct period *p, day today, day *from, day *to);
/* Fills the numbers from the months (and benchmarks, which may be none). */
void dashboard_compute(struct dashboard *d, const void *parent, struct month *const *months,
		       size_t month_count, const struct benchmark *benchmarks, size_t benchmark_count);

/* dashboard_json.c */
void dashboard_put(struct json_writer *w, const void *parent, const struct dashboard *d, const char *query);

/* charts.c: NULL name past the last; false: no such chart */
extern const char *const dashboard_charts[];
bool dashboard_chart(const void *parent, const struct dashboard *d, const char *name, struct chart *out);

/* load_dashboard.c: everything up to the numbers; NULL: *answered is the reply already. */
struct dashboard_query {
	const char *member_id, *currency;
	enum period_kind period;
	enum compare_kind compare;
	bool has_from, has_to;
	day from, to;
};
struct dashboard *load_dashboard(struct request *req, const struct dashboard_query *q, reply *answered);
/* The entity tag of what depends on the member's facts, its local day, the catalogue and `more`. */
const char *dashboard_etag(const void *parent, const struct member *m, const struct catalogue *c, day today,
			   const char *more);
/* "period=month&compare=previous" as it came, for links and cache keys. */
const char *request_query(struct request *req);

#endif
