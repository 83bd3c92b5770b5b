/*
 * campaign.c - campaigns as rows
 */
#include <string.h>
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/campaign.h"
#include "services/notification/notification_id.h"
#include "services/notification/send_intent.h"

enum {
	DROP_SLICE = 500
};

const char *campaign_status_name(enum campaign_status s)
{
	static const char *const names[CAMPAIGN_STATUS_COUNT] = {[CAMPAIGN_EXPANDING] = "expanding",
								 [CAMPAIGN_EXPANDED] = "expanded",
								 [CAMPAIGN_CANCELLED] = "cancelled",
								 [CAMPAIGN_EXPIRED] = "expired"};

	return names[s];
}

const char *campaign_create(struct request *req, const struct send_request *s, const struct json *body)
{
	instant now = clock_now();
	const char *id = notification_id_new(req, now);
	struct json_writer *w = json_writer_new(req);

	json_put_value(w, NULL, body);
	db_query(req->db, req, SQL_NOTIFICATION_PUT_CAMPAIGN, "tttttshzz", id, req->subject,
		 json_text(w, NULL), s->category, s->template, s->template_version, (int)s->priority, now,
		 s->send_at > now ? s->send_at : now);
	return id;
}

/* The body is read as it was when it came, but for the template's version, which was looked up then. */
static bool read_request(struct campaign *c, const struct rows *r, const char **fault)
{
	struct fault faults[SEND_FAULTS_MAX];
	const struct json *body;
	const char *text;
	size_t length, count;

	text = row_bytes(r, 0, 3, &length);
	body = json_parse(c, text, length, fault);
	if (body == NULL)
		return false;
	if (!send_request_read(c, body, row_instant(r, 0, 5), &c->request, faults, &count)) {
		*fault = talloc_asprintf(c, "%s: %s", faults[0].pointer, faults[0].detail);
		return false;
	}
	c->request.template_version = (int)row_integer(r, 0, 4);
	c->variables = send_variables(c, &c->request);
	c->audience = member_rule_new(c, c->request.audience, &faults[0]);
	if (c->audience == NULL) {
		*fault = talloc_asprintf(c, "%s: %s", faults[0].pointer, faults[0].detail);
		return false;
	}
	c->sweep = sweep_new(c, &c->audience, 1);
	return true;
}

struct campaign *campaign_claim(struct db *db, const void *parent, const char **fault)
{
	struct campaign *c;
	struct rows *r;

	db_send(db, SQL_NOTIFICATION_START_SLICE, "");
	db_send(db, SQL_NOTIFICATION_CLAIM_CAMPAIGN, "");
	db_next(db, parent);
	r = db_next(db, parent);
	if (rows_count(r) == 0)
		return NULL;
	c = talloc_zero(parent, struct campaign);
	c->campaign_id = row_text(r, 0, 0);
	c->status = (enum campaign_status)row_integer(r, 0, 1);
	c->client = row_text(r, 0, 2);
	c->driver = row_null(r, 0, 6) ? -1 : (int)row_integer(r, 0, 6);
	c->after = row_text(r, 0, 7);
	*fault = NULL;
	if (c->status == CAMPAIGN_EXPANDING)
		read_request(c, r, fault);
	return c;
}

void campaign_move(struct db *db, const void *scratch, const struct campaign *c,
		   const struct campaign_step *s)
{
	db_query(db, scratch, SQL_NOTIFICATION_MOVE_CAMPAIGN, "thtiiiiithio", c->campaign_id, s->driver,
		 s->after, s->examined, s->judged, s->matched, s->made, s->failed, s->fault, (int)s->status,
		 s->pause, s->finished);
}

void campaign_postpone(struct db *db, const void *scratch, const struct campaign *c, int64_t pause)
{
	db_query(db, scratch, SQL_NOTIFICATION_POSTPONE_CAMPAIGN, "ti", c->campaign_id, pause);
}

int64_t campaign_drop(struct db *db, const void *scratch, const char *campaign_id, bool *open)
{
	struct rows *r = db_query(db, scratch, SQL_NOTIFICATION_DROP_CANCELLED, "ti", campaign_id,
				  (int64_t)DROP_SLICE);

	*open = rows_count(r) > 0 && row_boolean(r, 0, 1);
	return rows_count(r) > 0 ? row_integer(r, 0, 0) : 0;
}

int64_t campaign_lane(struct db *db, const void *scratch, enum priority lane, int64_t most)
{
	struct rows *r = db_query(db, scratch, SQL_NOTIFICATION_COUNT_LANE, "hi", (int)lane, most);

	return rows_count(r) > 0 ? row_integer(r, 0, 0) : most;
}
