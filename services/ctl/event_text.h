/*
 * event_text.h - the six events of a programme as lines of CloudEvents JSON
 *
 * Each function appends one whole line. NULL and empty values are left out. The event's id is made
 * from what it tells of, so the same happening always has the same (source, id).
 */
#ifndef AE_CTL_EVENT_TEXT_H
#define AE_CTL_EVENT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include "common/clock.h"
#include "services/ctl/line.h"

struct item_text {
	const char *id, *name, *category;
	int64_t quantity, amount_minor;
};

struct transaction_text {
	const char *id, *member, *category, *currency;
	int64_t amount_minor;
	instant at;
	const char *merchant_id, *merchant_name, *channel, *region;
	bool reversed;
	const char *reverses; /* the transaction taken back, if known */
	const struct item_text *items;
	size_t item_count;
};

struct points_text {
	const char *id, *member, *transaction, *lot, *category, *reason;
	int64_t points;
	instant at;
	bool bonus;         /* does not count towards tiers */
	instant expires_at; /* 0: none */
	bool has_balance;
	int64_t balance;
};

struct enrolment_text {
	const char *member, *tier, *region, *locale, *time_zone, *channel;
	instant at;
};

struct tier_text {
	const char *member, *from, *to, *direction;
	int serial; /* which change of this member's, from 1 */
	int64_t qualifying;
	instant at, valid_until; /* valid_until 0: without end */
};

struct redemption_text {
	const char *id, *member, *reward_id, *reward_name, *category, *currency, *channel;
	int64_t points, value_minor;
	instant at;
	bool cancelled;
};

struct reward_text {
	const char *id, *name;
	int64_t points, value_minor;
};

struct category_text {
	const char *code, *name, *currency;
	int serial; /* which notice about this category, from 1 */
	instant at;
	int multiplier_tenths;
	instant valid_from, valid_to; /* 0: none */
	const char *promotion_id, *title, *description;
	int64_t min_spend_minor, bonus_points; /* 0: none */
	const struct reward_text *rewards;
	size_t reward_count;
};

void event_transaction(struct line *l, const char *source, const struct transaction_text *e);
void event_points(struct line *l, const char *source, const struct points_text *e);
void event_enrolment(struct line *l, const char *source, const struct enrolment_text *e);
void event_tier(struct line *l, const char *source, const struct tier_text *e);
void event_redemption(struct line *l, const char *source, const struct redemption_text *e);
void event_category(struct line *l, const char *source, const struct category_text *e);

#endif
