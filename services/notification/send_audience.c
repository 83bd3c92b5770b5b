/*
 * send_audience.c - POST /notifications/send to an audience: a campaign, durable under its Idempotency-Key
 */
#include <string.h>
#include <talloc.h>

#include "common/db.h"
#include "services/notification/campaign.h"
#include "services/notification/idempotency.h"
#include "services/notification/notification_json.h"

struct member_rule *audience_of(struct request *req, const struct send_request *s, reply *out)
{
	struct fault *fault = talloc_zero(req, struct fault);
	struct member_rule *a = member_rule_new(req, s->audience, fault);

	if (a == NULL) {
		fault->pointer = talloc_asprintf(req, "/audience%s", fault->pointer);
		*out = reply_faults(req, ERR_INVALID, fault, 1);
	}
	return a;
}

static const char *answer_text(struct request *req, const char *campaign_id, const struct send_request *s)
{
	struct json_writer *w = json_writer_new(req);
	char time[INSTANT_TEXT];

	json_open_object(w, NULL);
	json_put_text(w, "campaign_id", campaign_id);
	json_put_text(w, "status", campaign_status_name(CAMPAIGN_EXPANDING));
	if (s->send_at > 0)
		json_put_text(w, "starts_at", instant_format(s->send_at, time));
	put_as_of(w);
	json_close(w);
	return json_text(w, NULL);
}

reply send_audience(struct request *req, const char *key, const struct send_request *s,
		    const struct json *body)
{
	const char *answer;
	reply out;

	if (audience_of(req, s, &out) == NULL || idempotency_replays(req, key, &out))
		return out;
	answer = answer_text(req, campaign_create(req, s, body), s);
	idempotency_keep(req, key, 202, answer);
	db_run(req->db, "COMMIT");
	return reply_body(req, 202, "application/json", answer, strlen(answer));
}
