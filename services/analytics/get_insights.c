/*
 * get_insights.c - findings about a member, ranked and worded
 *
 * What is true now is found anew; the table only knows since when, and what is not in it yet is
 * published. A page goes on after the rank and id that the cursor names.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/analytics/dashboard.h"
#include "services/analytics/find_insights.h"

enum {
	CURSOR = 3 + INSIGHT_ID
};

/* Rank in three hex digits, then the id. */
static bool cursor_parse(const char *text, struct insight *after)
{
	char rank[4] = "";
	static const char hex[] = "0123456789abcdef";

	if (strlen(text) != CURSOR - 1 || strspn(text, hex) != CURSOR - 1)
		return false;
	memcpy(rank, text, 3);
	after->rank = (int)strtol(rank, NULL, 16);
	memcpy(after->id, text + 3, INSIGHT_ID);
	return true;
}

static bool comes_after(const struct insight *f, const struct insight *after)
{
	return f->rank != after->rank ? f->rank < after->rank : strcmp(f->id, after->id) > 0;
}

/* Publishes what nobody has seen yet; a failure shows in the reply. */
static void publish_new(struct request *req, struct insights *in, instant now)
{
	struct log_event *events = NULL;
	size_t count = 0, i, fresh = 0;

	for (i = 0; i < in->count; i++)
		fresh += in->rows[i].first_seen == INSTANT_NONE;
	if (fresh == 0)
		return;
	db_begin(req->db, NULL);
	if (insights_publish(req->daemon, req, &in, 1, now, &events, &count) && db_run(req->db, "COMMIT") &&
	    count > 0)
		daemon_announce(req->daemon, events, count);
	if (count < fresh) /* another request or the job was quicker */
		store_seen_insights(req->db, req, &in, 1);
}

static void put_insight(struct json_writer *w, const struct insight *f)
{
	char seen[INSTANT_TEXT];

	json_open_object(w, NULL);
	json_put_text(w, "insight_id", f->id);
	json_put_text(w, "kind", f->kind);
	json_put_text(w, "severity", severity_names[f->severity]);
	json_put_text(w, "sentence", f->sentence);
	json_put_raw(w, "evidence", f->evidence, f->evidence_length);
	json_open_object(w, "period");
	evidence_put_day(w, "from", f->from);
	evidence_put_day(w, "to", f->to);
	json_close(w);
	json_put_text(w, "first_seen", instant_format(f->first_seen, seen));
	json_close(w);
}

static void put_as_of(struct json_writer *w, const struct member *m, instant now)
{
	char text[INSTANT_TEXT];

	json_open_object(w, "as_of");
	json_put_text(w, "instant", instant_format(now, text));
	json_put_integer(w, "shard", m->shard);
	json_put_integer(w, "position", m->position);
	json_close(w);
}

static reply answer(struct request *req, const struct insights *in, const struct insight *after,
		    int64_t limit, instant now)
{
	struct json_writer *w = json_writer_new(req);
	const struct insight *last = NULL;
	size_t i;

	json_open_object(w, NULL);
	json_open_array(w, "insights");
	for (i = 0; i < in->count && limit > 0; i++) {
		if (after && !comes_after(&in->rows[i], after))
			continue;
		last = &in->rows[i];
		put_insight(w, last);
		limit--;
	}
	json_close(w);
	if (i < in->count && last)
		json_put_text(w, "next_cursor",
			      talloc_asprintf(req, "%03x%s", (unsigned)last->rank, last->id));
	else
		json_put_null(w, "next_cursor");
	put_as_of(w, in->view->member, now);
	json_close(w);
	return reply_json(req, w);
}

/* Besides what the member's facts hang on: the hour's offers and expiries, the peers, the page. */
static const char *tag_of(struct request *req, const struct member *m, const struct catalogue *c, instant now)
{
	const struct tz *zone = member_zone(m, c->zone);
	size_t i, offers = 0, lots = 0;

	for (i = 0; i < c->offer_count; i++)
		offers += c->offers[i].from <= now &&
			  (c->offers[i].to == INSTANT_NONE || now < c->offers[i].to);
	for (i = 0; i < m->points.lot_count; i++)
		lots += m->points.lots[i].expires == INSTANT_NONE || now < m->points.lots[i].expires;
	return dashboard_etag(req, m, c, tz_day(zone, now),
			      talloc_asprintf(req, "insights?%s#%zu#%zu#%lld", request_query(req), offers,
					      lots, (long long)store_peer_version(req->db, req)));
}

reply get_insights(struct request *req, const struct get_insights_in *in)
{
	struct analytics *a = req->daemon->state;
	instant now = clock_now();
	struct insight after = {.rank = 0};
	struct insights **of;
	struct member **members, *m;
	reply out;

	request_put_header(req, "cache-control", "private, no-cache");
	if (in->cursor && !cursor_parse(in->cursor, &after))
		return reply_faults(req, ERR_INVALID,
				    &(struct fault){"?cursor", "is not a next_cursor of an earlier page"}, 1);
	members = store_members(req->db, req, &in->member_id, 1);
	if (members == NULL || (m = members[0]) == NULL)
		return reply_not_found(req, "member", in->member_id);
	if (reply_not_modified(req, tag_of(req, m, a->catalogue, now), &out))
		return out;
	if ((of = insights_evaluate(req->db, req, a->catalogue, &m, 1, now)) != NULL) {
		store_seen_insights(req->db, req, of, 1);
		publish_new(req, of[0], now);
	}
	if (of == NULL || db_failed(req->db))
		return reply_error(req, ERR_UNAVAILABLE, "the findings could not be looked up");
	return answer(req, of[0], in->cursor ? &after : NULL, in->limit, now);
}
