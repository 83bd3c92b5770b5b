/*
 * engagement_switch.c - the switch that stops all alerts, told and set
 */
#include <string.h>
#include <talloc.h>

#include "gen/sql/engagement.h"
#include "services/engagement/engagement.h"
#include "services/engagement/engagement_json.h"

enum {
	FAULTS_MAX = 8
};

static reply reply_switch(struct request *req, const struct rows *r)
{
	struct json_writer *w = json_writer_new(req);

	json_open_object(w, NULL);
	json_put_boolean(w, "running", row_boolean(r, 0, 0));
	json_put_text(w, "reason", row_null(r, 0, 1) ? NULL : row_text(r, 0, 1));
	json_put_text(w, "changed_by", row_text(r, 0, 2));
	put_time(w, "changed_at", r, 0, 3);
	json_put_real(w, "holdout_share", row_real(r, 0, 4));
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}

reply get_engagement_switch(struct request *req, const struct get_engagement_switch_in *in)
{
	struct rows *r = db_query(req->db, req, SQL_ENGAGEMENT_GET_SWITCH, "");

	(void)in;
	return rows_count(r) > 0 ? reply_switch(req, r) : reply_not_found(req, "switch", "");
}

static bool known(const char *name)
{
	return strcmp(name, "running") == 0 || strcmp(name, "reason") == 0 ||
	       strcmp(name, "holdout_share") == 0;
}

static size_t check(const struct request *req, const struct json *body, struct fault faults[FAULTS_MAX])
{
	const struct json *running = json_get(body, "running"), *reason = json_get(body, "reason"),
			  *share = json_get(body, "holdout_share");
	const struct json *v;
	size_t n = 0;

	if (running == NULL || running->kind != JSON_BOOLEAN)
		faults[n++] = (struct fault){"/running", "must be true or false"};
	if (reason && reason->kind != JSON_NULL && (reason->kind != JSON_TEXT || reason->length > 500))
		faults[n++] = (struct fault){"/reason", "must be a text of at most 500 characters"};
	if (share && ((share->kind != JSON_REAL && share->kind != JSON_INTEGER) || share->real < 0 ||
		      share->real > 0.5))
		faults[n++] = (struct fault){"/holdout_share", "must be a share from 0 to 0.5"};
	for (v = body->kind == JSON_OBJECT ? body->first : NULL; v && n < FAULTS_MAX; v = v->next)
		if (!known(v->name))
			faults[n++] = (struct fault){json_pointer(req, v), "is not a field of the switch"};
	return n;
}

reply put_engagement_switch(struct request *req, const struct put_engagement_switch_in *in)
{
	const char *error;
	const struct json *body = json_parse(req, req->body, req->body_length, &error);
	struct fault faults[FAULTS_MAX];
	struct rows *r;
	size_t count;

	(void)in;
	if (body == NULL)
		return reply_error(req, ERR_MALFORMED, "%s", error);
	if ((count = check(req, body, faults)) > 0)
		return reply_faults(req, ERR_INVALID, talloc_memdup(req, faults, count * sizeof(*faults)),
				    count);
	r = db_query(req->db, req, SQL_ENGAGEMENT_PUT_SWITCH, "ottf", json_get_boolean(body, "running", true),
		     json_get_text(body, "reason", NULL), req->subject,
		     json_get_real(body, "holdout_share", -1));
	return rows_count(r) > 0 ? reply_switch(req, r) : reply_not_found(req, "switch", "");
}
