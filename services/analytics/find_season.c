/*
 * find_season.c - the month of the year in which a member spends most
 */
#include <math.h>
#include <talloc.h>

#include "services/analytics/insights.h"

enum {
	MONTHS = 12,
	SOON_DAYS = 45
};
#define TIMES_MIN 2.0

/* The category that the peak is mostly made of; NULL if there is none. */
static const char *main_category(const struct view *v, day from, day to, int64_t *spend)
{
	const char *best = NULL;
	size_t i;
	int64_t x;

	*spend = 0;
	for (i = 0; i < v->member->category_count; i++) {
		x = view_category_spend(v, v->member->categories[i].category, from, to, NULL);
		if (x > *spend) {
			*spend = x;
			best = v->member->categories[i].category;
		}
	}
	return best;
}

static void add_peak(struct insights *in, day from, int64_t spend, const struct robust *r)
{
	const struct view *v = in->view;
	day to = day_add_months(from, 1) - 1, again = day_add_months(from, 12);
	struct insight f = {
		.kind = "season_peak", .what = v->currency, .anchor = from, .from = from, .to = to};
	struct json_writer *w = insight_evidence(in);
	double times = (double)spend / r->median;
	int64_t most;
	const char *category = main_category(v, from, to, &most);

	f.severity = again - v->today <= SOON_DAYS ? SEVERITY_NOTICE : SEVERITY_INFO;
	f.strength = r->z / 10;
	json_put_text(w, "currency", v->currency);
	json_put_integer(w, "spend_minor", spend);
	json_put_integer(w, "median_minor", llround(r->median));
	evidence_put_real(w, "times", times);
	json_put_integer(w, "months", (int64_t)r->count);
	evidence_put_real(w, "z", r->z);
	evidence_put_real(w, "z_limit", ROBUST_Z);
	json_put_integer(w, "days_until_next", again > v->today ? again - v->today : 0);
	if (category) {
		json_put_text(w, "category", category);
		json_put_integer(w, "category_spend_minor", most);
	}
	json_put_text(w, "statistic",
		      "square roots of monthly spend: (x - median) / (1.4826 MAD sqrt(1 + pi / 2n))");
	insight_add(in, &f, w, "%s is your peak: you spent %s, %s times the %s of a usual month%s%s%s%s.",
		    month_words(in, from), money_words(in, spend, v->currency),
		    real_words(in, round(times * 10) / 10), money_words(in, llround(r->median), v->currency),
		    category ? ", the largest part on " : "", category ? insights_category(in, category) : "",
		    category ? ": " : "", category ? money_words(in, most, v->currency) : "");
}

/* The last whole month is left to find_spend_change; the twelve before it are a year. */
void find_season(struct insights *in)
{
	int64_t spend[MONTHS], others[MONTHS];
	day last, from = insights_month(in->view, &last);
	size_t count = view_months_spend(in->view, from - 1, MONTHS, spend), peak = 0, i, n = 0;
	struct robust r;

	for (i = 1; i < count; i++)
		if (spend[i] > spend[peak])
			peak = i;
	for (i = 0; i < count; i++)
		if (i != peak)
			others[n++] = spend[i];
	if (n < ROBUST_MIN)
		return;
	r = robust_measure(others, n, spend[peak]);
	if (r.median > 0 && r.z >= ROBUST_Z && (double)spend[peak] >= TIMES_MIN * r.median)
		add_peak(in, day_add_months(from, -(int)(count - peak)), spend[peak], &r);
}
