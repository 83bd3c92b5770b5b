/*
 * booking.c - events into sums
 *
 * Everything but the points ledger is a plain sum, a minimum, a maximum or "the newest by event
 * time", so neither order nor lateness matters. A reversal is booked on its own day, with its
 * amount taken off (docs/facts.md, "Reversals").
 */
#include <string.h>
#include <talloc.h>

#include "services/analytics/booking.h"
#include "services/analytics/working_set.h"

enum kind {
	KIND_NONE,
	KIND_TRANSACTION,
	KIND_EARNED,
	KIND_ENROLLED,
	KIND_TIER,
	KIND_REDEMPTION
};

static enum kind kind_of(const struct log_event *e)
{
	static const struct {
		const char *type;
		enum kind kind;
	} kinds[] = {{"TransactionProcessedEvent", KIND_TRANSACTION},
		     {"PointsEarnedEvent", KIND_EARNED},
		     {"MemberEnrolledEvent", KIND_ENROLLED},
		     {"TierAdvancedEvent", KIND_TIER},
		     {"RedemptionProcessedEvent", KIND_REDEMPTION}};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].type, e->type) == 0)
			return kinds[i].kind;
	return KIND_NONE;
}

bool event_of_member(const struct log_event *e)
{
	return kind_of(e) != KIND_NONE;
}

bool event_books(const struct log_event *e)
{
	enum kind k = kind_of(e);

	return k == KIND_TRANSACTION || k == KIND_EARNED || k == KIND_REDEMPTION;
}

bool event_moves_points(const struct log_event *e)
{
	enum kind k = kind_of(e);

	return k == KIND_EARNED || k == KIND_REDEMPTION;
}

static instant data_instant(const struct log_event *e, const char *name, instant fallback)
{
	const char *text = json_get_text(e->data, name, NULL);
	instant t;

	return text && instant_parse(text, &t) ? t : fallback;
}

instant event_when(const struct log_event *e)
{
	return data_instant(e, "occurred_at",
			    data_instant(e, "enrolled_at", data_instant(e, "effective_at", e->time)));
}

/* --- profile and tier ------------------------------------------------------------------------------ */

/* The newest word holds, of one instant's the greater: no order of arrival makes a difference. */
static bool profile_text(struct member *m, enum profile_field f, const char **field,
			 const struct log_event *e, const char *name)
{
	const char *text = json_get_text(e->data, name, NULL);

	if (text == NULL || (m->told[f] != INSTANT_NONE && e->time < m->told[f]) ||
	    (e->time == m->told[f] && *field && strcmp(text, *field) <= 0))
		return false;
	m->told[f] = e->time;
	*field = talloc_strdup(m, text);
	return true;
}

bool book_zone(struct member *m, const struct log_event *e)
{
	return profile_text(m, PROFILE_ZONE, &m->time_zone, e, "time_zone");
}

static void profile_birth(struct member *m, const struct log_event *e)
{
	const char *text = json_get_text(e->data, "birth_date", NULL);
	day born;

	if (text == NULL || !day_parse(text, &born) ||
	    (m->told[PROFILE_BIRTH] != INSTANT_NONE && e->time < m->told[PROFILE_BIRTH]) ||
	    (e->time == m->told[PROFILE_BIRTH] && born <= m->birth_date))
		return;
	m->told[PROFILE_BIRTH] = e->time;
	m->birth_date = born;
}

/* The newest tier holds; at one instant a change of tier counts more than an enrolment, then the name
 * decides. */
static void tell_tier(struct member *m, const char *tier, instant since, bool changed, instant until)
{
	int order = (since > m->tier_since) - (since < m->tier_since);

	if (order == 0 && m->tier)
		order = changed != m->tier_changed ? changed - m->tier_changed : strcmp(tier, m->tier);
	if (m->tier && (order < 0 || (order == 0 && until <= m->tier_valid_until)))
		return;
	m->tier = talloc_strdup(m, tier);
	m->tier_since = since;
	m->tier_valid_until = until;
	m->tier_changed = changed;
}

