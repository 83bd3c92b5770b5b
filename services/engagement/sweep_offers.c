/*
 * sweep_offers.c - the job that takes what is on offer to those who buy in its category
 *
 * They are found by index (member_fact_keys: buys, slot), some of the 4096 slots at a time, and become due
 * within offer_spread, at the time that the member's hash says. A slice's marks and the slot that it came to
 * are one transaction, so a sweep goes on where it was, in whichever instance. What is over before it is
 * through ends as expired.
 */
#include <talloc.h>

#include "common/log.h"
#include "gen/sql/engagement.h"
#include "services/engagement/engager.h"
#include "services/engagement/mark.h"

enum {
	SLOTS = 4096,
	AIM = 250, /* buyers of a slice */
	WIDEST = 256
};

static int width = 16; /* slots of a slice; follows the number of buyers in them */

struct step {
	int slot;
	int64_t marked;
};

static void follow(size_t buyers)
{
	if (buyers > AIM)
		width -= width / 2;
	else if (buyers < AIM / 2 && width < WIDEST)
		width *= 2;
}

static void mark_slice(struct daemon *d, const void *scratch, const char *category, struct step *step)
{
	int end = step->slot + width < SLOTS ? step->slot + width : SLOTS;
	struct rows *r = db_query(d->db, scratch, SQL_ENGAGEMENT_GET_BUYERS, "tss", category, step->slot,
				  end);
	struct engager *e = d->state;
	struct marks *m = marks_new(scratch);
	instant now = clock_now();
	const char *member;
	double share;
	size_t i;

	for (i = 0; i < rows_count(r); i++) {
		member = row_text(r, i, 0);
		share = holdout_share(e->catalogue->holdout_key, "offer", member);
		mark_offered(m, member, category);
		mark_member(m, member, now + (instant)(share * (double)engagement.offer_spread), 0);
	}
	step->slot = end;
	step->marked = (int64_t)rows_count(r);
	marks_put(m, d->db);
	follow(rows_count(r));
}

static const char *go_on(struct daemon *d, const void *scratch, const struct rows *r, struct step *step)
{
	if (row_boolean(r, 0, 3))
		return "expired";
	mark_slice(d, scratch, row_text(r, 0, 1), step);
	return step->slot == SLOTS ? "done" : NULL;
}

bool sweep_offers(struct daemon *d)
{
	void *scratch = talloc_named_const(d, 0, "sweep");
	struct catalogue *c = catalogue_current(d);
	struct step step = {0};
	struct rows *r = NULL;
	const char *outcome;

	if (c && c->running) {
		db_begin(d->db, "SET LOCAL synchronous_commit = off");
		r = db_query(d->db, scratch, SQL_ENGAGEMENT_CLAIM_SWEEP, "");
		if (rows_count(r) > 0) {
			step.slot = (int)row_integer(r, 0, 2);
			outcome = go_on(d, scratch, r, &step);
			db_query(d->db, scratch, SQL_ENGAGEMENT_MOVE_SWEEP, "tsit", row_text(r, 0, 0),
				 step.slot, step.marked, outcome);
		}
		if (db_failed(d->db) || !db_run(d->db, "COMMIT"))
			log_warning("an offer waits reason=\"%s\"", db_message(d->db));
	}
	talloc_free(scratch);
	return step.slot > 0 && step.slot < SLOTS;
}
