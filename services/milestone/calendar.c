/*
 * calendar.c - anniversaries and birthdays: each member's next one is planned, and celebrated when it is due
 *
 * The plan is a day and an instant in the member's zone. What is due is found by that instant, a bounded
 * number at a time. A day that was missed because no daemon ran is made up for and says so; of several of
 * one milestone only the newest is celebrated, and none after the definition's late_days.
 */
#include <string.h>
#include <talloc.h>

#include "common/log.h"
#include "services/milestone/anniversary.h"
#include "services/milestone/milestone.h"
#include "services/milestone/store.h"

enum {
	SLICE = 50,
	MISSED_MAX = 400 /* days of one milestone that are made up for at once */
};

static instant due_at(const struct member *m, const struct milestone *of, day d)
{
	return tz_from_local(m->zone, (int64_t)d * DAY_SECONDS + of->hour * 3600);
}

bool calendar_active(const struct member *m, const struct milestone *of, day d)
{
	instant due = due_at(m, of, d);

	return due >= of->from && due < of->until;
}

bool calendar_base(const struct member *m, const struct milestone *of, day *base)
{
	const char *born = profile_word(m, "birth_date"), *joined = profile_word(m, "enrolled_at");
	instant t;

	if (of->kind == KIND_BIRTHDAY)
		return born && day_parse(born, base);
	if (joined == NULL || !instant_parse(joined, &t))
		return false;
	*base = tz_day(m->zone, t);
	return true;
}

static void put_date(struct working_set *ws, const struct member *m, const struct milestone *of, day base,
		     int number)
{
	day d = anniversary_day(of, base, number);

	ws->dates = talloc_realloc(ws, ws->dates, struct date, ws->date_count + 1);
	ws->dates[ws->date_count++] = (struct date){.member_id = m->member_id,
						    .milestone_id = of->id,
						    .version = of->version,
						    .base = base,
						    .number = number,
						    .day = d,
						    .due = due_at(m, of, d)};
}

static const struct date *date_find(const struct date *dates, size_t count, const char *milestone_id)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(dates[i].milestone_id, milestone_id) == 0)
			return &dates[i];
	return NULL;
}

/* A batch may hold several enrolments of one member: the last plan is the one that is kept. */
static void forget_plan(struct working_set *ws, const struct member *m, const struct milestone *of)
{
	size_t i, kept = 0;

	for (i = 0; i < ws->date_count; i++)
		if (ws->dates[i].member_id != m->member_id || strcmp(ws->dates[i].milestone_id, of->id) != 0)
			ws->dates[kept++] = ws->dates[i];
	ws->date_count = kept;
}

static void plan(struct working_set *ws, struct member *m, const struct milestone *of, const struct date *old,
		 instant since)
{
	instant from = since > of->activated ? since : of->activated;
	day base;
	int number;

	if (!calendar_base(m, of, &base))
		return;
	if (old && old->base == base && old->version == of->version)
		number = old->number;
	else
		number = anniversary_next(of, base, tz_day(m->zone, from));
	while (member_award(m, of->id, anniversary_name(ws, of, number)))
		number++;
	forget_plan(ws, m, of);
	put_date(ws, m, of, base, number);
}

void calendar_plan(struct working_set *ws, struct member *m, const struct milestone *only, instant since)
{
	const struct milestone *of;
	struct date *dates = NULL;
	size_t count = 0, i;

	if (!m->fresh)
		dates = store_dates(ws->db, ws, m->member_id, &count);
	for (i = 0; i < ws->catalogue->count; i++) {
		of = ws->catalogue->milestones[i];
		if (milestone_of_dates(of) && (only == NULL || only == of))
			plan(ws, m, of, date_find(dates, count, of->id), since);
	}
}

/* --- what is due ------------------------------------------------------------------------------------ */