void book_profile(struct member *m, const struct log_event *e)
{
	instant enrolled = data_instant(e, "enrolled_at", e->time);
	const char *tier = json_get_text(e->data, "tier", NULL);

	if (m->enrolled_at == INSTANT_NONE || enrolled < m->enrolled_at)
		m->enrolled_at = enrolled;
	if (m->profile_time == INSTANT_NONE || e->time > m->profile_time)
		m->profile_time = e->time;
	book_zone(m, e);
	profile_text(m, PROFILE_LOCALE, &m->locale, e, "locale");
	profile_text(m, PROFILE_REGION, &m->region, e, "region");
	profile_birth(m, e);
	if (tier)
		tell_tier(m, tier, enrolled, false, INSTANT_NONE);
}

static void book_tier(struct member *m, const struct log_event *e)
{
	tell_tier(m, json_get_text(e->data, "to_tier", ""), data_instant(e, "effective_at", e->time), true,
		  data_instant(e, "valid_until", INSTANT_NONE));
}

/* --- spend ----------------------------------------------------------------------------------------- */

struct spend {
	const char *currency, *category, *channel, *merchant_id, *merchant_name;
	int64_t minor; /* signed: what it does to the sums */
	bool reversal;
	instant when;
	day day;
};

static void read_spend(const struct log_event *e, const struct tz *zone, struct spend *s)
{
	int64_t amount = json_get_integer(e->data, "amount_minor", 0);

	s->reversal = strcmp(json_get_text(e->data, "status", "completed"), "reversed") == 0;
	s->minor = s->reversal && amount > 0 ? -amount : amount;
	s->currency = json_get_text(e->data, "currency", "");
	s->category = json_get_text(e->data, "category", "");
	s->channel = json_get_text(e->data, "channel", NULL);
	s->merchant_id = json_get_text(e->data, "merchant_id", json_get_text(e->data, "merchant_name", NULL));
	s->merchant_name = json_get_text(e->data, "merchant_name", s->merchant_id);
	s->when = event_when(e);
	s->day = tz_day(zone, s->when);
}

static void book_spend_life(struct member *m, const struct spend *s)
{
	struct currency_sum *money = member_currency(m, s->currency);
	struct category_sum *category = member_category(m, s->currency, s->category);

	money->spend_minor = sum_of(money->spend_minor, s->minor);
	category->spend_minor = sum_of(category->spend_minor, s->minor);
	if (s->reversal) {
		money->reversals++;
		m->reversals++;
		return;
	}
	money->purchases++;
	category->purchases++;
	m->transactions++;
	if (category->first == DAY_NONE || s->day < category->first)
		category->first = s->day;
	if (category->last == DAY_NONE || s->day > category->last)
		category->last = s->day;
	if (m->first_transaction_at == INSTANT_NONE || s->when < m->first_transaction_at)
		m->first_transaction_at = s->when;
	if (m->last_transaction_at == INSTANT_NONE || s->when > m->last_transaction_at)
		m->last_transaction_at = s->when;
	if (s->channel)
		member_channel(m, s->channel)->purchases++;
}

static void book_spend_month(struct month *month, const struct spend *s)
{
	int mday = s->day - month->start + 1;
	struct spend_cell *cell = month_spend(month, s->currency, mday, s->category);
	struct merchant_cell *merchant;
	struct channel_cell *channel;

	cell->spend_minor = sum_of(cell->spend_minor, s->minor);
	cell->purchases += !s->reversal;
	cell->reversals += s->reversal;
	if (s->merchant_id) {
		merchant = month_merchant(month, s->currency, s->merchant_id, s->merchant_name);
		merchant->spend_minor = sum_of(merchant->spend_minor, s->minor);
		merchant->purchases += !s->reversal;
	}
	if (s->channel) {
		channel = month_channel(month, s->currency, s->channel);
		channel->spend_minor = sum_of(channel->spend_minor, s->minor);
		channel->purchases += !s->reversal;
	}
}

/* --- points ---------------------------------------------------------------------------------------- */

