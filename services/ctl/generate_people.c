/*
 * generate_people.c - the members of a synthetic programme, and what a day brings them
 */
#include "services/ctl/generate_people.h"
#include "common/tz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

/* Activity is lognormal with this deviation: of a million members a handful buy thousands of times. */
#define ACTIVITY_SPREAD 1.2
/* The mean part of the programme's time in which a member is in it and still buys (see person_new). */
#define ACTIVE_SHARE 0.709

enum {
	REVERSED_PER_MILLE = 30,
	REDEEM_ONE_IN = 25,
	CANCELLED_PER_MILLE = 60
};

/* Three in five join in the first weeks, the others at any time; one in five stops buying at some time. */
static void person_new(struct people *p, uint32_t i, double mean)
{
	struct chance *c = &p->chance;
	struct person *m = &p->persons[i];
	uint16_t early = (uint16_t)(p->days / 24 + 1), joins;
	int f;

	joins = (uint16_t)chance_below(c, chance_below(c, 5) < 3 ? early : p->days);
	p->due[i] = joins;
	p->tier_ends[i] = NEVER;
	m->leaves = chance_below(c, 5) ? NEVER
				       : (uint16_t)(joins + chance_below(c, (uint32_t)(p->days - joins)));
	m->per_day = (float)(mean / ACTIVE_SHARE / p->days *
			     exp(ACTIVITY_SPREAD * chance_normal(c) - ACTIVITY_SPREAD * ACTIVITY_SPREAD / 2));
	m->region = (uint8_t)world_region_draw(c);
	m->channel = (uint8_t)world_channel_draw(c);
	for (f = 0; f < FAVOURITES; f++)
		m->favourites[f] = (uint8_t)world_category_draw(c, f);
}

static int people_destroy(struct people *p)
{
	int i;

	for (i = 0; i < PENDING_DAYS; i++)
		talloc_free(p->pending[i].list);
	return 0;
}

struct people *people_new(const void *parent, uint64_t seed, uint32_t count, day start, uint16_t days,
			  double transactions)
{
	struct people *p = talloc_zero(parent, struct people);
	double mean = transactions > 1 ? transactions - 1 : 0; /* everybody buys on joining */
	uint32_t i;

	talloc_set_destructor(p, people_destroy);
	p->seed = seed;
	p->count = count;
	p->start = start;
	p->days = days;
	chance_seed(&p->chance, seed);
	p->persons = talloc_zero_array(p, struct person, count);
	p->due = talloc_array(p, uint16_t, count);
	p->tier_ends = talloc_array(p, uint16_t, count);
	for (i = 0; i < count; i++)
		person_new(p, i, mean);
	return p;
}

static struct happening *happen(struct happenings *h, struct happening what)
{
	if (h->count == h->room) {
		h->room = h->room ? h->room * 2 : 256;
		h->list = talloc_realloc(NULL, h->list, struct happening, h->room);
	}
	what.order = (uint32_t)h->count;
	h->list[h->count] = what;
	return &h->list[h->count++];
}

/* A member's waking hours, as a second of the UTC day: the local evening may be the next UTC day's morning.
 */
static uint32_t second_draw(struct people *p, const struct person *m)
{
	static const uint8_t hours[24] = {7,  8,  8,  9,  10, 10, 11, 11, 12, 12, 12, 13,
					  13, 14, 15, 16, 16, 17, 17, 18, 18, 19, 20, 21};
	uint64_t x = chance_next(&p->chance);
	int64_t local = hours[(x & 0xffff) % 24] * 3600 + (int64_t)((x >> 16 & 0xffffff) % 3600);

	return (uint32_t)((local - p->offsets[m->region] + 2 * DAY_SECONDS) % DAY_SECONDS);
}

static void tier_change(struct people *p, uint32_t i, uint16_t today, uint32_t second, int to,
			struct happenings *out)
{
	struct person *m = &p->persons[i];
	int32_t until = day_add_months(p->start + today, 12) - p->start;

