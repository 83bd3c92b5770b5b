/*
 * find_insights.c - evaluating and publishing (see find_insights.h)
 *
 * A finding is published when its row is inserted, in the same transaction, so that it is
 * published once however often, and by however many, it is found.
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/analytics/find_insights.h"

static bool same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

/* The index of the member's circle among the few that there are. */
static size_t circle_of(struct circle *circles, size_t *count, const struct view *v)
{
	struct circle c = {v->member->tier, v->member->region, v->currency, DAY_NONE, DAY_NONE};
	day last;
	size_t i;

	c.from = c.to = insights_month(v, &last);
	for (i = 0; i < *count; i++)
		if (circles[i].from == c.from && same(circles[i].tier, c.tier) &&
		    same(circles[i].region, c.region) && same(circles[i].currency, c.currency))
			return i;
	circles[*count] = c;
	return (*count)++;
}

/* Both come ordered by key: a member's rows are one stretch. */
static void hand_out(struct insights *in, size_t key, const struct peer *peers, size_t peer_count,
		     const struct market *market, size_t market_count)
{
	size_t i;

	for (i = 0; i < peer_count && peers[i].key < key; i++)
		;
	for (in->peers = peers + i; i < peer_count && peers[i].key == key; i++)
		in->peer_count++;
	for (i = 0; i < market_count && market[i].key < key; i++)
		;
	for (in->market = market + i; i < market_count && market[i].key == key; i++)
		in->market_count++;
}

static void compare(struct db *db, const void *parent, const struct catalogue *c, struct insights **of,
		    size_t count)
{
	struct circle *circles = talloc_array(parent, struct circle, count + 1);
	size_t *keys = talloc_array(parent, size_t, count + 1), circle_count = 0, peer_count,
	       market_count = 0, i;
	struct peer *peers;
	struct market *market = NULL;

	for (i = 0; i < count; i++)
		keys[i] = circle_of(circles, &circle_count, of[i]->view);
	peers = store_peers(db, parent, circles, circle_count, &peer_count);
	if (c->benchmarks)
		market = store_markets(db, parent, circles, circle_count, &market_count);
	for (i = 0; i < count; i++)
		hand_out(of[i], keys[i], peers, peer_count, market, market_count);
}

struct insights **insights_evaluate(struct db *db, const void *parent, const struct catalogue *c,
				    struct member *const *members, size_t count, instant now)
{
	const char **ids = talloc_array(parent, const char *, count + 1);
	struct insights **of = talloc_zero_array(parent, struct insights *, count + 1);
	struct month_list *lists;
	struct view *v;
	size_t i;

	for (i = 0; i < count; i++)
		ids[i] = members[i]->member_id;
	/* A day earlier than anywhere on earth, so that every member's own start is within. */
	lists = store_members_months(db, of, ids, count, view_start(c, tz_day(tz_utc(), now) - 1));
	if (lists == NULL)
		return NULL;
	for (i = 0; i < count; i++) {
		v = view_new(of, members[i], lists[i].months, lists[i].count, c, now);
		of[i] = insights_new(of, v, facts_compute(v, v));
	}
	compare(db, of, c, of, count);
	for (i = 0; i < count; i++)
		insights_find(of[i]);
	return db_failed(db) ? NULL : of;
}

/* --- publishing -------------------------------------------------------------------------------------- */

static void put_data(struct json_writer *w, const char *member_id, const struct insight *f)
{
	json_put_text(w, "member_id", member_id);
	json_put_text(w, "insight_id", f->id);
	json_put_text(w, "kind", f->kind);
	json_put_text(w, "severity", severity_names[f->severity]);
	json_put_text(w, "sentence", f->sentence);
	json_put_raw(w, "evidence", f->evidence, f->evidence_length);
	json_open_object(w, "period");
	evidence_put_day(w, "from", f->from);
	evidence_put_day(w, "to", f->to);
	json_close(w);
}

static void make_event(const void *parent, struct log_event *e, const struct new_insight *fresh, instant now)
{
	struct json_writer *w = json_writer_new(parent);

	*e = (struct log_event){.type = "InsightGeneratedEvent",
				.source = "urn:ae:analytics",
				.id = fresh->insight->id,
				.subject = fresh->of->view->member->member_id,
				.time = now};
	eventlog_open(w, e);
	put_data(w, e->subject, fresh->insight);
	eventlog_close(w, e);
}

bool insights_publish(struct daemon *d, const void *parent, struct insights *const *of, size_t count,
		      instant now, struct log_event **events, size_t *event_count)
{
	struct analytics *a = d->state;
	struct new_insight *fresh = store_put_insights(d->db, parent, of, count, event_count);
	size_t i;

	*events = talloc_zero_array(parent, struct log_event, *event_count + 1);
	for (i = 0; i < *event_count; i++) {
		make_event(*events, &(*events)[i], &fresh[i], now);
		metric_add(a->insights, fresh[i].insight->kind, 1);
	}
	if (db_failed(d->db))
		return false;
	return *event_count == 0 || eventlog_append(d->db, parent, *events, *event_count);
}
