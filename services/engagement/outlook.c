/*
 * outlook.c - when a member is to be looked at next, if no event comes
 *
 * Scheduled rules are asked of candidates only. While nothing happens facts move in known ways, as the
 * vocabulary says (fact_motion.h); so of the days to come those are left out on which a rule cannot find
 * anything: what its condition needs of single facts (rule_bounds.h) does not hold, the time of what it is
 * about has not come, or that was told. A day may be named for nothing, but none is left out wrongly. What
 * may have become of other facts is looked for after REST_DAYS at the latest.
 */
#include <math.h>
#include <string.h>
#include <talloc.h>

#include "common/fact_motion.h"
#include "common/rule_bounds.h"
#include "services/engagement/look.h"

enum {
	REST_DAYS = 28,
	REFUSED_DAYS = 7
};

/* What a rule needs of one fact. */
struct need {
	const struct fact *fact;
	const struct fact_bound *bound;
};

struct outlook {
	bool never;
	struct need *needs;
	size_t need_count;
	bool steady; /* its occasion is another after an event only */
};

/* --- of a rule ----------------------------------------------------------------------------------------- */

static bool is_steady(const void *scratch, const struct logic *occasion)
{
	struct logic_variables *v = logic_variables(scratch, occasion);
	const struct fact *f;
	size_t i;

	for (i = 0; i < v->count; i++)
		if ((f = fact_find(v->paths[i])) == NULL || f->moves != MOVES_NOT)
			return false;
	return !v->dynamic;
}

struct outlook *outlook_new(struct rule *r)
{
	struct outlook *o = talloc_zero(r, struct outlook);
	const char **names = talloc_array(o, const char *, fact_count);
	const struct fact **facts = talloc_array(o, const struct fact *, fact_count);
	struct rule_bounds *b;
	size_t count = 0, i;

	for (i = 0; i < fact_count; i++)
		if (fact_table[i].moves != MOVES_ANYHOW) {
			facts[count] = &fact_table[i];
			names[count++] = fact_table[i].name;
		}
	b = rule_bounds_new(o, r->condition, names, count);
	o->never = b->never;
	o->steady = r->about == ABOUT_MEMBER && r->occasion && is_steady(o, r->occasion);
	o->needs = talloc_array(o, struct need, count);
	for (i = 0; i < count; i++)
		if (!fact_bound_any(&b->facts[i]))
			o->needs[o->need_count++] = (struct need){facts[i], &b->facts[i]};
	return o;
}

/* --- what was told ------------------------------------------------------------------------------------- */

static bool was_told(const struct look *l, const struct rule *r, const char *occasion)
{
	size_t i;

	for (i = 0; i < l->past_count; i++)
		if (strcmp(l->past[i].rule_id, r->rule_id) == 0 && strcmp(l->past[i].occasion, occasion) == 0)
			return true;
	for (i = 0; i < l->count; i++)
		if (l->candidates[i].rule == r &&
		    (l->candidates[i].loss == LOSS_NONE || l->candidates[i].held_out) &&
		    strcmp(l->candidates[i].occasion, occasion) == 0)
			return true;
	return false;
}

/* The same occasion until an event comes, and it was told. */
static bool told_for_now(struct look *l, const struct rule *r)
{
	struct subject s = {.key = "", .facts = l->m->facts};

	return r->outlook->steady && was_told(l, r, occasion_of(l, occasion_key(l, r, &s, NULL), -1));
}

/*
 * Before that day the cool-down of what was told lasts. What the member refuses is looked for once a week: no
 * event tells of another mind.
 */
static day rested(const struct look *l, const struct rule *r)
{
	bool refused = wishes_against(&l->wishes, r->category, r->promotional) != NULL;
	day until = refused ? l->m->today + REFUSED_DAYS : DAY_NONE, d;
	size_t i;

	for (i = 0; r->cooldown_days > 0 && i < l->past_count; i++)
		if (strcmp(l->past[i].rule_id, r->rule_id) == 0) {
			d = tz_day(l->m->zone, l->past[i].created) + r->cooldown_days;
			until = d > until ? d : until;
		}
	return until;
}

/* --- what a rule is about ------------------------------------------------------------------------------ */

/* On day d the time of what has its last day then has begun, and it was not told. */
static bool is_open(struct look *l, const struct rule *r, day last_day, day d)
{
	char key[DAY_TEXT];
	size_t at;
	int lead;

	return occasion_begun(r, last_day, d, &at, &lead) &&
	       (r->occasion || !was_told(l, r, occasion_of(l, day_format(last_day, key), lead)));
}

static bool expiring_open(struct look *l, const struct rule *r, day d)
{
	const struct lot *lot;

	for (lot = l->m->lots; lot < l->m->lots + l->m->lot_count; lot++)
		if (lot->last_day >= d && is_open(l, r, lot->last_day, d))
			return true;
	return false;
}

