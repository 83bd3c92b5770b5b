/*
 * retail_life.c - one member's life from the first purchase to the end of the data
 *
 * Between invoices the things that fall due happen in their order: a voucher that was decided on is
 * bought, a voucher is given back, a tier's year ends. The data's local time is used throughout.
 */
#include "services/ctl/retail_life.h"
#include "services/ctl/programme.h"
#include "services/ctl/retail_categories.h"

#include <stdlib.h>
#include <string.h>
#include <talloc.h>

static const int64_t never = INT64_MAX;

/* Room for one more, as talloc arrays grow: by doubling. */
static void *room_for(const void *parent, void *array, size_t *room, size_t count, size_t size)
{
	if (count < *room)
		return array;
	*room = *room ? *room * 2 : 4096;
	return talloc_realloc_size(parent, array, *room * size);
}

static struct retail_note *note(struct life *l, enum note_kind kind, int64_t local)
{
	struct retail_history *h = l->h;
	struct retail_note *n;

	h->notes = room_for(h, h->notes, &h->note_room, h->note_count, sizeof(*h->notes));
	n = &h->notes[h->note_count];
	*n = (struct retail_note){.at = retail_history_instant(h, local),
				  .order = (int64_t)h->note_count,
				  .kind = kind,
				  .member = l->customer,
				  .transaction = NO_TRANSACTION};
	h->note_count++;
	return n;
}

day life_moved_day(const struct life *l, int64_t local)
{
	return (day)(local / DAY_SECONDS) + l->h->weeks * 7;
}

static void qualify(struct life *l, int64_t local, int64_t points)
{
	l->days[l->day_count++] = (struct earned_day){(day)(local / DAY_SECONDS), points};
	l->qualifying += points;
}

/* Drops what is over a year ago from the sum. */
static int64_t qualifying_at(struct life *l, int64_t local)
{
	day oldest = (day)(local / DAY_SECONDS) - QUALIFYING_DAYS;

	while (l->day_old < l->day_count && l->days[l->day_old].d <= oldest)
		l->qualifying -= l->days[l->day_old++].points;
	return l->qualifying < 0 ? 0 : l->qualifying;
}

static void tier_set(struct life *l, int64_t local, int to)
{
	struct retail_note *n = note(l, NOTE_TIER, local);

	n->from_tier = (int8_t)l->tier;
	n->to_tier = (int8_t)to;
	n->serial = ++l->tier_changes;
	n->balance = qualifying_at(l, local);
	l->tier = to;
	l->tier_ends = to == 0 ? never
			       : (day_add_months(life_moved_day(l, local), 12) - l->h->weeks * 7) *
					 DAY_SECONDS;
	n->until = to == 0 ? 0 : retail_history_instant(l->h, l->tier_ends);
}

static void tier_raise(struct life *l, int64_t local)
{
	int reached = tier_reached(qualifying_at(l, local));

	if (reached > l->tier)
		tier_set(l, local, reached);
}

void life_points(struct life *l, int64_t local, enum note_kind kind, int32_t transaction, int64_t points)
{
	struct retail_note *n = note(l, kind, local);

	n->transaction = transaction;
	n->points = points;
	n->balance = balance_points(&l->balance);
	if (points > 0)
		n->until = retail_history_instant(
			l->h,
			(lot_last_day(life_moved_day(l, local)) + 1 - l->h->weeks * 7) * DAY_SECONDS - 1);
	if (kind == NOTE_POINTS)
		qualify(l, local, points);
}

static void earn(struct life *l, int64_t local, int32_t transaction)
{
	struct retail_transaction *t = &l->h->transactions[transaction];
	const struct retail_promotion *p = retail_promotion_on(t->category, (day)(local / DAY_SECONDS));

	t->multiplier_tenths = p ? p->multiplier_tenths : 10;
	t->month = month_of(life_moved_day(l, local));
	t->left_points = points_for(t->amount_minor, t->multiplier_tenths);
	if (t->left_points > 0) {
		balance_earn(&l->balance, t->month, (int32_t)t->left_points);
		life_points(l, local, NOTE_POINTS, transaction, t->left_points);
	}
	if (p && p->bonus_points && t->amount_minor >= p->min_spend_minor) {
		balance_earn(&l->balance, t->month, p->bonus_points);
		life_points(l, local, NOTE_BONUS, transaction, p->bonus_points);
	}
	tier_raise(l, local);
}

int32_t life_transaction(struct life *l, int64_t local, int32_t invoice, int category, size_t first_item)
{
	struct retail_history *h = l->h;
	struct retail_transaction *t;
	size_t i;

	h->transactions = room_for(h, h->transactions, &h->transaction_room, h->transaction_count,
				   sizeof(*h->transactions));
	t = &h->transactions[h->transaction_count];
	*t = (struct retail_transaction){.invoice = invoice,
					 .reverses = NO_TRANSACTION,
					 .part = 1,
					 .category = category,
					 .first_item = first_item,
					 .item_count = h->item_count - first_item};
	for (i = first_item; i < h->item_count; i++)
		t->amount_minor += h->items[i].amount_minor;
	t->left_minor = t->amount_minor;
	note(l, NOTE_TRANSACTION, local)->transaction = (int32_t)h->transaction_count;
	return (int32_t)h->transaction_count++;
}

void life_item(struct life *l, struct retail_item item)
{
	struct retail_history *h = l->h;

	h->items = room_for(h, h->items, &h->item_room, h->item_count, sizeof(*h->items));
	h->items[h->item_count++] = item;
}

