/*
 * campaign_json.c - campaigns as replies tell them
 */
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/campaign.h"
#include "services/notification/intent.h"
#include "services/notification/notification_json.h"
#include "services/notification/notifier.h"

enum {
	COUNTED_MAX = 100000 /* of each final state, and of all that are open together */
};

static void put_time(struct json_writer *w, const char *name, const struct rows *r, size_t i, int column)
{
	char time[INSTANT_TEXT];

	if (!row_null(r, i, column))
		json_put_text(w, name, instant_format(row_instant(r, i, column), time));
}

void campaign_open(struct json_writer *w, const struct rows *r, size_t i)
{
	static const char *const counts[] = {"examined", "judged", "matched", "made", "failed"};
	enum campaign_status status = (enum campaign_status)row_integer(r, i, 6);
	int k;

	json_open_object(w, NULL);
	json_put_text(w, "campaign_id", row_text(r, i, 0));
	json_put_text(w, "status", campaign_status_name(status));
	json_put_text(w, "category", row_text(r, i, 2));
	json_put_text(w, "template",
		      talloc_asprintf(w, "%s@%d", row_text(r, i, 3), (int)row_integer(r, i, 4)));
	json_put_text(w, "priority", priority_name((enum priority)row_integer(r, i, 5)));
	json_put_text(w, "asked_by", row_text(r, i, 1));
	put_time(w, "created_at", r, i, 7);
	if (row_null(r, i, 9) && status == CAMPAIGN_EXPANDING)
		put_time(w, "starts_at", r, i, 8);
	put_time(w, "started_at", r, i, 9);
	put_time(w, "finished_at", r, i, 10);
	if (!row_null(r, i, 11))
		json_put_text(w, "candidates", sweep_driver_name((enum sweep_driver)row_integer(r, i, 11)));
	for (k = 0; k < 5; k++)
		json_put_integer(w, counts[k], row_integer(r, i, 12 + k));
	if (!row_null(r, i, 17))
		json_put_text(w, "fault", row_text(r, i, 17));
}

static void put_counts(struct json_writer *w, const struct rows *r)
{
	int64_t open = 0;
	bool more = false;
	size_t i;

	json_open_object(w, "notifications");
	for (i = 0; i < rows_count(r); i++) {
		json_put_integer(w, intent_status_name((enum intent_status)row_integer(r, i, 0)),
				 row_integer(r, i, 1));
		more = more || row_integer(r, i, 1) == COUNTED_MAX;
		open += row_integer(r, i, 0) < INTENT_SENT ? row_integer(r, i, 1) : 0;
	}
	json_close(w);
	if (more || open == COUNTED_MAX)
		json_put_integer(w, "counted_up_to", COUNTED_MAX);
}

/* Whether the lane takes no more for now. */
static bool waits(struct request *req, const struct rows *r)
{
	int64_t most = sending.campaign_open;

	return row_integer(r, 0, 6) == CAMPAIGN_EXPANDING &&
	       campaign_lane(req->db, req, (enum priority)row_integer(r, 0, 5), most) == most;
}

reply reply_campaign(struct request *req, const char *campaign_id)
{
	struct json_writer *w = json_writer_new(req);
	struct rows *r, *counts;
	const char *error, *text;
	size_t length;

	db_send(req->db, SQL_NOTIFICATION_GET_CAMPAIGN, "t", campaign_id);
	db_send(req->db, SQL_NOTIFICATION_COUNT_CAMPAIGN, "ti", campaign_id, (int64_t)COUNTED_MAX);
	r = db_next(req->db, req);
	counts = db_next(req->db, req);
	if (rows_count(r) == 0)
		return reply_not_found(req, "campaign", campaign_id);
	campaign_open(w, r, 0);
	json_put_boolean(w, "waiting", waits(req, r));
	put_counts(w, counts);
	text = row_bytes(r, 0, 18, &length);
	json_put_value(w, "audience", json_get(json_parse(req, text, length, &error), "audience"));
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
