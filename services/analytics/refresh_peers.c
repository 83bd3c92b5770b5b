/*
 * refresh_peers.c - the job that counts what the members of each tier and region spend
 *
 * One pass goes through all members by id, a few at a time, each portion in a transaction with
 * the place it came to: it may end anywhere and goes on there, in whichever instance. Its sums
 * hold from its end on. A pass is made every day over the last two whole months (a late event
 * still counts), and over the last thirteen when the log has grown by a fifth.
 */
#include <talloc.h>

#include "common/log.h"
#include "services/analytics/jobs.h"
#include "services/analytics/store_insights.h"

enum {
	SLICE = 25,
	MONTHS_DAILY = 2,
	MONTHS_ALL = 13,
	DELETE_SLICE = 2000,
	GROWN_LEAST = 1000
};
#define BURST    (SECOND / 5)     /* work, then */
#define PAUSE    (SECOND - BURST) /* time for others */
#define IDLE     (5 * SECOND)     /* between looks whether a pass is due */
#define PASS_GAP (DAY_SECONDS * SECOND)
#define GROWTH   1.2

static int64_t idle_until, burst_until; /* CLOCK_MONOTONIC */
static bool cleaning = true;

/* How many months a pass that is due goes over; 0: none is due. */
static int months_due(const struct peer_pass *p, int64_t events, instant now)
{
	if (events == 0)
		return 0;
	if ((double)events >= GROWTH * (double)p->events + (p->events > 0 ? GROWN_LEAST : 0))
		return MONTHS_ALL;
	return p->finished == INSTANT_NONE || now - p->finished >= PASS_GAP ? MONTHS_DAILY : 0;
}

/* True: work was done and there is more. */
static bool start_pass(struct daemon *d, const void *scratch, const struct peer_pass *p)
{
	struct analytics *a = d->state;
	instant now = clock_now();
	int64_t events = store_log_count(d->db, scratch);
	int months = months_due(p, events, now);
	day last;

	if (months == 0) {
		cleaning = cleaning && store_delete_old_peers(d->db, scratch, p->pass, DELETE_SLICE);
		return cleaning;
	}
	last = day_add_months(day_month_start(tz_day(a->catalogue->zone, now)), -1);
	store_start_peer_pass(d->db, scratch, day_add_months(last, 1 - months), last, events);
	return true;
}

static bool go_on(struct daemon *d, const void *scratch, const struct peer_pass *p)
{
	if (p->after == NULL)
		return start_pass(d, scratch, p);
	if (store_count_peers(d->db, scratch, p, SLICE))
		return true;
	if (!db_failed(d->db))
		store_finish_peer_pass(d->db, scratch, p);
	cleaning = true;
	return true;
}

/* One portion; true: there is more. */
static bool count_portion(struct daemon *d)
{
	void *scratch = talloc_new(d);
	const struct peer_pass *p;
	bool more = false;

	db_begin(d->db, "SET LOCAL synchronous_commit = off");
	p = store_hold_peer_pass(d->db, scratch);
	if (p)
		more = go_on(d, scratch, p);
	if (!db_run(d->db, "COMMIT")) {
		log_warning("peers not counted sqlstate=%s message=\"%s\"", db_sqlstate(d->db),
			    db_message(d->db));
		more = false;
	}
	talloc_free(scratch);
	return more;
}

/* A fifth of each second at most, so that a long count leaves room for requests. */
bool refresh_peers(struct daemon *d)
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