	p->tier_ends[i] = to == 0 || until >= NEVER ? NEVER : (uint16_t)until;
	happen(out, (struct happening){.second = second,
				       .kind = HAPPENS_TIER,
				       .member = i,
				       .serial = ++m->changes,
				       .points = balance_year(&m->balance),
				       .from_tier = m->tier,
				       .to_tier = (uint8_t)to,
				       .until = p->tier_ends[i]});
	m->tier = (uint8_t)to;
}

static void pend(struct people *p, uint16_t today, uint32_t days, struct happening later)
{
	happen(&p->pending[(today + days) % PENDING_DAYS], later);
}

/* Three purchases in a hundred come back within a month, one in three of these in part. */
static void maybe_reverse(struct people *p, uint16_t today, const struct happening *bought, int32_t month,
			  int multiplier)
{
	struct happening back = *bought;
	uint64_t x = chance_next(&p->chance);

	if (x % 1000 >= REVERSED_PER_MILLE)
		return;
	back.kind = HAPPENS_REVERSAL;
	back.original = bought->serial;
	back.month = month;
	if ((x >> 16) % 3 == 0)
		back.amount_minor -= back.amount_minor / 2;
	back.points -= points_for(bought->amount_minor - back.amount_minor, multiplier);
	pend(p, today, 1 + (uint32_t)(x >> 32) % 30, back);
}

static void maybe_redeem(struct people *p, uint32_t i, uint16_t today, const struct happening *bought,
			 int32_t month, struct happenings *out)
{
	struct person *m = &p->persons[i];
	const struct voucher *v = voucher_affordable(balance_points(&m->balance));
	struct happening redeemed = {.kind = HAPPENS_REDEMPTION,
				     .member = i,
				     .category = bought->category,
				     .channel = bought->channel};
	uint64_t x;

	if (!v || (x = chance_next(&p->chance)) % REDEEM_ONE_IN != 0)
		return;
	redeemed.second = bought->second + 60 + (uint32_t)(x >> 16) % 1800;
	if (redeemed.second >= DAY_SECONDS)
		return;
	redeemed.serial = ++m->serial;
	redeemed.points = v->points;
	redeemed.month = month;
	m->balance.spent += v->points;
	happen(out, redeemed);
	if ((x >> 32) % 1000 >= CANCELLED_PER_MILLE)
		return;
	redeemed.kind = HAPPENS_CANCELLATION;
	pend(p, today, 1 + (uint32_t)(x >> 48) % 5, redeemed);
}

static int category_draw(struct people *p, const struct person *m, int month)
{
	static const uint8_t favourite_of[10] = {0, 0,          0,          1,          1,
						 2, FAVOURITES, FAVOURITES, FAVOURITES, FAVOURITES};
	int f = favourite_of[chance_below(&p->chance, 10)];

	return f == FAVOURITES ? world_category_draw(&p->chance, month) : m->favourites[f];
}

static void purchase(struct people *p, uint32_t i, uint16_t today, uint32_t second, int32_t month,
		     struct happenings *out)
{
	static const uint8_t merchant_of[8] = {0, 0, 0, 0, 0, 1, 1, 2};
	struct person *m = &p->persons[i];
	int category = category_draw(p, m, month % 12),
	    multiplier = world_multiplier(p->seed, month, category), reached;
	const struct world_category *c = &world_categories[category];
	uint64_t x = chance_next(&p->chance);
	struct happening h = {.second = second,
			      .kind = HAPPENS_PURCHASE,
			      .member = i,
			      .serial = ++m->serial,
			      .category = (uint8_t)category};

	h.amount_minor = 1 + (int64_t)(c->typical_minor * exp(c->spread * chance_bell(&p->chance)));
	h.points = points_for(h.amount_minor, multiplier);
	h.merchant = merchant_of[x % 8];
	h.channel = (x >> 8) % 10 < 7 ? m->channel : (uint8_t)world_channel_draw(&p->chance);
	h.item = (uint8_t)(((x >> 16 & 0xff) * (x >> 24 & 0xff) * WORLD_ITEMS) >>
			   16); /* low numbers sell best */
	happen(out, h);
	balance_earn(&m->balance, month, (int32_t)h.points);
	if ((reached = tier_reached(balance_year(&m->balance))) > m->tier)
		tier_change(p, i, today, second, reached, out);
	maybe_reverse(p, today, &h, month, multiplier);
	maybe_redeem(p, i, today, &h, month, out);
}

