/*
 * find_spend_change.c - a month unlike the others, and a silence unlike the others
 */
#include <math.h>
#include <talloc.h>

#include "services/analytics/insights.h"

enum {
	HISTORY = 12,
	GAPS_MIN = 5,
	SILENCE_MIN = 21,
	SILENCE_MAX = 365
};
#define CHANGE_MIN    0.25 /* of the median: smaller changes are not worth a word */
#define SILENCE_RARE  0.02
#define SILENCE_WORSE 0.005

static size_t count_spent(const int64_t *spend, size_t count)
{
	size_t i, n = 0;

	for (i = 0; i < count; i++)
		n += spend[i] > 0;
	return n;
}

static void add_change(struct insights *in, day from, day to, int64_t x, const struct robust *r)
{
	const char *currency = in->view->currency;
	struct json_writer *w = insight_evidence(in);
	bool up = r->z > 0;
	int64_t usual = llround(r->median);
	double change = ((double)x - r->median) / r->median * 100;
	struct insight f = {.kind = up ? "spend_up" : "spend_down",
			    .what = currency,
			    .anchor = from,
			    .from = from,
			    .to = to};

	f.severity = !up && r->z < -5 ? SEVERITY_WARNING : SEVERITY_NOTICE;
	f.strength = fabs(r->z) / 10;
	json_put_text(w, "currency", currency);
	json_put_integer(w, "spend_minor", x);
	json_put_integer(w, "median_minor", usual);
	json_put_integer(w, "mad_minor", llround(r->mad));
	json_put_integer(w, "months", (int64_t)r->count);
	json_put_integer(w, "change_percent", llround(change));
	evidence_put_real(w, "z", r->z);
	evidence_put_real(w, "z_limit", ROBUST_Z);
	json_put_text(w, "statistic",
		      "square roots of monthly spend: (x - median) / (1.4826 MAD sqrt(1 + pi / 2n))");
	insight_add(in, &f, w,
		    "You spent %s in %s, %s%% %s than your usual %s a month (the middle of the %zu months "
		    "before).",
		    money_words(in, x, currency), month_words(in, from),
		    count_words(in, llabs(llround(change))), up ? "more" : "less",
		    money_words(in, usual, currency), r->count);
}

static void find_month(struct insights *in)
{
	int64_t spend[HISTORY], x;
	day to, from = insights_month(in->view, &to);
	size_t count = view_months_spend(in->view, from - 1, HISTORY, spend);
	struct robust r;

	if (count < ROBUST_MIN || 2 * count_spent(spend, count) < count)
		return;
	x = view_sum(in->view, in->view->spend, from, to);
	x = x > 0 ? x : 0;
	r = robust_measure(spend, count, x);
	if (r.median > 0 && fabs(r.z) >= ROBUST_Z && fabs((double)x - r.median) >= CHANGE_MIN * r.median)
		add_change(in, from, to, x, &r);
}

static void find_pause(struct insights *in)
{
	const struct view *v = in->view;
	size_t gaps = v->bought_count > 0 ? v->bought_count - 1 : 0;
	struct json_writer *w;
	day last, silence, days;
	double chance;
	struct insight f = {.kind = "spend_pause", .what = ""};

	if (gaps < GAPS_MIN)
		return;
	last = v->bought[gaps];
	silence = v->today - last;
	days = last - v->bought[0];
	chance = silence_chance(gaps, days, silence);
	if (silence < SILENCE_MIN || silence > SILENCE_MAX || chance >= SILENCE_RARE)
		return;
	f.severity = chance < SILENCE_WORSE ? SEVERITY_WARNING : SEVERITY_NOTICE;
	f.strength = 1 - chance / SILENCE_RARE;
	f.anchor = f.from = last;
	f.to = v->today;
	w = insight_evidence(in);
	json_put_integer(w, "days_since_purchase", silence);
	evidence_put_day(w, "last_purchase", last);
	json_put_integer(w, "gaps", (int64_t)gaps);
	json_put_integer(w, "gap_days", days);
	evidence_put_real(w, "mean_interval_days", (double)days / (double)gaps);
	evidence_put_real(w, "chance", chance);
	evidence_put_real(w, "chance_limit", SILENCE_RARE);
	json_put_text(w, "statistic",
		      "Poisson purchases with a gamma rate: (gap_days / (gap_days + days)) ^ gaps");
	insight_add(in, &f, w,
		    "Your last purchase was %s ago, on %s; until then you bought something every %s days.",
		    counted_words(in, silence, "day"), day_words(in, last),
		    real_words(in, round((double)days / (double)gaps * 10) / 10));
}

void find_spend_change(struct insights *in)
{
	find_month(in);
	find_pause(in);
}
