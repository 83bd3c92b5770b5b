/*
 * subject.c - what rules are about, of one member (see subject.h)
 */
#include <talloc.h>

#include "services/engagement/data.h"
#include "services/engagement/subject.h"

struct finding {
	const void *parent;
	const struct rule *rule;
	const struct member_view *m;
	struct subject *out;
	size_t count;
};

static const char *day_key(const void *parent, day d)
{
	char text[DAY_TEXT];

	return talloc_strdup(parent, day_format(d, text));
}

/* Every rule may ask for the day and its weekday, how many days are left, and the points of the tier. */
static struct subject *add(struct finding *f, const char *key, day last_day, struct data *own)
{
	int64_t tier = catalogue_tier_points(f->m->catalogue, json_get_text(f->m->facts, "tier", ""));
	struct subject *s;

	if (f->count == SUBJECTS_MAX)
		return NULL;
	s = &f->out[f->count++];
	*s = (struct subject){.key = key, .last_day = last_day, .lead = -1, .ends = INSTANT_NONE};
	data_day(own, "today", f->m->today);
	data_integer(own, "weekday", day_weekday(f->m->today) + 1);
	if (last_day == DAY_NONE)
		data_null(own, "days_left");
	else
		data_integer(own, "days_left", last_day - f->m->today);
	if (tier >= 0)
		data_integer(own, "tier_points", tier);
	else
		data_null(own, "tier_points");
	s->facts = data_object(own, f->m->facts);
	return s;
}

static void find_member(struct finding *f)
{
	add(f, "", DAY_NONE, data_new(f->parent));
}

/* Lots come soonest first: each day is one stretch. */
static void find_days(struct finding *f, const struct lot *l, const struct lot *end, bool over)
{
	const struct lot *first;
	struct subject *s;
	struct data *own;
	int64_t points;

	while (l < end) {
		for (first = l, points = 0; l < end && l->last_day == first->last_day; l++)
			points += l->points;
		own = data_new(f->parent);
		data_integer(own, "expiring_points", points);
		data_integer(own, "expiring_lots", l - first);
		s = add(f, day_key(f->parent, first->last_day), first->last_day, own);
		if (s == NULL)
			return;
		s->lots = first;
		s->lot_count = (size_t)(l - first);
		s->over = over;
	}
}

static void find_expiring(struct finding *f)
{
	find_days(f, f->m->ended, f->m->ended + f->m->ended_count, true);
	find_days(f, f->m->lots, f->m->lots + f->m->lot_count, false);
}

/* The return that is next, or the last one as long as it is not too late for it. */
static day next_return(const struct finding *f, day of)
{
	return day_anniversary(of, f->m->today - f->rule->late_days);
}

/* The first return since the last look, if it is too late for that. */
static day missed_return(const struct finding *f, day of)
{
	day d = day_anniversary(of, f->m->looked + 1);

	return d < f->m->today - f->rule->late_days ? d : DAY_NONE;
}

static void add_birthday(struct finding *f, day d, bool over)
{
	struct subject *s = d == DAY_NONE ? NULL : add(f, day_key(f->parent, d), d, data_new(f->parent));

	if (s)
		s->over = over;
}

static void find_birthday(struct finding *f)
{
	if (f->m->birth == DAY_NONE || f->m->birth >= f->m->today)
		return;
	add_birthday(f, missed_return(f, f->m->birth), true);
	add_birthday(f, next_return(f, f->m->birth), false);
}

static void add_anniversary(struct finding *f, day d, bool over)
{
	struct data *own = data_new(f->parent);
	int from, year, month, mday;
	struct subject *s;

	if (d == DAY_NONE)
		return;
	day_to_civil(f->m->enrolled, &from, &month, &mday);
	day_to_civil(d, &year, &month, &mday);
	data_integer(own, "anniversary_years", year - from);
	s = add(f, day_key(f->parent, d), d, own);
	if (s)
		s->over = over;
}

