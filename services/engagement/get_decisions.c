/*
 * get_decisions.c - why a member was not told
 */
#include <string.h>
#include <talloc.h>

#include "gen/sql/engagement.h"
#include "services/engagement/engagement.h"
#include "services/engagement/engagement_json.h"

/* Columns of get_decisions.sql. */
enum {
	RULE_ID,
	RULE_VERSION,
	OCCASION,
	REASON,
	DETAIL,
	SCORE,
	TIMES,
	FIRST_AT,
	DECIDED_AT
};

/* A decision's place in the list: many of one look share the instant. */
struct place {
	instant at;
	const char *reason, *rule_id, *occasion;
};

static const char *place_write(const void *parent, const struct rows *r, size_t i)
{
	char time[INSTANT_TEXT];

	return talloc_asprintf(parent, "%s %s %s %s", instant_format(row_instant(r, i, DECIDED_AT), time),
			       row_text(r, i, REASON), row_text(r, i, RULE_ID), row_text(r, i, OCCASION));
}

/* Only an occasion may have spaces. NULL stands for the first page. */
static bool place_read(const void *parent, const char *cursor, struct place *p)
{
	char *rest = talloc_strdup(parent, cursor ? cursor : ""), *time;

	*p = (struct place){clock_now() + DAY_SECONDS * SECOND, "", "", ""};
	if (cursor == NULL)
		return true;
	time = strsep(&rest, " ");
	p->reason = rest ? strsep(&rest, " ") : NULL;
	p->rule_id = rest ? strsep(&rest, " ") : NULL;
	p->occasion = rest;
	return rest && instant_parse(time, &p->at);
}

static void put_decision(struct json_writer *w, const struct rows *r, size_t i)
{
	json_open_object(w, NULL);
	json_put_text(w, "rule_id", row_text(r, i, RULE_ID));
	json_put_integer(w, "rule_version", row_integer(r, i, RULE_VERSION));
	json_put_text(w, "occasion", row_text(r, i, OCCASION));
	json_put_text(w, "reason", row_text(r, i, REASON));
	json_put_text(w, "detail", row_null(r, i, DETAIL) ? NULL : row_text(r, i, DETAIL));
	json_put_real(w, "value", row_real(r, i, SCORE));
	json_put_integer(w, "times", row_integer(r, i, TIMES));
	put_time(w, "first_at", r, i, FIRST_AT);
	put_time(w, "decided_at", r, i, DECIDED_AT);
	json_close(w);
}

/* One more than a page is read, to know whether there is another. */
reply get_decisions(struct request *req, const struct get_decisions_in *in)
{
	struct json_writer *w = json_writer_new(req);
	struct place after;
	struct rows *r;
	size_t i, count;

	if (!place_read(req, in->cursor, &after))
		return reply_faults(req, ERR_INVALID,
				    &(struct fault){"?cursor", "is not a next_cursor of an earlier page"}, 1);
	r = db_query(req->db, req, SQL_ENGAGEMENT_GET_DECISIONS, "tizttt", in->member_id, in->limit + 1,
		     after.at, after.reason, after.rule_id, after.occasion);
	count = rows_count(r) > (size_t)in->limit ? (size_t)in->limit : rows_count(r);
	json_open_object(w, NULL);
	json_open_array(w, "decisions");
	for (i = 0; i < count; i++)
		put_decision(w, r, i);
	json_close(w);
	json_put_text(w, "next_cursor", rows_count(r) > count ? place_write(w, r, count - 1) : NULL);
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
