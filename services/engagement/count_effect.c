/*
 * count_effect.c - the job that counts what the treated and the holdout do
 *
 * One pass goes through all members by id, a few at a time, each portion in a transaction with the place it
 * came to: it may end anywhere and goes on there, in whichever instance. Its sums hold from its end on. A
 * pass is made every day over the last 35 days, since events come late, and at first over all days of the
 * holdout.
 */
#include <talloc.h>

#include "common/log.h"
#include "services/engagement/effect.h"

enum {
	SLICE = 25,
	DAYS_AGAIN = 35, /* reversals have days of their own, so what is older hardly changes */
	DELETE_SLICE = 2000
};
#define BURST (SECOND / 5)     /* work, then */
#define PAUSE (SECOND - BURST) /* time for others */
#define IDLE  (5 * SECOND)     /* between looks whether a pass is due */

static int64_t idle_until, burst_until; /* CLOCK_MONOTONIC */
static bool cleaning = true;
static struct effect_sample sample; /* of the pass that is to begin */

/* The day before today is over for nearly every member; the rest is in the next pass. */
static bool start_pass(struct daemon *d, const void *scratch, const struct effect_pass *p)
{
	day to = p->today - 1, from = p->counted == DAY_NONE ? p->since : p->counted - DAYS_AGAIN;

	from = from < p->since ? p->since : from;
	if (to < from || (p->counted != DAY_NONE && p->counted >= to)) {
		cleaning = cleaning && effect_delete_old(d->db, scratch, p->pass, DELETE_SLICE);
		return cleaning;
	}
	if (effect_sample_spends(d->db, d, &sample))
		effect_start_pass(d->db, scratch, from, to, effect_spend_cap(&sample));
	return true;
}

static bool go_on(struct daemon *d, const void *scratch, const struct effect_pass *p)
{
	if (p->after == NULL)
		return start_pass(d, scratch, p);
	if (effect_count_slice(d->db, scratch, p, SLICE))
		return true;
	if (!db_failed(d->db)) {
		effect_finish_pass(d->db, scratch, p);
		log_info("effects are counted pass=%lld", (long long)p->pass);
	}
	cleaning = true;
	return true;
}

/* One portion; true: there is more. */
static bool count_portion(struct daemon *d)
{
	void *scratch = talloc_new(d);
	const struct effect_pass *p;
	bool more = false;

	db_begin(d->db, "SET LOCAL synchronous_commit = off");
	p = effect_hold_pass(d->db, scratch);
	if (p)
		more = go_on(d, scratch, p);
	if (!db_run(d->db, "COMMIT")) {
		log_warning("effects not counted sqlstate=%s message=\"%s\"", db_sqlstate(d->db),
			    db_message(d->db));
		more = false;
	}
	talloc_free(scratch);
	return more;
}

/* A fifth of each second at most, so that a long count leaves room for requests. */
bool count_effect(struct daemon *d)
{
	int64_t now = clock_monotonic();

	if (now < idle_until)
		return false;
	if (now > burst_until + PAUSE)
		burst_until = now + BURST;
	if (!count_portion(d)) {
		idle_until = clock_monotonic() + IDLE;
		return false;
	}
	if (clock_monotonic() < burst_until)
		return true;
	idle_until = burst_until + PAUSE;
	return false;
}
