/*
 * post_alert_action.c - what the member did with an alert
 *
 * From new to shown, and from both to acted or dismissed; what is acted upon stays so. An alert that is over
 * can still be acted upon: the member may have had it on the screen.
 */
#include "gen/sql/engagement.h"
#include "services/engagement/engagement.h"
#include "services/engagement/engagement_json.h"

static bool may_become(enum alert_state from, enum alert_state to)
{
	switch (from) {
	case ALERT_NEW:
		return true;
	case ALERT_SHOWN:
	case ALERT_EXPIRED:
	case ALERT_WITHDRAWN:
		return to == ALERT_ACTED || (to == ALERT_DISMISSED && from == ALERT_SHOWN);
	case ALERT_DISMISSED:
		return to == ALERT_ACTED;
	case ALERT_ACTED:
	case ALERT_HELD_OUT:
	case ALERT_STATE_COUNT:
		return false;
	}
	return false;
}

static enum alert_state wanted(const struct post_alert_action_in *in)
{
	static const enum alert_state states[] = {ALERT_SHOWN, ALERT_ACTED, ALERT_DISMISSED};

	return states[in->action];
}

static reply answer(struct request *req, const char *alert_id, enum alert_state state)
{
	struct json_writer *w = json_writer_new(req);

	if (!db_failed(req->db))
		db_run(req->db, "COMMIT");
	json_open_object(w, NULL);
	json_put_text(w, "alert_id", alert_id);
	json_put_text(w, "state", alert_state_name(state));
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}

reply post_alert_action(struct request *req, const struct post_alert_action_in *in)
{
	enum alert_state to = wanted(in), from;
	struct rows *r;

	db_begin(req->db, NULL);
	r = db_query(req->db, req, SQL_ENGAGEMENT_LOCK_ALERT, "tt", in->member_id, in->alert_id);
	if (rows_count(r) == 0) {
		if (!db_failed(req->db))
			db_run(req->db, "ROLLBACK");
		return reply_not_found(req, "alert", in->alert_id);
	}
	from = (enum alert_state)row_integer(r, 0, 0);
	if (!may_become(from, to))
		return answer(req, in->alert_id, from);
	db_query(req->db, req, SQL_ENGAGEMENT_PUT_ALERT_STATE, "ttht", in->member_id, in->alert_id, (int)to,
		 req->daemon->instance);
	return answer(req, in->alert_id, to);
}
