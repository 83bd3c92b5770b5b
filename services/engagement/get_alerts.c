/*
 * get_alerts.c - what a member is told, best first
 */
#include <string.h>
#include <talloc.h>

#include "gen/sql/engagement.h"
#include "services/engagement/engagement.h"
#include "services/engagement/engagement_json.h"

/* Columns of get_alerts.sql. */
enum {
	ALERT_ID,
	RULE_ID,
	RULE_VERSION,
	KIND,
	CATEGORY,
	STATE,
	PRIORITY,
	FACTS,
	SENTENCE,
	ACTION,
	LINK,
	DEADLINE,
	VALID_UNTIL,
	POINTS,
	VALUE,
	CURRENCY,
	CREATED,
	REVISION
};

static void put_number(struct json_writer *w, const char *name, const struct rows *r, size_t i, int column)
{
	if (row_null(r, i, column))
		json_put_null(w, name);
	else
		json_put_integer(w, name, row_integer(r, i, column));
}

static void put_reason(struct json_writer *w, const struct rows *r, size_t i)
{
	json_open_object(w, "reason");
	json_put_text(w, "rule_id", row_text(r, i, RULE_ID));
	json_put_integer(w, "rule_version", row_integer(r, i, RULE_VERSION));
	put_document(w, "facts", r, i, FACTS);
	json_close(w);
}

static void put_alert(struct json_writer *w, const struct rows *r, size_t i)
{
	json_open_object(w, NULL);
	json_put_text(w, "alert_id", row_text(r, i, ALERT_ID));
	json_put_text(w, "kind", row_text(r, i, KIND));
	json_put_text(w, "category", row_text(r, i, CATEGORY));
	json_put_integer(w, "priority", row_integer(r, i, PRIORITY));
	json_put_text(w, "state", alert_state_name((enum alert_state)row_integer(r, i, STATE)));
	json_put_text(w, "sentence", row_text(r, i, SENTENCE));
	json_put_text(w, "suggested_action", row_null(r, i, ACTION) ? NULL : row_text(r, i, ACTION));
	json_put_text(w, "link", row_null(r, i, LINK) ? NULL : row_text(r, i, LINK));
	put_time(w, "deadline", r, i, DEADLINE);
	put_time(w, "valid_until", r, i, VALID_UNTIL);
	put_number(w, "points_at_stake", r, i, POINTS);
	put_number(w, "value_minor", r, i, VALUE);
	json_put_text(w, "currency", row_null(r, i, CURRENCY) ? NULL : row_text(r, i, CURRENCY));
	put_reason(w, r, i);
	put_time(w, "created_at", r, i, CREATED);
	json_close(w);
}

/* The same alerts with the same figures; when it was asked is left out. */
static const char *tag_of(struct request *req, const struct rows *r)
{
	uint64_t hash = 14695981039346656037u;
	const char *s;
	size_t i;

	for (i = 0; i < rows_count(r); i++) {
		for (s = row_text(r, i, ALERT_ID); *s; s++)
			hash = (hash ^ (unsigned char)*s) * 1099511628211u;
		hash = (hash ^ (uint64_t)row_integer(r, i, STATE)) * 1099511628211u;
		hash = (hash ^ (uint64_t)row_integer(r, i, REVISION)) * 1099511628211u;
	}
	return talloc_asprintf(req, "W/\"%016llx\"", (unsigned long long)hash);
}

/* The id of the last alert of a page. */
static bool cursor_valid(const char *cursor)
{
	return cursor == NULL || (strlen(cursor) == 35 && strncmp(cursor, "al_", 3) == 0);
}

/* One more than a page is read, to know whether there is another. */
reply get_alerts(struct request *req, const struct get_alerts_in *in)
{
	struct json_writer *w = json_writer_new(req);
	struct rows *r;
	size_t i, count;
	reply out;

	if (!cursor_valid(in->cursor))
		return reply_faults(req, ERR_INVALID,
				    &(struct fault){"?cursor", "is not a next_cursor of an earlier page"}, 1);
	r = db_query(req->db, req, SQL_ENGAGEMENT_GET_ALERTS, "toit", in->member_id, in->state == 1,
		     in->limit + 1, in->cursor);
	count = rows_count(r) > (size_t)in->limit ? (size_t)in->limit : rows_count(r);
	if (reply_not_modified(req, tag_of(req, r), &out))
		return out;
	json_open_object(w, NULL);
	json_open_array(w, "alerts");
	for (i = 0; i < count; i++)
		put_alert(w, r, i);
	json_close(w);
	json_put_text(w, "next_cursor", rows_count(r) > count ? row_text(r, count - 1, ALERT_ID) : NULL);
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