/* What the invoice has in one category becomes a transaction; its amount, 0 if there is nothing. */
static int64_t buy_category(struct life *l, size_t first, size_t end, int category)
{
	const struct retail_line *line;
	int64_t local = l->shop->invoices[l->shop->lines[first].invoice].local;
	size_t items = l->h->item_count, i;
	int32_t t = (int32_t)l->h->transaction_count;

	for (i = first; i < end; i++) {
		line = &l->shop->lines[i];
		if (l->shop->stocks[line->stock].category != category)
			continue;
		life_item(l, (struct retail_item){line->stock, line->quantity,
						  (int64_t)line->quantity * line->price_minor});
		l->bought[l->bought_count++] = (struct bought){line->stock, line->quantity, t};
	}
	if (l->h->item_count == items)
		return 0;
	life_transaction(l, local, l->shop->lines[first].invoice, category, items);
	earn(l, local, t);
	return l->h->transactions[t].amount_minor;
}

/* After an invoice that leaves enough points, one member in four decides on a voucher. */
static void redemption_decide(struct life *l, int64_t local, int32_t invoice, int category)
{
	uint64_t d = dice(names_text(l->shop->customer_ids, l->customer),
			  names_text(l->shop->invoice_numbers, invoice));

	if (balance_points(&l->balance) < REDEEM_FROM || d % 4 != 0 || l->redeem_at != never ||
	    l->cancel_at != never)
		return;
	l->redeem_at = (local / DAY_SECONDS + 1 + (int64_t)(d >> 8) % 5) * DAY_SECONDS + 9 * 3600 +
		       (int64_t)((d >> 16) % (11 * 3600));
	l->redeem_invoice = invoice;
	l->redeem_category = category;
}

static void buy(struct life *l, size_t first, size_t end)
{
	int32_t invoice = l->shop->lines[first].invoice;
	int64_t amount, most = 0;
	int category, largest = 0;

	for (category = 0; category < RETAIL_CATEGORIES; category++) {
		amount = buy_category(l, first, end, category);
		if (amount > most) {
			most = amount;
			largest = category;
		}
	}
	redemption_decide(l, l->shop->invoices[invoice].local, invoice, largest);
}

static void redeem(struct life *l)
{
	int64_t local = l->redeem_at;
	const struct voucher *v;
	struct retail_note *n;
	uint64_t d = dice(names_text(l->shop->invoice_numbers, l->redeem_invoice), "keep");

	l->redeem_at = never;
	balance_roll(&l->balance, month_of(life_moved_day(l, local)));
	if ((v = voucher_affordable(balance_points(&l->balance))) == NULL)
		return;
	n = note(l, NOTE_REDEEMED, local);
	n->transaction = l->redeem_invoice;
	n->category = l->redeem_category;
	n->points = l->voucher_points = v->points;
	l->balance.spent += v->points;
	if (d % 12 != 0)
		return;
	l->cancel_at = local + (1 + (int64_t)(d >> 8) % 3) * DAY_SECONDS;
}

/* A voucher is given back; its points return to the lots they came from, as far as these still live. */
static void redemption_cancel(struct life *l)
{
	struct retail_note *n;
	int64_t local = l->cancel_at;

	l->cancel_at = never;
	balance_roll(&l->balance, month_of(life_moved_day(l, local)));
	if (l->balance.spent < l->voucher_points)
		return;
	l->balance.spent -= l->voucher_points;
	n = note(l, NOTE_CANCELLED, local);
	n->transaction = l->redeem_invoice;
	n->category = l->redeem_category;
	n->points = l->voucher_points;
}

static void tier_year_ends(struct life *l)
{
	int64_t local = l->tier_ends;
	int reached = tier_reached(qualifying_at(l, local));

	tier_set(l, local, reached < l->tier ? reached : l->tier);
}

/* Lets everything happen that falls due up to then. */
static void live_until(struct life *l, int64_t local)
{
	for (;;) {
		if (l->tier_ends <= local && l->tier_ends <= l->redeem_at && l->tier_ends <= l->cancel_at)
			tier_year_ends(l);
		else if (l->redeem_at <= local && l->redeem_at <= l->cancel_at)
			redeem(l);
		else if (l->cancel_at <= local)
			redemption_cancel(l);
		else
			return;
	}
}

void retail_life_play(struct retail_history *h, int32_t customer, size_t first, size_t end)
{
	struct life *l = talloc_zero(h, struct life);
	const struct retail_line *lines = h->shop->lines;
	const struct retail_invoice *invoice = &h->shop->invoices[lines[first].invoice];
	size_t i, j;

	l->h = h;
	l->shop = h->shop;
	l->customer = customer;
	l->bought = talloc_array(l, struct bought, end - first);
	l->days = talloc_array(l, struct earned_day,
			       (end - first) * 2); /* a cancelled line may take back twice and more */
	l->tier_ends = l->redeem_at = l->cancel_at = never;
	l->balance.month = month_of(life_moved_day(l, invoice->local));
	note(l, NOTE_ENROLLED, invoice->local);
	for (i = first; i < end; i = j) {
		for (j = i; j < end && lines[j].invoice == lines[i].invoice; j++)
			;
		invoice = &h->shop->invoices[lines[i].invoice];
		live_until(l, invoice->local);
		(invoice->cancelled ? life_cancel : buy)(l, i, j);
	}
	live_until(l, h->shop->last);
	talloc_free(l);
}
