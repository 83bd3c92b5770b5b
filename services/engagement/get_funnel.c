/*
 * get_funnel.c - what became of a rule's evaluations, by day and by version: sums of counts, nothing else
 *
 * matched = sent + held_out + suppressed, by reason, + already_told. Of the alerts of the day those that are
 * neither acted, dismissed, expired nor withdrawn are open.
 */
#include <string.h>
#include <talloc.h>

#include "gen/proto/engagement.h"
#include "gen/sql/engagement.h"

enum {
	RANGE_MAX = 31
};
#define USUAL 6 /* days before today that are shown */

/* In the order of a reply; what was suppressed is told by reason. */
static const char *const steps[] = {"evaluated",    "matched",   "failed",  "suppressed",
				    "already_told", "held_out",  "sent",    "shown",
				    "acted",        "dismissed", "expired", "withdrawn"};
#define SUPPRESSED "suppressed"

/* Columns of get_funnel.sql. */
enum column {
	DAY,
	VERSION,
	STEP,
	REASON,
	COUNT
};

/* Rows [from, to) of one day, of one version, or of all. */
struct group {
	size_t from, to;
};

static bool same(const struct rows *r, size_t a, size_t b)
{
	if (row_null(r, a, DAY) != row_null(r, b, DAY) || row_null(r, a, VERSION) != row_null(r, b, VERSION))
		return false;
	return row_null(r, a, DAY)
		       ? row_null(r, a, VERSION) || row_integer(r, a, VERSION) == row_integer(r, b, VERSION)
		       : row_day(r, a, DAY) == row_day(r, b, DAY);
}

static struct group group_at(const struct rows *r, size_t from)
{
	struct group g = {from, from};

	while (g.to < rows_count(r) && same(r, from, g.to))
		g.to++;
	return g;
}

static void put_reasons(struct json_writer *w, const struct rows *r, struct group g)
{
	size_t i;

	json_open_object(w, SUPPRESSED);
	for (i = g.from; i < g.to; i++)
		if (strcmp(row_text(r, i, STEP), SUPPRESSED) == 0)
			json_put_integer(w, row_text(r, i, REASON), row_integer(r, i, COUNT));
	json_close(w);
}

static int64_t count_of(const struct rows *r, struct group g, const char *step)
{
	size_t i;

	for (i = g.from; i < g.to; i++)
		if (strcmp(row_text(r, i, STEP), step) == 0)
			return row_integer(r, i, COUNT);
	return 0;
}

static void put_steps(struct json_writer *w, const struct rows *r, struct group g)
{
	size_t i;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]); i++)
		if (strcmp(steps[i], SUPPRESSED) == 0)
			put_reasons(w, r, g);
		else
			json_put_integer(w, steps[i], count_of(r, g, steps[i]));
}

/* Groups from row `from` on that have the column; the row behind them. */
static size_t put_groups(struct json_writer *w, const struct rows *r, size_t from, enum column by)
{
	char text[DAY_TEXT];
	struct group g;

	json_open_array(w, by == DAY ? "days" : "versions");
	for (g = group_at(r, from); g.from < g.to && !row_null(r, g.from, by); g = group_at(r, g.to)) {
		json_open_object(w, NULL);
		if (by == DAY)
			json_put_text(w, "day", day_format(row_day(r, g.from, DAY), text));
		else
			json_put_integer(w, "version", row_integer(r, g.from, VERSION));
		put_steps(w, r, g);
		json_close(w);
	}
	json_close(w);
	return g.from;
}

static reply funnel_document(struct request *req, const char *rule_id, day from, day to)
{
	struct json_writer *w = json_writer_new(req);
	struct rows *r = db_query(req->db, req, SQL_ENGAGEMENT_GET_FUNNEL, "tdd", rule_id, from, to);
	char text[INSTANT_TEXT];
	size_t versions, total;

	json_open_object(w, NULL);
	json_put_text(w, "rule_id", rule_id);
	json_put_text(w, "from", day_format(from, text));
	json_put_text(w, "to", day_format(to, text));
	versions = put_groups(w, r, 0, DAY);
	total = put_groups(w, r, versions, VERSION);
	json_open_object(w, "total");
	put_steps(w, r, group_at(r, total));
	json_close(w);
	json_open_object(w, "as_of");
	json_put_text(w, "instant", instant_format(clock_now(), text));
	json_close(w);
	json_close(w);
	return reply_json(req, w);
}

reply get_funnel(struct request *req, const struct get_funnel_in *in)
{
	day to = in->has_to ? in->to : (day)(clock_now() / SECOND / DAY_SECONDS);
	day from = in->has_from ? in->from : to - USUAL;
	struct fault *fault = talloc(req, struct fault);

	*fault = (struct fault){"?from", from > to ? "is after to" : "is more than 30 days before to"};
	if (from > to || to - from >= RANGE_MAX)
		return reply_faults(req, ERR_INVALID, fault, 1);
	if (rows_count(db_query(req->db, req, SQL_ENGAGEMENT_FIND_RULE, "t", in->rule_id)) == 0)
		return reply_not_found(req, "rule", in->rule_id);
	return funnel_document(req, in->rule_id, from, to);
}
