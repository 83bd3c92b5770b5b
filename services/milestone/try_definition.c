/*
 * try_definition.c - what a milestone would award to the members that there are, and what that costs
 *
 * `complete` says whether all of them were looked at. Else `estimate` goes by how many there are up to the
 * place that was reached.
 */
#include <talloc.h>

#include "services/milestone/handlers.h"
#include "services/milestone/trial.h"

/* What a member up to the place stands for. */
static double weight(struct request *req, const struct trial *t)
{
	int64_t all, before;

	if (t->reach == NULL)
		return 1;
	all = store_count_members(req->db, req, t->reach, &before);
	return before > 0 ? (double)all / (double)before : 1;
}

static void put_estimate(struct request *req, const struct trial *t, struct json_writer *w)
{
	double each = weight(req, t);

	json_open_object(w, "estimate");
	json_put_integer(w, "members", (int64_t)((double)t->members * each + 0.5));
	json_put_integer(w, "awards", (int64_t)((double)t->awards * each + 0.5));
	json_put_integer(w, "points", (int64_t)((double)t->points * each + 0.5));
	json_put_integer(w, "rewards", (int64_t)((double)t->rewards * each + 0.5));
	json_close(w);
}

static reply tell(struct request *req, const struct trial *t)
{
	struct json_writer *w = json_writer_new(req);
	char time[INSTANT_TEXT];
	int64_t i;

	json_open_object(w, NULL);
	json_put_boolean(w, "dry_run", true);
	json_put_text(w, "milestone_id", t->of->id);
	json_put_text(w, "at", instant_format(t->at, time));
	json_put_boolean(w, "complete", t->reach == NULL);
	json_put_integer(w, "examined", t->examined);
	json_put_integer(w, "members", t->members);
	json_put_integer(w, "awards", t->awards);
	json_put_integer(w, "failed", t->failed);
	json_put_text(w, "fault", t->fault);
	json_open_object(w, "cost");
	json_put_integer(w, "points", t->points);
	json_put_integer(w, "rewards", t->rewards);
	json_close(w);
	put_estimate(req, t, w);
	json_open_array(w, "sample");
	for (i = 0; i < t->members && i < TRIAL_SAMPLE; i++)
		json_put_text(w, NULL, t->sample[i]);
	json_close(w);
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}

reply try_definition(struct request *req, const struct try_definition_in *in)
{
	struct trial t = {.days = in->days};
	reply out = NULL;

	if (req->body_length > 0)
		t.of = definition_body(req, in->milestone_id, &out);
	else
		t.of = definition_kept(req, in->milestone_id, in->has_version ? (int)in->version : 0, &out);
	if (t.of == NULL)
		return out;
	t.given = in->has_at;
	t.at = in->has_at ? ((instant)in->at * DAY_SECONDS + DAY_SECONDS / 2) * SECOND : clock_now();
	catalogue_refresh(req->daemon);
	trial_run(req, &t);
	return tell(req, &t);
}