static bool return_open(struct look *l, const struct rule *r, day of, day d)
{
	return of != DAY_NONE && of < d && is_open(l, r, day_anniversary(of, d - r->late_days), d);
}

static bool deadline_open(struct look *l, const struct rule *r, day d)
{
	const struct json *left = json_get(l->m->facts, "tier_deadline_days");
	day last;

	if (left == NULL || left->kind != JSON_INTEGER)
		return false;
	last = l->m->today + (day)left->integer;
	return d <= last && is_open(l, r, last, d);
}

/* While the running week has a purchase it is the next one that may stay without; then the streak is over. */
static bool streak_open(struct look *l, const struct rule *r, day d)
{
	const struct json *left = json_get(l->m->facts, "streak_weeks_days_left");
	day sunday = l->m->today - day_weekday(l->m->today) + 6;

	if (json_get_integer(l->m->facts, "streak_weeks", 0) <= 0)
		return false;
	if (left == NULL || left->kind != JSON_INTEGER)
		sunday += 7;
	return d <= sunday && is_open(l, r, sunday, d);
}

static bool reward_open(const struct look *l)
{
	const struct catalogue *c = l->catalogue;

	return c->reward_count > 0 &&
	       c->rewards[c->reward_count - 1].points <= json_get_integer(l->m->facts, "points_balance", 0);
}

static bool subject_open(struct look *l, const struct rule *r, day d)
{
	switch (r->about) {
	case ABOUT_EXPIRING_DAY:
		return expiring_open(l, r, d);
	case ABOUT_BIRTHDAY:
		return return_open(l, r, l->m->birth, d);
	case ABOUT_ANNIVERSARY:
		return return_open(l, r, l->m->enrolled, d);
	case ABOUT_TIER_DEADLINE:
		return deadline_open(l, r, d);
	case ABOUT_STREAK:
		return streak_open(l, r, d);
	case ABOUT_OFFER:
		return l->catalogue->offer_count > 0;
	case ABOUT_REWARD:
		return reward_open(l);
	default:
		return true;
	}
}

/* --- the next day -------------------------------------------------------------------------------------- */

static bool needs_met(const struct look *l, const struct rule *r, day d)
{
	const struct outlook *o = r->outlook;
	struct fact_bound later;
	size_t i;

	for (i = 0; i < o->need_count; i++) {
		later = fact_later(o->needs[i].fact, json_get(l->m->facts, o->needs[i].fact->name),
				   (int)(d - l->m->today));
		if (!fact_bound_meets(&later, o->needs[i].bound))
			return false;
	}
	return !o->never;
}

/* An event whose time is still to come is not in the facts: until then nothing is known. */
static bool may_fit(struct look *l, const struct rule *r, day rest, day d)
{
	if (l->ahead != INSTANT_NONE && d <= tz_day(l->m->zone, l->ahead))
		return true;
	return d >= rest && needs_met(l, r, d) && subject_open(l, r, d);
}

/* The first slot of a rule that is worth a look, or `end` if none before that is. */
static instant next_slot(struct look *l, const struct rule *r, instant end)
{
	day d = tz_day(l->m->zone, schedule_next(&r->schedule, l->m->zone, l->spread, l->m->now));
	day rest = rested(l, r), last = tz_day(l->m->zone, end);

	if (l->ahead == INSTANT_NONE && told_for_now(l, r))
		return end;
	for (; d <= last; d++)
		if (schedule_fits(&r->schedule, d) && may_fit(l, r, rest, d))
			return schedule_on(&r->schedule, l->m->zone, l->spread, d);
	return end;
}

/* What is open is looked through once a day. */
static bool has_open(const struct look *l)
{
	size_t i;

	for (i = 0; i < l->past_count; i++)
		if (l->past[i].next == ALERT_NEW || l->past[i].next == ALERT_SHOWN)
			return true;
	for (i = 0; i < l->count; i++)
		if (l->candidates[i].loss == LOSS_NONE)
			return true;
	return false;
}

instant outlook_next(struct look *l)
{
	static const struct schedule daily = {.set = true, .weekday = -1, .hour = 9, .spread = 3};
	instant next = l->m->now + REST_DAYS * DAY_SECONDS * SECOND, slot;
	size_t i;

	if (has_open(l))
		next = schedule_next(&daily, l->m->zone, l->spread, l->m->now);
	for (i = 0; i < l->catalogue->rule_count; i++) {
		if (!l->catalogue->rules[i]->schedule.set)
			continue;
		slot = next_slot(l, l->catalogue->rules[i], next);
		next = slot < next ? slot : next;
	}
	return next;
}
