/*
 * find_expiry.c - points that are about to end, day by day
 */
#include <talloc.h>

#include "services/analytics/insights.h"

enum {
	AHEAD_DAYS = 90,
	NOTICE_DAYS = 30,
	WARNING_DAYS = 14,
	DAYS_MOST = 6
};

/*
 * An instant at midnight belongs to the day before: points that end as the first begins were good
 * to the last of the month.
 */
static day last_day(const struct view *v, const struct lot *l)
{
	return tz_day(v->zone, l->expires - 1);
}

static void add_expiry(struct insights *in, day last, int64_t points, int64_t lots)
{
	const struct view *v = in->view;
	int64_t balance = v->points.balance;
	day left = last - v->today;
	struct insight f = {
		.kind = "points_expiring", .what = "", .anchor = last, .from = v->today, .to = last};
	struct json_writer *w = insight_evidence(in);
	const char *when;

	f.severity = left <= WARNING_DAYS  ? SEVERITY_WARNING
		     : left <= NOTICE_DAYS ? SEVERITY_NOTICE
					   : SEVERITY_INFO;
	f.strength = (1 - left / (double)AHEAD_DAYS) / 2;
	f.strength += balance > 0 ? 0.5 * (double)points / (double)(points > balance ? points : balance) : 0;
	json_put_integer(w, "points", points);
	json_put_integer(w, "lots", lots);
	json_put_integer(w, "days_left", left);
	evidence_put_day(w, "last_day", last);
	json_put_integer(w, "points_balance", balance);
	when = left == 0 ? "today" : left == 1 ? "tomorrow" : talloc_asprintf(in, "in %d days", (int)left);
	insight_add(in, &f, w, "%s of your %s %s expire %s: they are good until the end of %s.",
		    count_words(in, points), count_words(in, balance > points ? balance : points), "points",
		    when, day_words(in, last));
}

void find_expiry(struct insights *in)
{
	const struct view *v = in->view;
	const struct lot *l = v->points.lots, *end = l + v->points.lot_count;
	int64_t points, lots;
	int found = 0;
	day last;

	/* Lots come soonest to expire first, those that never do at the end. */
	while (l < end && l->expires != INSTANT_NONE && found < DAYS_MOST) {
		last = last_day(v, l);
		if (last > v->today + AHEAD_DAYS)
			return;
		for (points = lots = 0; l < end && l->expires != INSTANT_NONE && last_day(v, l) == last;
		     l++, lots++)
			points = sum_of(points, l->remaining);
		add_expiry(in, last, points, lots);
		found++;
	}
}
