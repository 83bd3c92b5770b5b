/*
 * queue.c - the sender's turns: outcomes are written, deliveries started, due intents claimed
 */
#include <talloc.h>

#include "gen/sql/notification.h"
#include "services/notification/due_index.h"
#include "services/notification/notifier.h"

enum {
	POLL = SECOND / 5,
	WORTHWHILE = 64,      /* outcomes of one transaction */
	LINGER = SECOND / 100 /* between looks at who is still on the way */
};

void queue_wake(struct notifier *n)
{
	n->look_at = 0;
}

void queue_added(struct notifier *n, struct intent *const *intents, size_t count)
{
	due_index_add(n->daemon->cache, intents, count);
	queue_wake(n);
}

/* A transaction costs the same for one outcome as for many. */
static bool flush_due(const struct notifier *n)
{
	return n->landed_count >= WORTHWHILE ||
	       (n->landed_count > 0 && (n->flying == 0 || clock_monotonic() >= n->flush_by));
}

bool run_queue(struct daemon *d)
{
	struct notifier *n = d->state;
	bool more;

	if (flush_due(n))
		deliveries_flush(n);
	more = ready_launch(n);
	if (sending.sends && (clock_monotonic() >= n->look_at || claim_worthwhile(n)) && db_ensure(d->db)) {
		n->look_at = clock_monotonic() + POLL;
		ready_make_way(n);
		claim_due(n);
		more |= ready_count(n) > 0;
	}
	return more;
}

bool queue_finish(struct daemon *d)
{
	struct notifier *n = d->state;

	ready_retract(n, NULL);
	if (n->landed_count > 0)
		deliveries_flush(n);
	return n->flying + n->landed_count > 0;
}

void queue_called(struct daemon *d, const char *member_id)
{
	struct notifier *n = d->state;

	ready_retract(n, member_id);
	n->flush_by = 0; /* somebody waits for it */
}

static bool any_sending(struct daemon *d, const void *scratch, const char *member_id)
{
	struct rows *r = db_query(d->db, scratch, SQL_NOTIFICATION_COUNT_SENDING, "t", member_id);

	return db_failed(d->db) || row_integer(r, 0, 0) > 0;
}

bool queue_take_back(struct daemon *d, const void *scratch, const char *member_id)
{
	ready_retract(d->state, member_id);
	deliveries_flush(d->state);
	if (!any_sending(d, scratch, member_id))
		return true;
	daemon_call(d, member_id);
	return false;
}

/* Calls may get lost, so it calls until it is quiet. */
bool queue_quiet(struct daemon *d, const void *scratch, const char *member_id, int64_t deadline)
{
	while (!queue_take_back(d, scratch, member_id)) {
		if (db_failed(d->db) || clock_monotonic() > deadline)
			return false;
		daemon_wait(d, LINGER);
	}
	return true;
}
