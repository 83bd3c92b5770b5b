/*
 * look_at_members.c - the job that looks at due members, a slice at a time
 *
 * A slice is one transaction: members are claimed (other instances pass them by), looked at, and what comes
 * of it is written with the events. Whoever dies in it leaves nothing behind, and the members are due as
 * before.
 */
#include <talloc.h>

#include "common/log.h"
#include "services/engagement/engager.h"
#include "services/engagement/store_look.h"
#include "services/engagement/triggers.h"

enum {
	SLICE_MIN = 8,
	SLICE_MAX = 1000
};
#define AIM    (SECOND / 66) /* of a slice: requests wait behind it, and short ones cost more of PostgreSQL */
#define SEARCH SECOND        /* between looks into PostgreSQL while Redis names enough */

static size_t slice_size = 64; /* members; follows the time that slices take */

static void follow(int64_t took)
{
	if (took > AIM)
		slice_size -= slice_size / 4;
	else if (took < AIM / 2)
		slice_size += slice_size / 4;
	slice_size = slice_size < SLICE_MIN ? SLICE_MIN : slice_size > SLICE_MAX ? SLICE_MAX : slice_size;
}

/* Those that Redis names or, if it names none or it is time for it, those of PostgreSQL. */
static struct rows *claim(struct engager *e, const void *scratch)
{
	int64_t now = clock_monotonic();
	const char **named = NULL;
	size_t count = 0;

	if (now - e->searched < SEARCH)
		named = triggers_take(e->daemon->cache, scratch, clock_now(), slice_size, &count);
	if (count > 0)
		return store_claim(e->daemon->db, scratch, named, count);
	if (now - e->searched < SEARCH && !e->searching)
		return NULL;
	e->searched = now;
	return store_claim(e->daemon->db, scratch, NULL, slice_size);
}

static struct claimed *read_claim(const void *scratch, const struct rows *r)
{
	struct claimed *out = talloc_array(scratch, struct claimed, rows_count(r) + 1);
	size_t i;

	for (i = 0; i < rows_count(r); i++)
		out[i] = (struct claimed){row_text(r, i, 0),
					  row_integer(r, i, 1),
					  row_instant(r, i, 3),
					  row_text(r, i, 2),
					  row_null(r, i, 4) ? NULL : row_text(r, i, 4),
					  row_boolean(r, i, 5)};
	return out;
}

static void count_look(struct engager *e, const struct look *l)
{
	size_t i;

	metric_add(e->looks, NULL, 1);
	for (i = 0; i < l->count; i++)
		if (l->candidates[i].loss == LOSS_NONE)
			metric_add(e->alerts, l->candidates[i].rule->kind, 1);
		else
			metric_add(e->losses, loss_name(l->candidates[i].loss), 1);
	for (i = 0; i < l->past_count; i++)
		if (l->past[i].next == ALERT_WITHDRAWN && l->past[i].state != ALERT_WITHDRAWN)
			metric_add(e->withdrawn, NULL, 1);
}

/* Of a claim: looks, what comes of them, the commit. */
static bool look_at_slice(struct engager *e, const void *scratch, const struct rows *r)
{
	const struct catalogue *c = catalogue_newest(e->daemon);
	struct claimed *claimed = read_claim(scratch, r);
	size_t count = rows_count(r), event_count, i;
	struct daemon *d = e->daemon;
	struct log_event *events;
	instant now = clock_heeded(e);
	struct look **looks = c ? store_looks(d->db, scratch, c, claimed, count, now) : NULL;

	if (looks == NULL)
		return false;
	for (i = 0; i < count; i++)
		if (looks[i])
			look_at(looks[i]);
	events = store_outcomes(d->db, scratch, c, d->instance, claimed, looks, count, now, &event_count);
	if (event_count > 0 && !db_failed(d->db))
		eventlog_append(d->db, scratch, events, event_count);
	if (db_failed(d->db) || !db_run(d->db, "COMMIT"))
		return false;
	if (event_count > 0)
		daemon_announce(d, events, event_count);
	for (i = 0; i < count; i++)
		if (looks[i])
			count_look(e, looks[i]);
	return true;
}

bool look_at_members(struct daemon *d)
{
	struct engager *e = d->state;
	void *scratch = talloc_new(e->pool);
	int64_t began = clock_monotonic();
	const struct catalogue *c = catalogue_current(d);
	struct rows *r = NULL;
	bool good = false;

	if (c && c->running) {
		db_begin(d->db, "SET LOCAL synchronous_commit = off");
		r = claim(e, scratch);
		good = rows_count(r) > 0 ? look_at_slice(e, scratch, r) : db_run(d->db, "COMMIT");
		e->searching = rows_count(r) >= slice_size;
		if (rows_count(r) > 0)
			follow(clock_monotonic() - began);
	}
	if (db_failed(d->db))
		log_warning("members wait to be looked at reason=\"%s\"", db_message(d->db));
	good = good && rows_count(r) > 0;
	talloc_free(scratch);
	return good;
}
