/*
 * event_text.c - the six events of a programme as lines of CloudEvents JSON
 */
#include "services/ctl/event_text.h"

/* {"specversion":..., up to the id's value, which the caller completes with event_open_end(). */
static void event_open(struct line *l, const char *source, const char *type, const char *id_prefix)
{
	LINE(l, "{\"specversion\":\"1.0\",\"source\":\"");
	line_word(l, source);
	LINE(l, "\",\"type\":\"");
	line_word(l, type);
	LINE(l, "\",\"id\":\"");
	line_word(l, id_prefix);
}

static void event_open_end(struct line *l, const char *subject, instant at)
{
	if (subject) {
		LINE(l, "\",\"subject\":\"");
		line_word(l, subject);
	}
	LINE(l, "\",\"time\":");
	line_instant(l, at);
	LINE(l, ",\"datacontenttype\":\"application/json\",\"data\":{");
}

static void event_close(struct line *l)
{
	LINE(l, "}}\n");
}

/* Members after the first: ,"name":value. Values of put_word() are known to need no escaping. */
static void put_name(struct line *l, const char *name)
{
	LINE(l, ",\"");
	line_word(l, name);
	LINE(l, "\":");
}

static void put_word(struct line *l, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	put_name(l, name);
	LINE(l, "\"");
	line_word(l, value);
	LINE(l, "\"");
}

static void put_text(struct line *l, const char *name, const char *value)
{
	if (!value || !*value)
		return;
	put_name(l, name);
	line_text(l, value);
}

static void put_integer(struct line *l, const char *name, int64_t value)
{
	put_name(l, name);
	line_integer(l, value);
}

static void put_instant(struct line *l, const char *name, instant t)
{
	if (!t)
		return;
	put_name(l, name);
	line_instant(l, t);
}

static void first_word(struct line *l, const char *name, const char *value)
{
	LINE(l, "\"");
	line_word(l, name);
	LINE(l, "\":\"");
	line_word(l, value);
	LINE(l, "\"");
}

static void put_items(struct line *l, const struct item_text *items, size_t count)
{
	size_t i;

	if (!count)
		return;
	LINE(l, ",\"items\":[");
	for (i = 0; i < count; i++) {
		if (i)
			LINE(l, ",");
		LINE(l, "{");
		first_word(l, "item_id", items[i].id);
		put_text(l, "name", items[i].name);
		put_word(l, "category", items[i].category);
		put_integer(l, "quantity", items[i].quantity);
		put_integer(l, "amount_minor", items[i].amount_minor);
		LINE(l, "}");
	}
	LINE(l, "]");
}

void event_transaction(struct line *l, const char *source, const struct transaction_text *e)
{
	event_open(l, source, "TransactionProcessedEvent", "tx-");
	line_word(l, e->id);
	event_open_end(l, e->member, e->at);
	first_word(l, "transaction_id", e->id);
	put_word(l, "member_id", e->member);
	put_integer(l, "amount_minor", e->amount_minor);
	put_word(l, "currency", e->currency);
	put_word(l, "category", e->category);
	put_instant(l, "occurred_at", e->at);
	put_word(l, "merchant_id", e->merchant_id);
	put_text(l, "merchant_name", e->merchant_name);
	put_word(l, "channel", e->channel);
	put_word(l, "region", e->region);
	put_word(l, "status", e->reversed ? "reversed" : "completed");
	put_word(l, "reverses", e->reverses);
	put_items(l, e->items, e->item_count);
	event_close(l);
}

void event_points(struct line *l, const char *source, const struct points_text *e)
{
	event_open(l, source, "PointsEarnedEvent", "pts-");
	line_word(l, e->id);
	event_open_end(l, e->member, e->at);
	first_word(l, "member_id", e->member);
	put_integer(l, "points", e->points);
	put_instant(l, "occurred_at", e->at);
	put_word(l, "lot_id", e->lot);
	put_word(l, "transaction_id", e->transaction);
	put_word(l, "category", e->category);
	put_word(l, "reason", e->reason);
	LINE(l, ",\"qualifying\":");
	line_word(l, e->bonus ? "false" : "true");
	put_instant(l, "expires_at", e->expires_at);
	if (e->has_balance)
		put_integer(l, "balance_after", e->balance);
	event_close(l);
}

