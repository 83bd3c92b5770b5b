/*
 * points.c - replaying the ledger: lots are used up soonest-to-expire first
 */
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/analytics/points.h"

enum {
	FOLD_FROM = 1024, /* movements from which on the oldest half is folded, and again */
	FOLD_EVERY = 512, /* this many movements later */
	EXPIRIES_MAX = 800,
};

/* What a redemption took from which lot, so that a cancellation can give it back there. */
struct taken {
	const char *redemption, *ref;
	instant earned, expires;
	int64_t points;
};

struct replay {
	const void *parent;
	const struct tz *zone;
	struct points *out;
	size_t lot_size, expiry_size;
	struct taken *taken;
	size_t taken_count, taken_size;
};

/* Arrival decides only among the parts of one redemption, which come together. */
static int movement_order(const struct movement *a, const struct movement *b)
{
	int order;

	if (a->time != b->time)
		return a->time < b->time ? -1 : 1;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	if ((order = strcmp(a->ref, b->ref)) != 0 || a->kind != MOVEMENT_EARN)
		return order;
	if (a->expires != b->expires)
		return a->expires < b->expires ? -1 : 1;
	return (a->points > b->points) - (a->points < b->points);
}

void ledger_add(const void *parent, struct ledger *l, const struct movement *m)
{
	size_t at;

	if (l->count == l->size) {
		l->size = l->size ? l->size * 2 : 8;
		l->entries = talloc_realloc(parent, l->entries, struct movement, l->size);
	}
	for (at = l->count; at > 0 && movement_order(&l->entries[at - 1], m) > 0; at--)
		l->entries[at] = l->entries[at - 1];
	l->entries[at] = *m;
	l->count++;
}

/* --- lots ---------------------------------------------------------------------------------------- */

/* Never-expiring lots go last; among equals the earlier earned, then the smaller id: one order for all. */
static int lot_order(const struct lot *a, const struct lot *b)
{
	instant x = a->expires == INSTANT_NONE ? INT64_MAX : a->expires;
	instant y = b->expires == INSTANT_NONE ? INT64_MAX : b->expires;

	if (x != y)
		return x < y ? -1 : 1;
	if (a->earned != b->earned)
		return a->earned < b->earned ? -1 : 1;
	return strcmp(a->ref, b->ref);
}

static void lot_insert(struct replay *r, const struct lot *lot)
{
	struct points *p = r->out;
	size_t at;

	if (p->lot_count == r->lot_size) {
		r->lot_size = r->lot_size ? r->lot_size * 2 : 8;
		p->lots = talloc_realloc(r->parent, p->lots, struct lot, r->lot_size);
	}
	for (at = p->lot_count; at > 0 && lot_order(&p->lots[at - 1], lot) > 0; at--)
		p->lots[at] = p->lots[at - 1];
	p->lots[at] = *lot;
	p->lot_count++;
}

static void lots_drop(struct points *p, size_t count)
{
	memmove(p->lots, p->lots + count, (p->lot_count - count) * sizeof(*p->lots));
	p->lot_count -= count;
}

static void expiry_add(struct replay *r, day d, int64_t amount)
{
	struct points *p = r->out;
	size_t at = p->expiry_count;

	p->expired = sum_of(p->expired, amount);
	while (at > 0 && p->expiries[at - 1].day > d)
		at--;
	if (at > 0 && p->expiries[at - 1].day == d) {
		p->expiries[at - 1].points = sum_of(p->expiries[at - 1].points, amount);
		return;
	}
	if (p->expiry_count == EXPIRIES_MAX) { /* the oldest is only in the total from now on */
		if (at == 0)
			return;
		memmove(p->expiries, p->expiries + 1, (EXPIRIES_MAX - 1) * sizeof(*p->expiries));
		p->expiry_count--;
		at--;
	}
	if (p->expiry_count == r->expiry_size) {
		r->expiry_size = r->expiry_size ? r->expiry_size * 2 : 8;
		p->expiries = talloc_realloc(r->parent, p->expiries, struct expiry, r->expiry_size);
	}
	memmove(p->expiries + at + 1, p->expiries + at, (p->expiry_count - at) * sizeof(*p->expiries));
	p->expiries[at] = (struct expiry){d, amount};
	p->expiry_count++;
}

static void expire_until(struct replay *r, instant now)
{
	struct points *p = r->out;
	size_t gone = 0;

	while (gone < p->lot_count && p->lots[gone].expires != INSTANT_NONE && p->lots[gone].expires <= now) {
		expiry_add(r, tz_day(r->zone, p->lots[gone].expires), p->lots[gone].remaining);
		gone++;
	}
	if (gone)
		lots_drop(p, gone);
}

/* --- movements ------------------------------------------------------------------------------------- */

/* New points pay what was taken without cover first. */
static void earn(struct replay *r, const struct lot *lot)
{
	struct lot open = *lot;
	int64_t paid = open.remaining < r->out->debt ? open.remaining : r->out->debt;

	r->out->debt -= paid;
	open.remaining -= paid;
	if (open.remaining > 0)
		lot_insert(r, &open);
}

