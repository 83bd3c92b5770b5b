/*
 * find_market.c - the last whole month beside the market's averages (aectl benchmarks load)
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "services/analytics/insights.h"

#define TIMES_MORE 1.5
#define TIMES_LESS 0.5

/* The region's row goes before the one for everywhere. */
static const struct market *market_find(const struct insights *in, const char *category)
{
	const struct market *found = NULL, *m;

	for (m = in->market; m < in->market + in->market_count; m++)
		if (strcmp(m->category, category) == 0 && (found == NULL || m->region[0] != '\0'))
			found = m;
	return found;
}

static void put_numbers(struct json_writer *w, const char *currency, int64_t own, int64_t average)
{
	json_put_text(w, "currency", currency);
	json_put_integer(w, "spend_minor", own);
	json_put_integer(w, "market_minor", average);
	evidence_put_real(w, "times", (double)own / (double)average);
}

static double strength_of(double times)
{
	return times > 1 ? 1 - 1 / times : 1 - times;
}

static void find_category(struct insights *in, day from, day to)
{
	const struct view *v = in->view;
	const struct market *m, *best = NULL;
	struct json_writer *w;
	struct insight f = {
		.kind = "market_category", .severity = SEVERITY_INFO, .anchor = from, .from = from, .to = to};
	int64_t own, best_own = 0;
	double times, most = TIMES_MORE;
	size_t i;

	for (i = 0; i < in->facts->share_count; i++) {
		m = market_find(in, in->facts->shares[i].category);
		own = m ? view_category_spend(v, m->category, from, to, NULL) : 0;
		times = m && m->average_minor > 0 ? (double)own / (double)m->average_minor : 0;
		if (times >= most) {
			most = times;
			best = m;
			best_own = own;
		}
	}
	if (best == NULL)
		return;
	f.what = best->category;
	f.strength = strength_of(most);
	w = insight_evidence(in);
	json_put_text(w, "category", best->category);
	json_put_text(w, "region", best->region[0] ? best->region : NULL);
	put_numbers(w, v->currency, best_own, best->average_minor);
	insight_add(in, &f, w, "In %s you spent %s on %s, %s times the market's average of %s%s%s.",
		    month_words(in, from), money_words(in, best_own, v->currency),
		    insights_category(in, best->category), real_words(in, round(most * 100) / 100),
		    money_words(in, best->average_minor, v->currency), best->region[0] ? " in " : "",
		    best->region);
}

/* All categories that the market data knows, each once. */
static void find_total(struct insights *in, day from, day to)
{
	const struct view *v = in->view;
	struct insight f = {.kind = "market_total",
			    .severity = SEVERITY_INFO,
			    .what = "",
			    .anchor = from,
			    .from = from,
			    .to = to};
	struct json_writer *w;
	int64_t own = 0, average = 0, categories = 0;
	double times;
	size_t i;

	for (i = 0; i < in->market_count; i++) {
		if (market_find(in, in->market[i].category) != &in->market[i])
			continue;
		own = sum_of(own, view_category_spend(v, in->market[i].category, from, to, NULL));
		average = sum_of(average, in->market[i].average_minor);
		categories++;
	}
	times = average > 0 ? (double)own / (double)average : 1;
	if (own <= 0 || (times < TIMES_MORE && times > TIMES_LESS))
		return;
	f.strength = strength_of(times);
	w = insight_evidence(in);
	json_put_integer(w, "categories", categories);
	put_numbers(w, v->currency, own, average);
	json_put_integer(w, "percent", llround(times * 100));
	insight_add(in, &f, w,
		    "In %s you spent %s in the %s the market is known for; its average is %s, so yours is "
		    "%s%% of it.",
		    month_words(in, from), money_words(in, own, v->currency),
		    categories == 1 ? "category" : talloc_asprintf(in, "%d categories", (int)categories),
		    money_words(in, average, v->currency), count_words(in, llround(times * 100)));
}

void find_market(struct insights *in)
{
	day to, from = insights_month(in->view, &to);

	if (in->market_count == 0 || in->view->currency[0] == '\0')
		return;
	find_category(in, from, to);
	find_total(in, from, to);
}
