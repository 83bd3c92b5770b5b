/*
 * get_leaderboard.c - the first of those who agreed to be seen, and a member's neighbours
 *
 * By alias: no member id leaves, but that of nobody else than the asking member. Of a milestone that comes
 * again with each period it is the period under way where the programme is.
 */
#include <string.h>
#include <talloc.h>

#include "gen/sql/milestone.h"
#include "services/milestone/handlers.h"

static void put_line(struct json_writer *w, const struct rows *r, size_t i, int64_t rank, const char *self)
{
	json_open_object(w, NULL);
	json_put_integer(w, "rank", rank);
	json_put_text(w, "alias", row_text(r, i, 1));
	json_put_real(w, "value", row_real(r, i, 2));
	if (self && strcmp(self, row_text(r, i, 0)) == 0)
		json_put_boolean(w, "you", true);
	json_close(w);
}

static void put_neighbours(struct request *req, struct json_writer *w, const char *milestone_id,
			   const char *bucket, const char *self)
{
	struct rows *place = db_query(req->db, req, SQL_MILESTONE_GET_PLACE, "ttt", milestone_id, bucket,
				      self);
	struct rows *r;
	size_t i, at = 0;

	json_open_array(w, "neighbours");
	if (rows_count(place) > 0) {
		r = db_query(req->db, req, SQL_MILESTONE_GET_NEIGHBOURS, "tttf", milestone_id, bucket, self,
			     row_real(place, 0, 0));
		while (at < rows_count(r) && strcmp(row_text(r, at, 0), self) != 0)
			at++;
		for (i = 0; i < rows_count(r); i++)
			put_line(w, r, i, row_integer(place, 0, 1) + 1 + (int64_t)i - (int64_t)at, self);
	}
	json_close(w);
}

reply get_leaderboard(struct request *req, const struct get_leaderboard_in *in)
{
	struct milestones *s = req->daemon->state;
	const char *self = req->roles & (ROLE_SERVICE | ROLE_ADMIN) ? in->around : req->subject;
	struct json_writer *w = json_writer_new(req);
	const struct milestone *of;
	const char *bucket;
	struct rows *r;
	size_t i;

	catalogue_refresh(req->daemon);
	of = catalogue_find(s->catalogue, in->milestone_id);
	if (of == NULL || of->event == NULL)
		return reply_not_found(req, "milestone with a leaderboard", in->milestone_id);
	bucket = period_name(req, of->per, tz_day(s->catalogue->zone, clock_now()));
	r = db_query(req->db, req, SQL_MILESTONE_GET_LEADERS, "tti", of->id, bucket, in->limit);
	json_open_object(w, NULL);
	json_put_text(w, "milestone_id", of->id);
	json_put_text(w, "period", bucket[0] ? bucket : NULL);
	json_open_array(w, "leaders");
	for (i = 0; i < rows_count(r); i++)
		put_line(w, r, i, (int64_t)i + 1, self);
	json_close(w);
	if (self)
		put_neighbours(req, w, of->id, bucket, self);
	put_as_of(w);
	json_close(w);
	return reply_json(req, w);
}
