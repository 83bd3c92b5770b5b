/*
 * load_dashboard.c - from a request's parameters to a dashboard's numbers: two or three queries
 */
#include <string.h>
#include <talloc.h>

#include "services/analytics/dashboard.h"

static const char *currency_of(const struct dashboard_query *q, const struct member *m,
			       const struct catalogue *c)
{
	const struct currency_sum *main_sum = member_main_currency(m);

	return q->currency ? q->currency : main_sum ? main_sum->currency : c->currency;
}

/* A period holds for a local day; the query needs months before the member's zone is known: a day more on
 * each side. */
static void months_needed(const struct catalogue *c, const struct dashboard_query *q, instant now, day *from,
			  day *to)
{
	day today = (day)(now / SECOND / DAY_SECONDS), unused;
	struct period early, late;
	struct fault fault;

	*from = *to = today;
	if (!period_resolve(&early, q->period, q->compare, q->has_from, q->from, q->has_to, q->to, today - 1,
			    &fault) ||
	    !period_resolve(&late, q->period, q->compare, q->has_from, q->from, q->has_to, q->to, today + 1,
			    &fault))
		return; /* said to the caller once the member is known to exist */
	dashboard_months(c, &early, today - 1, from, &unused);
	dashboard_months(c, &late, today + 1, &unused, to);
}

static reply reply_period_fault(struct request *req, const struct fault *fault)
{
	return reply_faults(req, ERR_INVALID, talloc_memdup(req, fault, sizeof(*fault)), 1);
}

struct dashboard *load_dashboard(struct request *req, const struct dashboard_query *q, reply *answered)
{
	struct catalogue *c = ((struct analytics *)req->daemon->state)->catalogue;
	struct dashboard *d = talloc_zero(req, struct dashboard);
	struct benchmark *benchmarks = NULL;
	struct month **months;
	struct member *m;
	size_t month_count, benchmark_count = 0;
	struct fault fault;
	day from, to;

	d->now = clock_now();
	months_needed(c, q, d->now, &from, &to);
	m = store_member(req->db, req, q->member_id, from, to, &months, &month_count);
	if (m == NULL) {
		*answered = reply_not_found(req, "member", q->member_id);
		return NULL;
	}
	d->member = m;
	d->catalogue = c;
	d->zone = member_zone(m, c->zone);
	d->today = tz_day(d->zone, d->now);
	d->currency = currency_of(q, m, c);
	if (!period_resolve(&d->period, q->period, q->compare, q->has_from, q->from, q->has_to, q->to,
			    d->today, &fault)) {
		*answered = reply_period_fault(req, &fault);
		return NULL;
	}
	d->points = m->points;
	points_expire(req, &d->points, d->now, d->zone);
	if (c->benchmarks)
		benchmarks = store_benchmarks(req->db, req, &d->period, d->currency, m->region,
					      &benchmark_count);
	dashboard_compute(d, req, months, month_count, benchmarks, benchmark_count);
	return d;
}

static uint64_t hash_integer(uint64_t hash, int64_t value)
{
	return (hash ^ (uint64_t)value) * 1099511628211u;
}

/*
 * Facts change with the member's position, the catalogue and the member's midnight, and with a dead
 * letter that is replayed: that leaves the position, so the sums are in the tag too.
 * Weak, since the body also says when it was made.
 */
const char *dashboard_etag(const void *parent, const struct member *m, const struct catalogue *c, day today,
			   const char *more)
{
	uint64_t hash = 14695981039346656037u;

	for (; *more; more++)
		hash = hash_integer(hash, (unsigned char)*more);
	hash = hash_integer(hash, m->transactions);
	hash = hash_integer(hash, m->reversals);
	hash = hash_integer(hash, m->points_earned);
	hash = hash_integer(hash, m->points_redeemed);
	hash = hash_integer(hash, m->profile_time);
	hash = hash_integer(hash, m->tier_since);
	return talloc_asprintf(parent, "W/\"%llx.%llx.%x.%llx\"", (unsigned long long)m->position,
			       (unsigned long long)c->version, (unsigned)today, (unsigned long long)hash);
}

const char *request_query(struct request *req)
{
	char *out = talloc_strdup(req, "");
	size_t i;

	for (i = 0; i < req->value_count; i++)
		if (strncmp(req->values[i].name, "query.", 6) == 0)
			out = talloc_asprintf_append(out, "%s%s=%s", *out ? "&" : "", req->values[i].name + 6,
						     req->values[i].value);
	return out;
}
