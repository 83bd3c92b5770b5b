/*
 * sweep_offers.c - the job that takes what is on offer through the members
 *
 * Whoever buys in the category becomes due within offer_spread, at the time that the member's hash says. A
 * slice's marks and the place that it came to are one transaction, so a sweep goes on where it was, in
 * whichever instance. What is over before it is through ends as expired.
 */
#include <talloc.h>

#include "common/log.h"
#include "gen/sql/engagement.h"
#include "services/engagement/engager.h"
#include "services/engagement/mark.h"

enum {
	SLICE = 250
};

struct step {
	const char *after, *outcome; /* outcome NULL: it goes on */
	int64_t examined, marked;
};

static void mark_slice(struct daemon *d, const void *scratch, const char *category, const char *after,
		       struct step *step)
{
	struct rows *r = db_query(d->db, scratch, SQL_ENGAGEMENT_GET_BUYERS, "tti", after, category,
				  (int64_t)SLICE);
	struct engager *e = d->state;
	struct marks *m = marks_new(scratch);
	instant now = clock_now();
	const char *member;
	size_t i;

	for (i = 0; i < rows_count(r); i++) {
		member = step->after = row_text(r, i, 0);
		if (!row_boolean(r, i, 1))
			continue;
		mark_offered(m, member, category);
		mark_member(m, member,
			    now + (instant)(holdout_share(e->catalogue->holdout_key, "offer", member) *
					    (double)engagement.offer_spread),
			    0);
		step->marked++;
	}
	step->examined = (int64_t)rows_count(r);
	step->outcome = rows_count(r) < SLICE ? "done" : NULL;
	marks_put(m, d->db);
}

bool sweep_offers(struct daemon *d)
{
	void *scratch = talloc_named_const(d, 0, "sweep");
	struct catalogue *c = catalogue_current(d);
	struct step step = {0};
	struct rows *r = NULL;

	if (c && c->running) {
		db_begin(d->db, "SET LOCAL synchronous_commit = off");
		r = db_query(d->db, scratch, SQL_ENGAGEMENT_CLAIM_SWEEP, "");
		if (rows_count(r) > 0 && row_boolean(r, 0, 3))
			step.outcome = "expired";
		else if (rows_count(r) > 0)
			mark_slice(d, scratch, row_text(r, 0, 1), row_text(r, 0, 2), &step);
		if (rows_count(r) > 0)
			db_query(d->db, scratch, SQL_ENGAGEMENT_MOVE_SWEEP, "ttiit", row_text(r, 0, 0),
				 step.after, step.examined, step.marked, step.outcome);
		if (db_failed(d->db) || !db_run(d->db, "COMMIT"))
			log_warning("an offer waits reason=\"%s\"", db_message(d->db));
	}
	talloc_free(scratch);
	return step.examined == SLICE;
}
