/*
 * find_categories.c - categories that are new for a member, and ones it has left
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "services/analytics/insights.h"

enum {
	NEW_DAYS = 30,     /* so long a category is news */
	SETTLED_DAYS = 60, /* before that everything is new */
	GAPS_MIN = 3,
	SILENCE_MIN = 30,
	SILENCE_MAX = 365,
	LAPSED_MOST = 5,
};
#define LAPSE_RARE 0.02

static void find_new(struct insights *in, const struct category_sum *c)
{
	const struct view *v = in->view;
	struct insight f = {
		.kind = "category_new", .severity = SEVERITY_INFO, .what = c->category, .anchor = c->first};
	day begin = view_first_purchase(v);
	int64_t purchases, spend;
	struct json_writer *w;

	if (c->first == DAY_NONE || c->first <= v->today - NEW_DAYS || c->first > v->today ||
	    begin == DAY_NONE || c->first - begin < SETTLED_DAYS || strcmp(c->currency, v->currency) != 0)
		return;
	spend = view_category_spend(v, c->category, c->first, v->today, &purchases);
	if (spend <= 0 || purchases <= 0)
		return;
	f.from = c->first;
	f.to = v->today;
	f.strength = in->facts->spend_minor[FACTS_30D] > 0
			     ? (double)spend / (double)in->facts->spend_minor[FACTS_30D]
			     : 0;
	w = insight_evidence(in);
	json_put_text(w, "category", c->category);
	evidence_put_day(w, "first_purchase", c->first);
	json_put_integer(w, "days_before", c->first - begin);
	json_put_integer(w, "purchases", purchases);
	json_put_integer(w, "spend_minor", spend);
	json_put_text(w, "currency", v->currency);
	insight_add(in, &f, w, "%s is new for you: since %s you made %s there, %s in all.",
		    insights_category(in, c->category), day_words(in, c->first),
		    counted_words(in, purchases, "purchase"), money_words(in, spend, v->currency));
}

/* Left: silent beyond its own rhythm, while the member went on buying other things. */
static bool find_lapsed(struct insights *in, const char *category, day *days)
{
	const struct view *v = in->view;
	size_t count = view_category_days(v, category, days), gaps = count > 0 ? count - 1 : 0;
	struct insight f = {.kind = "category_lapsed", .severity = SEVERITY_NOTICE, .what = category};
	struct json_writer *w;
	day last, silence;
	double chance;

	if (gaps < GAPS_MIN)
		return false;
	last = days[gaps];
	silence = v->bought[v->bought_count - 1] - last;
	chance = silence_chance(gaps, last - days[0], silence);
	if (silence < SILENCE_MIN || v->today - last > SILENCE_MAX || chance >= LAPSE_RARE)
		return false;
	f.anchor = f.from = last;
	f.to = v->today;
	f.strength = 1 - chance / LAPSE_RARE;
	w = insight_evidence(in);
	json_put_text(w, "category", category);
	evidence_put_day(w, "last_purchase", last);
	json_put_integer(w, "days_since_purchase", v->today - last);
	json_put_integer(w, "silence_days", silence);
	json_put_integer(w, "gaps", (int64_t)gaps);
	json_put_integer(w, "gap_days", last - days[0]);
	evidence_put_real(w, "mean_interval_days", (double)(last - days[0]) / (double)gaps);
	evidence_put_real(w, "chance", chance);
	evidence_put_real(w, "chance_limit", LAPSE_RARE);
	json_put_text(w, "statistic",
		      "Poisson purchases with a gamma rate: (gap_days / (gap_days + silence_days)) ^ gaps; "
		      "silence_days end "
		      "with the last purchase of anything");
	insight_add(in, &f, w, "You used to buy in %s every %s days; the last time was %s, %s ago.",
		    insights_category(in, category),
		    real_words(in, round((double)(last - days[0]) / (double)gaps * 10) / 10),
		    day_words(in, last), counted_words(in, v->today - last, "day"));
	return true;
}

void find_categories(struct insights *in)
{
	const struct member *m = in->view->member;
	day *days = talloc_array(in, day, in->view->day_count + 1);
	size_t i, found = 0;

	for (i = 0; i < m->category_count; i++) {
		find_new(in, &m->categories[i]);
		/* Most categories of most members are left out before their days are looked through. */
		if (found < LAPSED_MOST && strcmp(m->categories[i].currency, in->view->currency) == 0 &&
		    m->categories[i].purchases > GAPS_MIN && in->view->bought_count > 0 &&
		    m->categories[i].last != DAY_NONE &&
		    in->view->today - m->categories[i].last >= SILENCE_MIN)
			found += find_lapsed(in, m->categories[i].category, days);
	}
	talloc_free(days);
}
