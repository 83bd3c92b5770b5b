/*
 * find_peers.c - the last whole month beside that of similar members
 *
 * Similar: same tier and region, or same tier anywhere when too few live there. The member's own
 * spend is taken out of the average. No comparison with fewer than PEERS_MIN others: an average
 * over a few would tell about each of them.
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "services/analytics/insights.h"

enum {
	PEERS_MIN = 10
};
#define TIMES_MORE 1.5
#define TIMES_LESS 0.5

struct comparison {
	const struct peer *peer;
	int64_t own, others;
	double average, times;
};

/* The row of a category in the nearer of the two circles that is large enough. */
static const struct peer *peer_find(const struct insights *in, const char *category, day month)
{
	const struct peer *found = NULL, *p;

	for (p = in->peers; p < in->peers + in->peer_count; p++)
		if (p->month == month && strcmp(p->category, category) == 0 && p->members > PEERS_MIN &&
		    (found == NULL || p->region[0] != '\0'))
			found = p;
	return found;
}

static bool compare(const struct insights *in, const char *category, day from, day to, struct comparison *c)
{
	const struct peer *p = peer_find(in, category, from);

	c->own = view_category_spend(in->view, category[0] ? category : NULL, from, to, NULL);
	if (p == NULL || c->own <= 0)
		return false;
	c->peer = p;
	c->others = p->members - 1; /* whoever bought is among them */
	c->average = (p->spend_minor - (double)c->own) / (double)c->others;
	c->times = c->average > 0 ? (double)c->own / c->average : 0;
	return c->average > 0;
}

static void add_comparison(struct insights *in, const char *kind, day from, day to,
			   const struct comparison *c)
{
	const struct view *v = in->view;
	const char *tier = v->member->tier ? v->member->tier : "";
	const char *category = c->peer->category;
	struct insight f = {.kind = kind,
			    .severity = SEVERITY_INFO,
			    .what = category,
			    .anchor = from,
			    .from = from,
			    .to = to};
	struct json_writer *w = insight_evidence(in);
	int64_t average = llround(c->average);

	f.strength = c->times > 1 ? 1 - 1 / c->times : 1 - c->times;
	if (category[0])
		json_put_text(w, "category", category);
	json_put_text(w, "tier", v->member->tier);
	json_put_text(w, "region", c->peer->region[0] ? c->peer->region : NULL);
	json_put_integer(w, "members", c->others);
	json_put_text(w, "currency", v->currency);
	json_put_integer(w, "spend_minor", c->own);
	json_put_integer(w, "average_minor", average);
	evidence_put_real(w, "times", c->times);
	insight_add(in, &f, w,
		    "In %s you spent %s%s%s; %s other%s%s members%s%s who bought%s spent %s on average.",
		    month_words(in, from), money_words(in, c->own, v->currency), category[0] ? " on " : "",
		    category[0] ? insights_category(in, category) : "", count_words(in, c->others),
		    tier[0] ? " " : "", tier, c->peer->region[0] ? " in " : "", c->peer->region,
		    category[0] ? " there" : "", money_words(in, average, v->currency));
}

/* The category that stands out most; one is enough. */
static void find_category(struct insights *in, day from, day to)
{
	struct comparison c, best = {.peer = NULL};
	size_t i;

	for (i = 0; i < in->facts->share_count; i++)
		if (compare(in, in->facts->shares[i].category, from, to, &c) && c.times > best.times)
			best = c;
	if (best.peer && best.times >= TIMES_MORE)
		add_comparison(in, "peers_category", from, to, &best);
}

void find_peers(struct insights *in)
{
	struct comparison c;
	day to, from = insights_month(in->view, &to);

	if (in->peer_count == 0)
		return;
	if (compare(in, "", from, to, &c) && (c.times >= TIMES_MORE || c.times <= TIMES_LESS))
		add_comparison(in, "peers_total", from, to, &c);
	find_category(in, from, to);
}
