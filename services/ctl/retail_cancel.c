/*
 * retail_cancel.c - what a cancelled invoice takes back
 *
 * A cancelled line names an item and a number of units, not the invoice. The units are taken from
 * the member's earlier lines of that item, newest first; there is one reversal for each transaction
 * that loses something, and one for what nothing can be found for.
 */
#include "services/ctl/retail_life.h"

#include <stdlib.h>
#include <talloc.h>

/* A part of a cancelled line. */
struct portion {
	int32_t reverses;
	int category;
	struct retail_item item;
};

static int portion_compare(const void *a, const void *b)
{
	const struct portion *x = a, *y = b;

	if (x->category != y->category)
		return x->category < y->category ? -1 : 1;
	if (x->reverses != y->reverses)
		return x->reverses > y->reverses ? -1 : 1;
	return (x->item.stock > y->item.stock) - (x->item.stock < y->item.stock);
}

/* Splits a cancelled line over the purchases that it cancels, newest first; the rest cancels none. */
static size_t portions_find(struct life *l, const struct retail_line *line, struct portion **list,
			    size_t count)
{
	int32_t wanted = -line->quantity, taken, transaction;
	int category;

	while (wanted > 0) {
		taken = bought_cancel(l->bought, l->bought_count, line->stock, wanted, &transaction);
		category = l->shop->stocks[line->stock].category;
		if (!taken) {
			l->h->unmatched++;
			taken = wanted;
			transaction = NO_TRANSACTION;
		}
		*list = talloc_realloc(l, *list, struct portion, count + 1);
		(*list)[count++] = (struct portion){
			transaction, category, {line->stock, -taken, -(int64_t)taken * line->price_minor}};
		wanted -= taken;
	}
	return count;
}

/* The points that the cancelled part of a transaction had brought are taken back from its lot. */
static void points_take_back(struct life *l, int64_t local, int32_t reversal)
{
	struct retail_transaction *r = &l->h->transactions[reversal], *t;
	int64_t points;

	if (r->reverses == NO_TRANSACTION)
		return;
	t = &l->h->transactions[r->reverses];
	t->left_minor += r->amount_minor;
	points = t->left_points - points_for(t->left_minor, t->multiplier_tenths);
	t->left_points -= points;
	balance_roll(&l->balance, month_of(life_moved_day(l, local)));
	if (points > 0 && balance_revoke(&l->balance, t->month, (int32_t)points))
		life_points(l, local, NOTE_POINTS, reversal, -points);
}

void life_cancel(struct life *l, size_t first, size_t end)
{
	int32_t invoice = l->shop->lines[first].invoice, part = 0, t;
	int64_t local = l->shop->invoices[invoice].local;
	struct portion *list = NULL;
	size_t count = 0, i, j, items;

	for (i = first; i < end; i++)
		count = portions_find(l, &l->shop->lines[i], &list, count);
	if (count)
		qsort(list, count, sizeof(*list), portion_compare);
	for (i = 0; i < count; i = j) {
		part = i && list[i - 1].category == list[i].category ? part + 1 : 1;
		items = l->h->item_count;
		for (j = i; j < count && list[j].category == list[i].category &&
			    list[j].reverses == list[i].reverses;
		     j++)
			life_item(l, list[j].item);
		t = life_transaction(l, local, invoice, list[i].category, items);
		l->h->transactions[t].reverses = list[i].reverses;
		l->h->transactions[t].part = part;
		points_take_back(l, local, t);
	}
	talloc_free(list);
}