static void note_taken(struct replay *r, const char *redemption, const struct lot *lot, int64_t amount)
{
	if (r->taken_count == r->taken_size) {
		r->taken_size = r->taken_size ? r->taken_size * 2 : 8;
		r->taken = talloc_realloc(r->parent, r->taken, struct taken, r->taken_size);
	}
	r->taken[r->taken_count++] = (struct taken){redemption, lot->ref, lot->earned, lot->expires, amount};
}

/* Takes up to `amount` from lot i; returns what it gave. An empty lot is left for the sweep. */
static int64_t take_from(struct replay *r, size_t i, int64_t amount, const char *redemption)
{
	struct lot *lot = &r->out->lots[i];
	int64_t given = lot->remaining < amount ? lot->remaining : amount;

	lot->remaining -= given;
	if (redemption && given > 0)
		note_taken(r, redemption, lot, given);
	return given;
}

static void sweep_empty(struct points *p)
{
	size_t i, kept = 0;

	for (i = 0; i < p->lot_count; i++)
		if (p->lots[i].remaining > 0)
			p->lots[kept++] = p->lots[i];
	p->lot_count = kept;
}

/* From the named lot, then soonest to expire; what no lot covers is debt. */
static void spend(struct replay *r, int64_t amount, const char *named, const char *redemption)
{
	struct points *p = r->out;
	size_t i;

	for (i = 0; *named && amount > 0 && i < p->lot_count; i++)
		if (strcmp(p->lots[i].ref, named) == 0)
			amount -= take_from(r, i, amount, redemption);
	for (i = 0; amount > 0 && i < p->lot_count; i++)
		amount -= take_from(r, i, amount, redemption);
	p->debt = sum_of(p->debt, amount);
	sweep_empty(p);
}

/* Points go back to the lots they came from; what is not known to come from one is a lot of its own. */
static void give_back(struct replay *r, const struct movement *m)
{
	int64_t left = m->points, amount;
	struct taken *t;
	size_t i;

	for (i = 0; i < r->taken_count && left > 0; i++) {
		t = &r->taken[i];
		if (strcmp(t->redemption, m->ref) != 0 || t->points == 0)
			continue;
		amount = t->points < left ? t->points : left;
		t->points -= amount;
		left -= amount;
		earn(r, &(struct lot){t->ref, t->earned, t->expires, amount});
	}
	if (left > 0)
		earn(r, &(struct lot){m->ref, m->time, INSTANT_NONE, left});
	expire_until(r, m->time);
}

static void apply_movement(struct replay *r, const struct movement *m)
{
	expire_until(r, m->time);
	switch (m->kind) {
	case MOVEMENT_EXPIRED:
		r->out->expired = sum_of(r->out->expired, m->points);
		break;
	case MOVEMENT_EARN:
		earn(r, &(struct lot){m->ref, m->time, m->expires, m->points});
		break;
	case MOVEMENT_ADJUST:
		spend(r, m->points, m->ref, NULL);
		break;
	case MOVEMENT_REDEEM:
		spend(r, m->points, m->lot, m->ref);
		break;
	case MOVEMENT_CANCEL:
		give_back(r, m);
		break;
	}
}

static void set_balance(struct points *p)
{
	size_t i;

	p->balance = -p->debt;
	for (i = 0; i < p->lot_count; i++)
		p->balance = sum_of(p->balance, p->lots[i].remaining);
}

static void replay_first(const void *parent, const struct ledger *l, size_t count, const struct tz *zone,
			 struct points *out)
{
	struct replay r = {.parent = parent, .zone = zone, .out = out};
	size_t i;

	*out = (struct points){0};
	for (i = 0; i < count; i++)
		apply_movement(&r, &l->entries[i]);
	set_balance(out);
}

void ledger_replay(const void *parent, const struct ledger *l, const struct tz *zone, struct points *out)
{
	replay_first(parent, l, l->count, zone, out);
}

void points_expire(const void *parent, struct points *p, instant now, const struct tz *zone)
{
	struct replay r = {.parent = parent, .zone = zone, .out = p};

	r.expiry_size = p->expiry_count;
	expire_until(&r, now);
	set_balance(p);
}

static void ledger_fold(const void *parent, struct ledger *l, const struct tz *zone)
{
	struct ledger kept = {0};
	struct points p;
	instant until;
	size_t half = l->count / 2, i;

	until = l->entries[half - 1].time;
	replay_first(parent, l, half, zone, &p);
	ledger_add(parent, &kept,
		   &(struct movement){l->entries[0].time, MOVEMENT_EXPIRED, p.expired, INSTANT_NONE, "", ""});
	for (i = 0; i < p.lot_count; i++)
		ledger_add(parent, &kept,
			   &(struct movement){p.lots[i].earned, MOVEMENT_EARN, p.lots[i].remaining,
					      p.lots[i].expires, p.lots[i].ref, ""});
	if (p.debt > 0)
		ledger_add(parent, &kept,
			   &(struct movement){until, MOVEMENT_ADJUST, p.debt, INSTANT_NONE, "", ""});
	for (i = half; i < l->count; i++)
		ledger_add(parent, &kept, &l->entries[i]);
	*l = kept;
}

void ledger_book(const void *parent, struct ledger *l, const struct movement *m, const struct tz *zone)
{
	ledger_add(parent, l, m);
	if (l->count >= FOLD_FROM && l->count % FOLD_EVERY == 0)
		ledger_fold(parent, l, zone);
}