static void find_anniversary(struct finding *f)
{
	if (f->m->enrolled == DAY_NONE || f->m->enrolled >= f->m->today)
		return;
	add_anniversary(f, missed_return(f, f->m->enrolled), true);
	add_anniversary(f, next_return(f, f->m->enrolled), false);
}

static void find_in_days(struct finding *f, const char *fact, int64_t offset)
{
	const struct json *left = json_get(f->m->facts, fact);
	day d;

	if (left == NULL || left->kind != JSON_INTEGER)
		return;
	d = f->m->today + (day)(left->integer + offset);
	add(f, day_key(f->parent, d), d, data_new(f->parent));
}

static void find_tier_deadline(struct finding *f)
{
	find_in_days(f, "tier_deadline_days", 0);
}

/* Days left count today: with one left, today is the last. */
static void find_streak(struct finding *f)
{
	find_in_days(f, "streak_weeks_days_left", -1);
}

static void find_offer(struct finding *f, const struct offer *o, double affinity)
{
	struct data *own = data_new(f->parent);
	struct subject *s;

	data_text(own, "offer_category", o->category);
	data_text(own, "offer_category_name", o->category_name);
	data_real(own, "offer_affinity", affinity);
	data_real(own, "offer_multiplier", o->multiplier);
	data_integer(own, "offer_bonus_points", o->bonus_points);
	data_text(own, "offer_title", o->title);
	data_text(own, "offer_details", o->details);
	data_integer(own, "offer_min_spend_minor", o->min_spend_minor);
	data_text(own, "offer_currency", o->currency);
	s = add(f, o->key, o->to == INSTANT_NONE ? DAY_NONE : tz_day(f->m->zone, o->to - 1), own);
	if (s)
		s->ends = o->to;
}

static void find_offers(struct finding *f)
{
	const struct json *shares = json_get(f->m->facts, "category_shares"), *share;
	const struct offer *o;
	size_t i;

	for (i = 0; i < f->m->catalogue->offer_count; i++) {
		o = &f->m->catalogue->offers[i];
		share = json_get(shares, o->category);
		if (o->from <= f->m->now && (o->to == INSTANT_NONE || o->to > f->m->now) && share)
			find_offer(f, o, share->real);
	}
}

/* The dearest that the points pay for. */
static void find_reward(struct finding *f)
{
	const struct catalogue *c = f->m->catalogue;
	int64_t balance = json_get_integer(f->m->facts, "points_balance", 0);
	const struct reward *r = NULL;
	struct data *own = data_new(f->parent);
	size_t i;

	for (i = 0; i < c->reward_count && r == NULL; i++)
		if (c->rewards[i].points <= balance && c->rewards[i].from <= f->m->now &&
		    (c->rewards[i].to == INSTANT_NONE || c->rewards[i].to > f->m->now))
			r = &c->rewards[i];
	if (r == NULL)
		return;
	data_text(own, "reward_id", r->reward_id);
	data_text(own, "reward_name", r->name);
	data_integer(own, "reward_points", r->points);
	if (r->value_minor > 0)
		data_integer(own, "reward_value_minor", r->value_minor);
	else
		data_null(own, "reward_value_minor");
	data_text(own, "reward_currency", r->currency);
	add(f, r->reward_id, f->m->lot_count > 0 ? f->m->lots[0].last_day : DAY_NONE, own);
}

size_t subjects_of(const void *parent, const struct rule *r, const struct member_view *m,
		   struct subject out[SUBJECTS_MAX])
{
	static void (*const finders[ABOUT_COUNT])(struct finding * f) = {
		[ABOUT_MEMBER] = find_member,
		[ABOUT_EXPIRING_DAY] = find_expiring,
		[ABOUT_BIRTHDAY] = find_birthday,
		[ABOUT_ANNIVERSARY] = find_anniversary,
		[ABOUT_TIER_DEADLINE] = find_tier_deadline,
		[ABOUT_STREAK] = find_streak,
		[ABOUT_OFFER] = find_offers,
		[ABOUT_REWARD] = find_reward,
	};
	struct finding f = {parent, r, m, out, 0};

	finders[r->about](&f);
	return f.count;
}
