/*
 * retail_notices.c - what the programme itself announces: its categories, vouchers, promotions
 *
 * Every category is announced at the start, every promotion two weeks before it begins, and its end is
 * told when it is over.
 */
#include "services/ctl/retail_notices.h"
#include "services/ctl/event_text.h"
#include "services/ctl/programme.h"
#include "services/ctl/retail_categories.h"
#include "services/ctl/retail_events.h"

#include <stdio.h>
#include <stdlib.h>
#include <talloc.h>

/* A notice about a category: promotion NULL = without one. */
struct notice {
	int64_t local;
	int order, category, serial;
	const struct retail_promotion *promotion;
};

struct notices {
	const struct retail_history *h;
	struct notice list[RETAIL_CATEGORIES + 2 * RETAIL_PROMOTIONS];
	int count, next;
};

void retail_reward(int category, int32_t points, char id[ID_SIZE], char name[ID_SIZE])
{
	snprintf(id, ID_SIZE, "voucher-%d-%s", (int)points / 100, retail_categories[category].code);
	snprintf(name, ID_SIZE, "%d pounds off %s", (int)points / 100, retail_categories[category].name);
}

static void notice_write(struct notices *ns, const struct notice *n, struct line *l)
{
	const struct retail_category *c = &retail_categories[n->category];
	const struct retail_promotion *p = n->promotion;
	struct reward_text rewards[VOUCHER_COUNT];
	char ids[VOUCHER_COUNT][ID_SIZE], names[VOUCHER_COUNT][ID_SIZE], promotion[ID_SIZE];
	struct category_text e = {.code = c->code,
				  .name = c->name,
				  .currency = "GBP",
				  .serial = n->serial,
				  .at = retail_history_instant(ns->h, n->local),
				  .multiplier_tenths = p ? p->multiplier_tenths : 10,
				  .rewards = rewards,
				  .reward_count = VOUCHER_COUNT};
	int i;

	for (i = 0; i < VOUCHER_COUNT; i++) {
		retail_reward(n->category, vouchers[i].points, ids[i], names[i]);
		rewards[i] = (struct reward_text){ids[i], names[i], vouchers[i].points,
						  vouchers[i].value_minor};
	}
	if (p) {
		e.valid_from = retail_history_instant(ns->h, retail_promotion_first(p) * DAY_SECONDS);
		e.valid_to = retail_history_instant(ns->h, (retail_promotion_last(p) + 1) * DAY_SECONDS);
		snprintf(promotion, sizeof(promotion), "%s-%04d-%02d", c->code, p->first[0], p->first[1]);
		e.promotion_id = promotion;
		e.title = p->title;
		e.description = p->description;
		e.min_spend_minor = p->min_spend_minor;
		e.bonus_points = p->bonus_points;
	}
	event_category(l, RETAIL_SOURCE, &e);
}

static int notice_compare(const void *a, const void *b)
{
	const struct notice *x = a, *y = b;

	if (x->local != y->local)
		return x->local < y->local ? -1 : 1;
	return x->order - y->order;
}

static void notice_add(struct notices *ns, int64_t local, int category, const struct retail_promotion *p)
{
	if (local > ns->h->shop->last)
		return;
	ns->list[ns->count] = (struct notice){local, ns->count, category, 0, p};
	ns->count++;
}

/* All notices of the data's time, those from before it at its start. */
static void notices_fill(struct notices *ns)
{
	int64_t start = ns->h->shop->first / DAY_SECONDS * DAY_SECONDS, first, last;
	int serials[RETAIL_CATEGORIES] = {0}, category, i;
	const struct retail_promotion *p;

	for (i = 0; i < RETAIL_CATEGORIES; i++)
		notice_add(ns, start, i, NULL);
	for (p = retail_promotions; p < retail_promotions + RETAIL_PROMOTIONS; p++) {
		category = retail_category_find(p->category);
		first = retail_promotion_first(p) * DAY_SECONDS - PROMOTION_NOTICE_DAYS * DAY_SECONDS;
		last = (retail_promotion_last(p) + 1) * DAY_SECONDS;
		if (last <= start)
			continue;
		notice_add(ns, first > start ? first : start, category, p);
		notice_add(ns, last, category, NULL);
	}
	qsort(ns->list, (size_t)ns->count, sizeof(ns->list[0]), notice_compare);
	for (i = 0; i < ns->count; i++)
		ns->list[i].serial = ++serials[ns->list[i].category];
}

struct notices *notices_new(const void *parent, const struct retail_history *h)
{
	struct notices *ns = talloc_zero(parent, struct notices);

	ns->h = h;
	if (h->shop->line_count)
		notices_fill(ns);
	return ns;
}

void notices_write(struct notices *ns, instant until, struct line *l)
{
	while (ns->next < ns->count && retail_history_instant(ns->h, ns->list[ns->next].local) <= until)
		notice_write(ns, &ns->list[ns->next++], l);
}
