/*
 * get_funnel.c - what became of a rule's evaluations, by day: matched, suppressed and why, sent, acted upon
 */
#include <string.h>
#include <talloc.h>

#include "gen/proto/engagement.h"
#include "gen/sql/engagement.h"

enum {
	RANGE_MAX = 31
};
#define USUAL 6 /* days before today that are shown */

/* Rows are (day, step, reason, count) in that order; a step of suppressed ones has reasons. */
static void put_steps(struct json_writer *w, const struct rows *r, size_t from, size_t to)
{
	bool open = false;
	size_t i;

	for (i = from; i < to; i++) {
		const char *reason = row_text(r, i, 2);

		if (reason[0] && !open)
			json_open_object(w, row_text(r, i, 1));
		else if (!reason[0] && open)
			json_close(w);
		open = reason[0] != '\0';
		json_put_integer(w, open ? reason : row_text(r, i, 1), row_integer(r, i, 3));
	}
	if (open)
		json_close(w);
}

static size_t day_end(const struct rows *r, size_t i)
{
	day d = row_day(r, i, 0);

	while (i < rows_count(r) && !row_null(r, i, 0) && row_day(r, i, 0) == d)
		i++;
	return i;
}

/* The sums of all days come behind them, without a day. */
static void put_days(struct json_writer *w, const struct rows *r)
{
	char text[DAY_TEXT];
	size_t i, end;

	json_open_array(w, "days");
	for (i = 0; i < rows_count(r) && !row_null(r, i, 0); i = end) {
		end = day_end(r, i);
		json_open_object(w, NULL);
		json_put_text(w, "day", day_format(row_day(r, i, 0), text));
		put_steps(w, r, i, end);
		json_close(w);
	}
	json_close(w);
	json_open_object(w, "total");
	put_steps(w, r, i, rows_count(r));
	json_close(w);
}

static reply funnel_document(struct request *req, const char *rule_id, day from, day to)
{
	struct json_writer *w = json_writer_new(req);
	struct rows *r = db_query(req->db, req, SQL_ENGAGEMENT_GET_FUNNEL, "tdd", rule_id, from, to);
	char text[INSTANT_TEXT];

	json_open_object(w, NULL);
	json_put_text(w, "rule_id", rule_id);
	json_put_text(w, "from", day_format(from, text));
	json_put_text(w, "to", day_format(to, text));
	put_days(w, r);
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