static void celebrate(struct working_set *ws, struct member *m, const struct milestone *of,
		      const struct date *d, int number, bool newest, instant now)
{
	day on = anniversary_day(of, d->base, number);
	struct cause why = {.time = due_at(m, of, on), .value = number, .target = 1};

	why.late_days = tz_day(m->zone, now) - on;
	why.silent = !newest || why.late_days > of->late_days;
	/* Positions are of the log; a date has none, and comes once. */
	why.position = INT64_MAX;
	award_reach(ws, m, of, anniversary_name(ws, of, number), &why);
}

/* A day that the milestone is not for passes by. */
static bool meant(const struct working_set *ws, const struct member *m, const struct milestone *of, day on,
		  const struct json *facts)
{
	return calendar_active(m, of, on) && judge_holds(ws, of->segment, facts);
}

static void take_date(struct working_set *ws, struct member *m, const struct date *d,
		      const struct json *facts, instant now)
{
	const struct milestone *of = catalogue_find(ws->catalogue, d->milestone_id);
	int n = d->number, missed = 0;

	if (of == NULL || of->version != d->version) {
		store_delete_date(ws->db, ws, d->member_id, d->milestone_id);
		if (of)
			plan(ws, m, of, NULL, now);
		return;
	}
	/* The zone may have changed since: the day decides, not the instant that was written. */
	while (due_at(m, of, anniversary_day(of, d->base, n)) <= now && missed++ < MISSED_MAX) {
		if (meant(ws, m, of, anniversary_day(of, d->base, n), facts))
			celebrate(ws, m, of, d, n, due_at(m, of, anniversary_day(of, d->base, n + 1)) > now,
				  now);
		n++;
	}
	put_date(ws, m, of, d->base, n);
}

/* Of one of the members; NULL: none are kept, or no date asks for them. */
static const struct json *facts_of(const struct member_facts *facts, size_t count, const char *member_id)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strcmp(facts[i].member_id, member_id) == 0)
			return facts[i].facts;
	return NULL;
}

static struct member_facts *load_facts(struct working_set *ws, const char *const *ids, size_t count,
				       size_t *found)
{
	const struct milestone *of;
	size_t i;

	for (*found = 0, i = 0; i < ws->catalogue->count; i++) {
		of = ws->catalogue->milestones[i];
		if (milestone_of_dates(of) && of->segment)
			return member_facts_load(ws->db, ws, ids, count, found);
	}
	return NULL;
}

static bool take_members(struct daemon *d, void *scratch, const char *const *ids, size_t count, instant now,
			 struct working_set **out)
{
	struct working_set *ws = *out = working_set_open(d, d->db, scratch, ids, count);
	struct member_facts *facts = NULL;
	size_t i, k, lines, found = 0;
	struct date *dates;

	if (ws)
		facts = load_facts(ws, ids, count, &found);
	for (i = 0; ws && i < ws->count; i++) {
		dates = store_dates(d->db, ws, ws->members[i].member_id, &lines);
		for (k = 0; k < lines; k++)
			if (dates[k].due <= now)
				take_date(ws, &ws->members[i], &dates[k],
					  facts_of(facts, found, ws->members[i].member_id), now);
	}
	return ws && working_set_put(ws, scratch);
}

bool run_calendar(struct daemon *d)
{
	void *scratch = talloc_named_const(d, 0, "calendar");
	struct working_set *ws = NULL;
	instant now = clock_now();
	const char **ids;
	size_t count = 0;
	bool done;

	db_begin(d->db, NULL);
	catalogue_refresh(d);
	ids = store_due_members(d->db, scratch, now, SLICE, &count);
	done = !db_failed(d->db) && (count == 0 || take_members(d, scratch, ids, count, now, &ws)) &&
	       db_run(d->db, "COMMIT");
	if (!done)
		log_warning("dates wait reason=\"%s\"", db_message(d->db));
	else if (ws && ws->event_count > 0)
		daemon_announce(d, ws->events, ws->event_count);
	talloc_free(scratch);
	return done && count > 0;
}
