/*
 * forget.c - the job that shortens progress: periods long over leave it, and milestones out of use
 *
 * The log keeps all of it. Whatever is booked on a forgotten day, or moves the days, counts anew from there
 * (settle.c), so what is awarded does not depend on what was forgotten. Segments may come to hold later, and
 * award what was reached long before: their milestones forget nothing.
 */
#include <talloc.h>

#include "common/log.h"
#include "services/milestone/milestone.h"
#include "services/milestone/store.h"

enum {
	SLICE = 200,
	KEPT_DAYS = 100 /* most of what comes late, or comes back, does so within */
};

static bool forgettable(const struct milestone *of)
{
	return of->event && of->segment == NULL && (of->per != PERIOD_NONE || of->kind == KIND_STREAK);
}

static bool forget_member(const struct catalogue *c, struct member *m, day before)
{
	const struct milestone *of;
	struct progress *p;
	bool forgot = false;
	size_t i;

	for (i = 0; i < m->progress_count; i++) {
		p = &m->progress[i];
		of = catalogue_find(c, p->milestone_id);
		if (of == NULL || of->version != p->version || !forgettable(of) ||
		    !tally_forget(p->tally, of, before))
			continue;
		p->forgotten = before;
		p->changed = forgot = true;
	}
	return forgot;
}

static const struct milestone **all_forgettable(const void *parent, const struct catalogue *c, size_t *count)
{
	const struct milestone **out = talloc_array(parent, const struct milestone *, c->count + 1);
	size_t i;

	for (*count = 0, i = 0; i < c->count; i++)
		if (forgettable(c->milestones[i]))
			out[(*count)++] = c->milestones[i];
	return out;
}

static bool forget_slice(struct daemon *d, void *scratch, const char *after)
{
	const struct catalogue *c = ((struct milestones *)d->state)->catalogue;
	day before = tz_day(c->zone, clock_now()) - KEPT_DAYS;
	size_t count, of_count, found, i;
	const struct milestone **of = all_forgettable(scratch, c, &of_count);
	const char **ids = store_members_after(d->db, scratch, after, SLICE, &count), **some;
	struct working_set *ws;
	int64_t members = 0;

	store_delete_unused_progress(d->db, scratch, ids, count);
	some = store_forgettable(d->db, scratch, ids, count, of, of_count, before, &found);
	if (db_failed(d->db) || (ws = working_set_open(d, d->db, scratch, some, found)) == NULL)
		return false;
	for (i = 0; i < ws->count; i++)
		members += forget_member(c, &ws->members[i], before);
	store_move_forgetting(d->db, scratch, count == SLICE ? ids[count - 1] : NULL, members);
	return working_set_put(ws, scratch);
}

bool run_forgetting(struct daemon *d)
{
	void *scratch = talloc_named_const(d, 0, "forget");
	const char *after;
	bool done = true;

	db_begin(d->db, NULL);
	catalogue_refresh(d);
	if ((after = store_claim_forgetting(d->db, scratch)) != NULL)
		done = forget_slice(d, scratch, after);
	done = done && !db_failed(d->db) && db_run(d->db, "COMMIT");
	if (!done)
		log_warning("progress is not shortened reason=\"%s\"", db_message(d->db));
	talloc_free(scratch);
	return done && after != NULL;
}