void event_enrolment(struct line *l, const char *source, const struct enrolment_text *e)
{
	event_open(l, source, "MemberEnrolledEvent", "enrol-");
	line_word(l, e->member);
	event_open_end(l, e->member, e->at);
	first_word(l, "member_id", e->member);
	put_instant(l, "enrolled_at", e->at);
	put_word(l, "tier", e->tier);
	put_word(l, "locale", e->locale);
	put_word(l, "time_zone", e->time_zone);
	put_word(l, "region", e->region);
	put_word(l, "program_channel", e->channel);
	event_close(l);
}

void event_tier(struct line *l, const char *source, const struct tier_text *e)
{
	event_open(l, source, "TierAdvancedEvent", "tier-");
	line_word(l, e->member);
	LINE(l, "-");
	line_integer(l, e->serial);
	event_open_end(l, e->member, e->at);
	first_word(l, "member_id", e->member);
	put_word(l, "to_tier", e->to);
	put_instant(l, "effective_at", e->at);
	put_word(l, "from_tier", e->from);
	put_word(l, "direction", e->direction);
	put_integer(l, "qualifying_points", e->qualifying);
	put_instant(l, "valid_until", e->valid_until);
	event_close(l);
}

void event_redemption(struct line *l, const char *source, const struct redemption_text *e)
{
	event_open(l, source, "RedemptionProcessedEvent", e->cancelled ? "cancel-" : "redeem-");
	line_word(l, e->id);
	event_open_end(l, e->member, e->at);
	first_word(l, "member_id", e->member);
	put_word(l, "redemption_id", e->id);
	put_integer(l, "points", e->points);
	put_instant(l, "occurred_at", e->at);
	put_word(l, "reward_id", e->reward_id);
	put_text(l, "reward_name", e->reward_name);
	put_word(l, "category", e->category);
	put_integer(l, "value_minor", e->value_minor);
	put_word(l, "currency", e->currency);
	put_word(l, "channel", e->channel);
	put_word(l, "status", e->cancelled ? "cancelled" : "completed");
	event_close(l);
}

static void put_promotion(struct line *l, const struct category_text *e)
{
	LINE(l, ",\"promotion\":{");
	first_word(l, "promotion_id", e->promotion_id);
	put_text(l, "title", e->title);
	put_text(l, "description", e->description);
	if (e->min_spend_minor) {
		put_integer(l, "min_spend_minor", e->min_spend_minor);
		put_word(l, "currency", e->currency);
	}
	if (e->bonus_points)
		put_integer(l, "bonus_points", e->bonus_points);
	LINE(l, "}");
}

static void put_rewards(struct line *l, const struct category_text *e)
{
	size_t i;

	LINE(l, ",\"rewards\":[");
	for (i = 0; i < e->reward_count; i++) {
		if (i)
			LINE(l, ",");
		LINE(l, "{");
		first_word(l, "reward_id", e->rewards[i].id);
		put_text(l, "name", e->rewards[i].name);
		put_integer(l, "points", e->rewards[i].points);
		put_integer(l, "value_minor", e->rewards[i].value_minor);
		put_word(l, "currency", e->currency);
		LINE(l, "}");
	}
	LINE(l, "]");
}

void event_category(struct line *l, const char *source, const struct category_text *e)
{
	event_open(l, source, "CategoryUpdatedEvent", "category-");
	line_word(l, e->code);
	LINE(l, "-");
	line_integer(l, e->serial);
	event_open_end(l, NULL, e->at);
	first_word(l, "category", e->code);
	put_text(l, "name", e->name);
	LINE(l, ",\"active\":true,\"points_multiplier\":");
	line_integer(l, e->multiplier_tenths / 10);
	if (e->multiplier_tenths % 10) {
		LINE(l, ".");
		line_integer(l, e->multiplier_tenths % 10);
	}
	put_instant(l, "valid_from", e->valid_from);
	put_instant(l, "valid_to", e->valid_to);
	if (e->promotion_id)
		put_promotion(l, e);
	put_rewards(l, e);
	event_close(l);
}