/* Days until the next purchase: exponential, so that purchases scatter; busy days are more likely. */
static uint32_t gap_draw(struct people *p, const struct person *m, uint16_t today, int month)
{
	double busy = world_months[month] * world_weekdays[day_weekday(p->start + today)] / 10000.0;
	double gap = -log(chance_unit(&p->chance)) / (m->per_day * busy) + chance_unit(&p->chance);

	return gap < NEVER ? (uint32_t)gap : NEVER;
}

static int second_compare(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* All purchases of a member on a day, in order of time; the first brings the enrolment. */
static void shopping_day(struct people *p, uint32_t i, uint16_t today, int32_t month, struct happenings *out)
{
	struct person *m = &p->persons[i];
	uint32_t seconds[BUSIEST_DAY], count = 0, gap = 0, n;

	while (gap == 0 && count < BUSIEST_DAY) {
		seconds[count++] = second_draw(p, m);
		gap = gap_draw(p, m, today, month % 12);
	}
	if (gap == 0)
		gap = 1;
	p->due[i] = today + gap < p->days && today + gap <= m->leaves ? (uint16_t)(today + gap) : NEVER;
	qsort(seconds, count, sizeof(seconds[0]), second_compare);
	if (!m->enrolled)
		happen(out, (struct happening){.second = seconds[0], .kind = HAPPENS_ENROLMENT, .member = i});
	m->enrolled = true;
	for (n = 0; n < count; n++)
		purchase(p, i, today, seconds[n], month, out);
}

/* What was decided on an earlier day; dropped if its points are gone meanwhile. */
static void pending_happen(struct people *p, struct happenings *list, int32_t month, struct happenings *out)
{
	struct happening *h;
	struct person *m;
	size_t i;

	for (i = 0; i < list->count; i++) {
		h = &list->list[i];
		m = &p->persons[h->member];
		balance_roll(&m->balance, month);
		if (h->kind == HAPPENS_CANCELLATION) {
			if (h->month != month || m->balance.spent < h->points) /* some of its lots are gone */
				continue;
			m->balance.spent -= (int32_t)h->points;
		} else if (balance_revoke(&m->balance, h->month, (int32_t)h->points))
			h->serial = ++m->serial;
		else
			continue;
		h->second = second_draw(p, m);
		happen(out, *h);
	}
	list->count = 0;
}

static void tier_year_ends(struct people *p, uint32_t i, uint16_t today, int32_t month,
			   struct happenings *out)
{
	struct person *m = &p->persons[i];
	int reached;

	balance_roll(&m->balance, month);
	reached = tier_reached(balance_year(&m->balance));
	tier_change(p, i, today, 0, reached < m->tier ? reached : m->tier, out);
}

static int happening_compare(const void *a, const void *b)
{
	const struct happening *x = a, *y = b;

	if (x->second != y->second)
		return x->second < y->second ? -1 : 1;
	return (x->order > y->order) - (x->order < y->order);
}

void people_live(struct people *p, uint16_t today, struct happenings *out)
{
	int32_t month = month_of(p->start + today);
	const struct tz *zone;
	uint32_t i;

	for (i = 0; i < WORLD_REGIONS; i++) {
		zone = tz_find(world_regions[i].time_zone);
		p->offsets[i] = zone ? tz_offset(zone, (p->start + today) * DAY_SECONDS * SECOND) : 0;
	}
	out->count = 0;
	for (i = 0; i < p->count; i++)
		if (p->tier_ends[i] == today)
			tier_year_ends(p, i, today, month, out);
	pending_happen(p, &p->pending[today % PENDING_DAYS], month, out);
	for (i = 0; i < p->count; i++)
		if (p->due[i] == today)
			shopping_day(p, i, today, month, out);
	if (out->count)
		qsort(out->list, out->count, sizeof(*out->list), happening_compare);
}
