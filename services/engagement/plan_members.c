/*
 * plan_members.c - the job that has everybody looked at again after rules or the programme have changed
 *
 * When a member is looked at next was planned by the rules of then (outlook.c). With others everybody becomes
 * due within offer_spread, at the time that the member's hash says. A slice and the place that it came to are
 * one transaction.
 */
#include <openssl/sha.h>
#include <string.h>
#include <talloc.h>

#include "common/log.h"
#include "gen/sql/engagement.h"
#include "services/engagement/engager.h"

enum {
	SLICE = 250
};

/* What looks are planned by: rules, tiers, the reward that is cheapest, and the days of the programme. */
static char *plan_of(const void *parent, const struct catalogue *c)
{
	char *text = talloc_asprintf(parent, "rules %lld", (long long)c->rules_version);
	unsigned char digest[SHA256_DIGEST_LENGTH];
	struct json_writer *w = json_writer_new(text);
	const char *names;
	size_t length, i;

	json_open_array(w, NULL);
	json_put_text(w, NULL, tz_name(c->zone));
	json_put_integer(w, NULL, c->reward_count > 0 ? c->rewards[c->reward_count - 1].points : -1);
	for (i = 0; i < c->tier_count; i++) {
		json_put_text(w, NULL, c->tiers[i].name);
		json_put_integer(w, NULL, c->tiers[i].points);
	}
	json_close(w);
	names = json_text(w, &length);
	SHA256((const unsigned char *)names, length, digest);
	return talloc_asprintf_append(text, " programme %02x%02x%02x%02x", digest[0], digest[1], digest[2],
				      digest[3]);
}

/* Once for each plan that this instance sees. */
static void note_plan(struct engager *e, const void *scratch, const char *plan)
{
	if (e->plan && strcmp(e->plan, plan) == 0)
		return;
	db_query(e->daemon->db, scratch, SQL_ENGAGEMENT_PUT_PLAN, "t", plan);
	if (db_failed(e->daemon->db))
		return;
	talloc_free(e->plan);
	e->plan = talloc_strdup(e, plan);
}

static int64_t plan_slice(struct daemon *d, const void *scratch, const struct catalogue *c, const char *plan,
			  const char *after)
{
	struct rows *r = db_query(d->db, scratch, SQL_ENGAGEMENT_PLAN_SLICE, "tibi", after, (int64_t)SLICE,
				  c->holdout_key, (size_t)HOLDOUT_KEY, engagement.offer_spread);
	int64_t count = row_integer(r, 0, 0);

	db_query(d->db, scratch, SQL_ENGAGEMENT_MOVE_PLAN, "ttio", plan, count > 0 ? row_text(r, 0, 1) : NULL,
		 count, count < SLICE);
	return count;
}

bool plan_members(struct daemon *d)
{
	void *scratch = talloc_named_const(d, 0, "plan");
	struct catalogue *c = catalogue_current(d);
	struct engager *e = d->state;
	struct rows *r = NULL;
	int64_t count = 0;
	char *plan;

	if (c) {
		plan = plan_of(scratch, c);
		db_begin(d->db, "SET LOCAL synchronous_commit = off");
		note_plan(e, scratch, plan);
		r = db_query(d->db, scratch, SQL_ENGAGEMENT_CLAIM_PLAN, "t", plan);
		if (rows_count(r) > 0)
			count = plan_slice(d, scratch, c, plan, row_text(r, 0, 0));
		if (db_failed(d->db) || !db_run(d->db, "COMMIT"))
			log_warning("members wait to be planned reason=\"%s\"", db_message(d->db));
	}
	talloc_free(scratch);
	return count == SLICE;
}
