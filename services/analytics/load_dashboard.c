/*
 * load_dashboard.c - from a request's parameters to a dashboard's numbers: two or three queries
 */
#include <string.h>
#include <talloc.h>

#include "services/analytics/dashboard.h"

static const char *currency_of(const struct dashboard_query *q, const struct member *m, const struct catalogue *c)
{
	const struct currency_sum *main_sum = member_main_currency(m);

	return q->currency ? q->currency : main_sum ? main_sum->currency : c->currency;
}

static void load_numbers(struct request *req, struct dashboard *d)
{
	struct benchmark *benchmarks = NULL;
	struct month	**months;
	size_t		  month_count, benchmark_count = 0;
	day		  from, to;

	dashboard_months(d, &from, &to);
	months = store_member_months(req->db, req, d->member->member_id, from, to, &month_count);
	if (d->catalogue->benchmarks)
		benchmarks = store_benchmarks(req->db, req, &d->period, d->currency, d->member->region, &benchmark_count);
	dashboard_compute(d, req, months, month_count, benchmarks, benchmark_count);
}

struct dashboard *load_dashboard(struct request *req, const struct dashboard_query *q, reply *answered)
{
	struct analytics *a = req->daemon->state;
	struct dashboard *d = talloc_zero(req, struct dashboard);
	struct member	 *m = store_member(req->db, req, q->member_id);
	struct fault	  fault;

	if (m == NULL) {
		*answered = reply_not_found(req, "member", q->member_id);
		return NULL;
	}
	d->member = m;
	d->catalogue = a->catalogue;
	d->zone = member_zone(m, a->catalogue->zone);
	d->now = clock_now();
	d->today = tz_day(d->zone, d->now);
	d->currency = currency_of(q, m, a->catalogue);
	if (!period_resolve(&d->period, q->period, q->compare, q->has_from, q->from, q->has_to, q->to, d->today, &fault)) {
		*answered = reply_faults(req, ERR_INVALID, talloc_memdup(req, &fault, sizeof(fault)), 1);
		return NULL;
	}
	d->points = m->points;
	points_expire(req, &d->points, d->now, d->zone);
	load_numbers(req, d);
	return d;
}

/*
 * Facts change with the member's position, the catalogue and the member's midnight; nothing else.
 * Weak, since the body also says when it was made.
 */
const char *dashboard_etag(const void *parent, const struct member *m, const struct catalogue *c, day today, const char *more)
{
	uint64_t hash = 14695981039346656037u;

	for (; *more; more++)
		hash = (hash ^ (unsigned char)*more) * 1099511628211u;
	return talloc_asprintf(parent, "W/\"%llx.%llx.%x.%llx\"", (unsigned long long)m->position,
			       (unsigned long long)c->version, (unsigned)today, (unsigned long long)hash);
}

const char *request_query(struct request *req)
{
	char  *out = talloc_strdup(req, "");
	size_t i;

	for (i = 0; i < req->value_count; i++)
		if (strncmp(req->values[i].name, "query.", 6) == 0)
			out = talloc_asprintf_append(out, "%s%s=%s", *out ? "&" : "", req->values[i].name + 6,
						     req->values[i].value);
	return out;
}
