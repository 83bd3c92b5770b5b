/*
 * get_effect.c - what alerts bring: what the treated do more than those who are told nothing
 *
 * Figures are per member and 30 days. Intervals are confidence sequences over the days of the range, so they
 * hold for somebody who asks every day, as long as the range begins on the same day.
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/tz.h"
#include "gen/proto/engagement.h"
#include "services/engagement/effect.h"

enum {
	RANGE_MAX = 92,
	PLANNED = 28, /* days after which the intervals are narrowest */
	PER = 30
};
#define ALPHA 0.05

static const char *const measures[] = {"spend_minor", "visits", "points"};

struct range {
	day from, to;
};

/* By default up to the last day that is counted, from the beginning of the month before last or of the
 * holdout. */
static struct range range_of(const struct get_effect_in *in, const struct effect_scope *s)
{
	day last = s->counted == DAY_NONE ? s->since : s->counted,
	    month = day_add_months(day_month_start(last), -2);
	struct range r = {in->has_from ? in->from : month, in->has_to && in->to < last ? in->to : last};

	if (r.from < s->since)
		r.from = s->since;
	return r;
}

static void put_range(struct json_writer *w, const char *name, day from, day to)
{
	char text[DAY_TEXT];

	json_open_object(w, name);
	json_put_text(w, "from", day_format(from, text));
	json_put_text(w, "to", day_format(to, text));
	json_put_integer(w, "days", to - from + 1);
	json_close(w);
}

static void put_interval(struct json_writer *w, const char *name, double estimate, double half, double factor)
{
	json_open_object(w, name);
	json_put_real(w, "estimate", estimate * factor);
	json_put_real(w, "low", (estimate - half) * factor);
	json_put_real(w, "high", (estimate + half) * factor);
	json_close(w);
}

static double member_days(const struct effect_arm *arm)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < EFFECT_PARTS; i++)
		sum += arm->units[0][i].weight;
	return sum;
}

/* Null: nothing was done by anybody, or all parts did the same; there is nothing to tell chance by. */
static void put_measure(struct json_writer *w, const struct effect *e, int measure, int days)
{
	struct stats_arm treated = {e->treated.units[measure], EFFECT_PARTS},
			 held_out = {e->held_out.units[measure], EFFECT_PARTS};
	struct stats_difference d;
	double error, half;

	if (!stats_difference(&treated, &held_out, &d)) {
		json_put_null(w, measures[measure]);
		return;
	}
	error = sqrt(d.variance);
	half = stats_sequence(error, days, PLANNED, ALPHA);
	json_open_object(w, measures[measure]);
	json_put_real(w, "treated", d.mean[0] * PER);
	json_put_real(w, "held_out", d.mean[1] * PER);
	put_interval(w, "difference", d.estimate, half, PER);
	put_interval(w, "total", d.estimate, half, member_days(&e->treated));
	json_put_real(w, "p", stats_sequence_p(d.estimate, error, days, PLANNED));
	json_close(w);
}

static void put_members(struct json_writer *w, const char *name, int64_t members)
{
	if (members >= EFFECT_LEAST)
		json_put_integer(w, name, members);
	else
		json_put_null(w, name);
}

static bool told(const struct effect *e)
{
	return e->treated.members >= EFFECT_LEAST && e->held_out.members >= EFFECT_LEAST;
}

static void put_arms(struct json_writer *w, const struct effect *e, int days)
{
	int m;

	json_open_object(w, "members");
	put_members(w, "treated", e->treated.members);
	put_members(w, "held_out", e->held_out.members);
	json_close(w);
	json_put_boolean(w, "suppressed", !told(e));
	for (m = 0; m < EFFECT_MEASURES && told(e); m++)
		put_measure(w, e, m, days);
}

/* Of a rule: as its holdouts were when each member won, which need not have been the same for all. */
static double expected_share(const struct effect *e)
{
	double members = (double)(e->treated.members + e->held_out.members);

	return members > 0 ? (e->treated.expected + e->held_out.expected) / members : 0;
}

/* Whether the arms are as large as they were drawn. */
static void put_sample_ratio(struct json_writer *w, const struct effect *e, double share)
{
	const double counts[] = {(double)e->treated.members, (double)e->held_out.members},
		     shares[] = {1 - share, share};
	double p = share > 0 && share < 1 ? stats_ratio_p(counts, shares, 2) : 1;

	json_open_object(w, "sample_ratio");
	json_put_real(w, "expected_held_out", share);
	if (told(e)) {
		json_put_real(w, "p", p);
		json_put_boolean(w, "alarm", p < STATS_RATIO_ALARM);
	}
	json_close(w);
}

static void put_total(struct json_writer *w, const struct effect *e, double share, int days)
{
	static const struct effect none = {.rule_id = ""};

	e = e ? e : &none;
	json_open_object(w, "programme");
	put_arms(w, e, days);
	put_sample_ratio(w, e, share);
	json_close(w);
}

static void put_rules(struct json_writer *w, const struct effect *e, size_t count, int days)
{
	size_t i;

	json_open_array(w, "rules");
	for (i = 0; i < count; i++) {
		json_open_object(w, NULL);
		json_put_text(w, "rule_id", e[i].rule_id);
		put_arms(w, &e[i], days);
		put_sample_ratio(w, &e[i], expected_share(&e[i]));
		json_close(w);
	}
	json_close(w);
}

/* Of the count, not of the request: null before the first one is finished. */
static void put_as_of(struct json_writer *w, instant counted_at)
{
	char text[INSTANT_TEXT];

	json_open_object(w, "as_of");
	json_put_text(w, "instant", counted_at ? instant_format(counted_at, text) : NULL);
	json_close(w);
}

static reply effect_document(struct request *req, const struct effect_scope *s, struct range r)
{
	struct json_writer *w = json_writer_new(req);
	int days = r.to - r.from + 1;
	size_t count, total;
	struct effect *all = effect_load(req->db, req, r.from, r.to, &count);
	char text[DAY_TEXT];

	total = count > 0 && all[0].rule_id[0] == '\0';
	json_open_object(w, NULL);
	put_range(w, "period", r.from, r.to);
	json_put_text(w, "holdout_since", day_format(s->since, text));
	json_put_text(w, "currency", s->currency);
	json_put_integer(w, "per_days", PER);
	json_put_real(w, "confidence", 1 - ALPHA);
	put_total(w, total ? all : NULL, s->share, days);
	put_rules(w, all + total, count - total, days);
	put_as_of(w, s->counted_at);
	json_close(w);
	return reply_json(req, w);
}

/* NULL: the range is one that can be told of. */
static const char *range_fault(struct request *req, const struct get_effect_in *in, struct range r)
{
	if (in->has_from && in->has_to && in->from > in->to)
		return "is after to";
	if (r.to - r.from >= RANGE_MAX)
		return talloc_asprintf(req, "is more than %d days before to", RANGE_MAX - 1);
	return NULL;
}

reply get_effect(struct request *req, const struct get_effect_in *in)
{
	struct effect_scope *s = effect_scope(req->db, req);
	struct fault *fault;
	struct range r;

	if (s == NULL)
		return reply_error(req, ERR_UNAVAILABLE, "the programme could not be read");
	r = range_of(in, s);
	fault = talloc(req, struct fault);
	*fault = (struct fault){"?from", range_fault(req, in, r)};
	if (fault->detail)
		return reply_faults(req, ERR_INVALID, fault, 1);
	return effect_document(req, s, r);
}
