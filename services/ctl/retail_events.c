/*
 * retail_events.c - the notes of a history as events, in order of time
 */
#include "services/ctl/retail_events.h"
#include "services/ctl/event_text.h"
#include "services/ctl/programme.h"
#include "common/progress.h"
#include "services/ctl/retail_categories.h"
#include "services/ctl/retail_notices.h"
#include "services/ctl/retail_places.h"

#include <stdio.h>
#include <talloc.h>

struct writer {
	const struct retail_history *h;
	const struct retail_shop *shop;
	struct event_sink *sink;
	struct line *line;
	struct item_text *items;
};

static const char shop_currency[] = "GBP", shop_id[] = "retail-shop", shop_name[] = "Online Gift Shop",
		  shop_channel[] = "web";

static const char *transaction_id(const struct writer *w, const struct retail_transaction *t,
				  char id[ID_SIZE])
{
	const char *invoice = names_text(w->shop->invoice_numbers, t->invoice);
	const char *category = retail_categories[t->category].code;

	if (t->part > 1)
		snprintf(id, ID_SIZE, "%.40s-%s-%d", invoice, category, t->part);
	else
		snprintf(id, ID_SIZE, "%.40s-%s", invoice, category);
	return id;
}

static const struct retail_place *member_place(const struct writer *w, int32_t member)
{
	return retail_place_of(names_text(w->shop->countries, w->shop->customer_country[member]));
}

static void write_enrolled(struct writer *w, const struct retail_note *n)
{
	const struct retail_place *place = member_place(w, n->member);
	struct enrolment_text e = {.member = names_text(w->shop->customer_ids, n->member),
				   .tier = tiers[0].name,
				   .region = place->region,
				   .locale = place->locale,
				   .time_zone = place->time_zone,
				   .channel = shop_channel,
				   .at = n->at};

	event_enrolment(w->line, RETAIL_SOURCE, &e);
}

static void items_fill(struct writer *w, const struct retail_transaction *t)
{
	const struct retail_item *item;
	size_t i;

	w->items = talloc_realloc(w, w->items, struct item_text, t->item_count);
	for (i = 0; i < t->item_count; i++) {
		item = &w->h->items[t->first_item + i];
		w->items[i] = (struct item_text){.id = names_text(w->shop->stock_codes, item->stock),
						 .name = w->shop->stocks[item->stock].name,
						 .quantity = item->quantity,
						 .amount_minor = item->amount_minor};
	}
}

static void write_transaction(struct writer *w, const struct retail_note *n)
{
	const struct retail_transaction *t = &w->h->transactions[n->transaction];
	char id[ID_SIZE], reverses[ID_SIZE];
	struct transaction_text e = {.id = transaction_id(w, t, id),
				     .member = names_text(w->shop->customer_ids, n->member),
				     .category = retail_categories[t->category].code,
				     .currency = shop_currency,
				     .amount_minor = t->amount_minor,
				     .at = n->at,
				     .merchant_id = shop_id,
				     .merchant_name = shop_name,
				     .channel = shop_channel,
				     .region = member_place(w, n->member)->region,
				     .reversed = t->amount_minor < 0,
				     .item_count = t->item_count};

	if (t->reverses != NO_TRANSACTION)
		e.reverses = transaction_id(w, &w->h->transactions[t->reverses], reverses);
	items_fill(w, t);
	e.items = w->items;
	event_transaction(w->line, RETAIL_SOURCE, &e);
}

/* Points taken back name the lot that they came from. */
static void write_points(struct writer *w, const struct retail_note *n)
{
	const struct retail_transaction *t = &w->h->transactions[n->transaction];
	char id[ID_SIZE], lot[ID_SIZE], bonus[ID_SIZE + 8];
	struct points_text e = {.id = transaction_id(w, t, id),
				.member = names_text(w->shop->customer_ids, n->member),
				.transaction = id,
				.lot = id,
				.category = retail_categories[t->category].code,
				.reason = t->multiplier_tenths > 10 ? "promotion" : "purchase",
				.points = n->points,
				.at = n->at,
				.expires_at = n->until,
				.has_balance = true,
				.balance = n->balance};

	if (n->points < 0) {
		e.reason = "reversal";
		e.lot = transaction_id(w, &w->h->transactions[t->reverses], lot);
	}
	if (n->kind == NOTE_BONUS) {
		snprintf(bonus, sizeof(bonus), "%s-bonus", id);
		e.id = e.lot = bonus;
		e.reason = "bonus";
		e.bonus = true;
	}
	event_points(w->line, RETAIL_SOURCE, &e);
}

static void write_tier(struct writer *w, const struct retail_note *n)
{
	struct tier_text e = {.member = names_text(w->shop->customer_ids, n->member),
			      .from = tiers[n->from_tier].name,
			      .to = tiers[n->to_tier].name,
			      .direction = n->to_tier > n->from_tier   ? "up"
					   : n->to_tier < n->from_tier ? "down"
								       : "renewed",
			      .serial = n->serial,
			      .qualifying = n->balance,
			      .at = n->at,
			      .valid_until = n->until};

	event_tier(w->line, RETAIL_SOURCE, &e);
}

static void write_redemption(struct writer *w, const struct retail_note *n)
{
	char id[ID_SIZE], reward_id[ID_SIZE], reward_name[ID_SIZE];
	struct redemption_text e = {.id = id,
				    .member = names_text(w->shop->customer_ids, n->member),
				    .reward_id = reward_id,
				    .reward_name = reward_name,
				    .category = retail_categories[n->category].code,
				    .currency = shop_currency,
				    .channel = shop_channel,
				    .points = n->points,
				    .value_minor = n->points,
				    .at = n->at,
				    .cancelled = n->kind == NOTE_CANCELLED};

	snprintf(id, sizeof(id), "%.40s-voucher", names_text(w->shop->invoice_numbers, n->transaction));
	retail_reward(n->category, (int32_t)n->points, reward_id, reward_name);
	event_redemption(w->line, RETAIL_SOURCE, &e);
}

static void write_note(struct writer *w, const struct retail_note *n)
{
	switch (n->kind) {
	case NOTE_ENROLLED:
		write_enrolled(w, n);
		break;
	case NOTE_TRANSACTION:
		write_transaction(w, n);
		break;
	case NOTE_POINTS:
	case NOTE_BONUS:
		write_points(w, n);
		break;
	case NOTE_TIER:
		write_tier(w, n);
		break;
	case NOTE_REDEEMED:
	case NOTE_CANCELLED:
		write_redemption(w, n);
		break;
	}
}

static bool writer_flush(struct writer *w)
{
	bool ok = event_sink_put(w->sink, w->line->text, w->line->length);

	w->line->length = 0;
	return ok;
}

bool retail_events_write(const struct retail_history *h, struct event_sink *sink)
{
	struct writer *w = talloc_zero(h, struct writer);
	struct progress *p = progress_new(w, "writing", "events", (int64_t)h->note_count);
	struct notices *notices = notices_new(w, h);
	bool ok = true;
	size_t i;

	w->h = h;
	w->shop = h->shop;
	w->sink = sink;
	w->line = line_new(w);
	for (i = 0; i < h->note_count && ok; i++) {
		notices_write(notices, h->notes[i].at, w->line);
		write_note(w, &h->notes[i]);
		ok = writer_flush(w);
		progress_at(p, (int64_t)i + 1);
	}
	notices_write(notices, INSTANT_MAX, w->line);
	ok = ok && writer_flush(w);
	progress_end(p);
	talloc_free(w);
	return ok;
}