static void book_earned(struct member_slot *slot, struct month *month, const struct log_event *e, day d,
			const struct tz *zone)
{
	int64_t points = json_get_integer(e->data, "points", 0);
	struct points_cell *cell = month_points(month, d - month->start + 1,
						json_get_text(e->data, "category", ""));
	const char *ref = json_get_text(e->data, "lot_id", json_get_text(e->data, "transaction_id", e->id));
	struct movement m = {event_when(e),
			     points < 0 ? MOVEMENT_ADJUST : MOVEMENT_EARN,
			     points < 0 ? -points : points,
			     points < 0 ? INSTANT_NONE : data_instant(e, "expires_at", INSTANT_NONE),
			     ref,
			     ""};

	cell->earned = sum_of(cell->earned, points);
	if (json_get_boolean(e->data, "qualifying", true))
		cell->qualifying = sum_of(cell->qualifying, points);
	slot->member->points_earned = sum_of(slot->member->points_earned, points);
	if (points != 0)
		ledger_book(slot->member, slot->ledger, &m, zone);
}

/* Named lots become one movement each; what they do not cover comes from any lot. */
static void redeem(struct member_slot *slot, const struct log_event *e, int64_t points, const struct tz *zone)
{
	const struct json *lots = json_get(e->data, "lots"), *lot;
	struct movement m = {event_when(e),
			     MOVEMENT_REDEEM,
			     0,
			     INSTANT_NONE,
			     json_get_text(e->data, "redemption_id", ""),
			     ""};
	int64_t left = points;

	for (lot = lots ? lots->first : NULL; lot && left > 0; lot = lot->next) {
		m.points = json_get_integer(lot, "points", 0);
		m.points = m.points < left ? m.points : left;
		m.lot = json_get_text(lot, "lot_id", "");
		if (m.points > 0)
			ledger_book(slot->member, slot->ledger, &m, zone);
		left -= m.points;
	}
	m.points = left;
	m.lot = "";
	if (left > 0)
		ledger_book(slot->member, slot->ledger, &m, zone);
}

static void book_redemption(struct member_slot *slot, struct month *month, const struct log_event *e, day d,
			    const struct tz *zone)
{
	int64_t points = json_get_integer(e->data, "points", 0);
	bool cancelled = strcmp(json_get_text(e->data, "status", "completed"), "cancelled") == 0;
	struct points_cell *cell = month_points(month, d - month->start + 1,
						json_get_text(e->data, "category", ""));
	struct movement back = {event_when(e),
				MOVEMENT_CANCEL,
				points,
				INSTANT_NONE,
				json_get_text(e->data, "redemption_id", ""),
				""};

	cell->redeemed = sum_of(cell->redeemed, cancelled ? -points : points);
	slot->member->points_redeemed = sum_of(slot->member->points_redeemed, cancelled ? -points : points);
	if (points == 0)
		return;
	if (cancelled)
		ledger_book(slot->member, slot->ledger, &back, zone);
	else
		redeem(slot, e, points, zone);
}

void book_event(struct working_set *ws, const struct log_event *e, const struct tz *programme)
{
	struct member_slot *slot = working_set_member(ws, e->subject);
	struct member *m = slot->member;
	const struct tz *zone = member_zone(m, programme);
	enum kind kind = kind_of(e);
	struct spend s;
	day d = tz_day(zone, event_when(e));

	switch (kind) {
	case KIND_NONE:
		return;
	case KIND_TRANSACTION:
		read_spend(e, zone, &s);
		book_spend_life(m, &s);
		book_spend_month(working_set_month(ws, slot->id, day_month_start(d)), &s);
		break;
	case KIND_EARNED:
		book_earned(slot, working_set_month(ws, slot->id, day_month_start(d)), e, d, zone);
		break;
	case KIND_REDEMPTION:
		book_redemption(slot, working_set_month(ws, slot->id, day_month_start(d)), e, d, zone);
		break;
	case KIND_ENROLLED:
		book_profile(m, e);
		break;
	case KIND_TIER:
		book_tier(m, e);
		break;
	}
	if (e->position > m->position)
		m->position = e->position;
	if (m->last_event_at == INSTANT_NONE || e->time > m->last_event_at)
		m->last_event_at = e->time;
}
