/*
 * member.h - what is known about one member over its whole life
 */
#ifndef AE_MEMBER_H
#define AE_MEMBER_H

#include "services/analytics/points.h"

struct currency_sum {
	char currency[4];
	int64_t spend_minor, purchases, reversals;
};

struct category_sum {
	char currency[4];
	const char *category;
	int64_t spend_minor, purchases;
	day first, last; /* of purchases */
};

struct channel_sum {
	const char *channel;
	int64_t purchases;
};

/* Fields of the profile that each remember when they were told, so that an older word cannot win. */
enum profile_field {
	PROFILE_ZONE,
	PROFILE_LOCALE,
	PROFILE_REGION,
	PROFILE_BIRTH,
	PROFILE_FIELDS
};

struct member {
	const char *member_id;
	bool stored; /* has a row already */
	bool rebook; /* its zone became known after days were booked without it */
	int shard;
	int64_t first_position, position;
	instant last_event_at;
	instant enrolled_at, profile_time;       /* INSTANT_NONE: not known */
	const char *time_zone, *locale, *region; /* NULL: not known */
	day birth_date;
	instant told[PROFILE_FIELDS]; /* INSTANT_NONE: never */
	const char *tier;
	instant tier_since, tier_valid_until;
	bool tier_changed; /* a change of tier said it, not an enrolment */
	int64_t transactions, reversals;
	instant first_transaction_at, last_transaction_at;
	int64_t points_earned, points_redeemed;
	struct points points;
	struct currency_sum *currencies;
	size_t currency_count;
	struct category_sum *categories;
	size_t category_count;
	struct channel_sum *channels;
	size_t channel_count;
};

enum {
	MEMBER_CATEGORIES_MAX = 200
}; /* more are booked as "other" */

struct member *member_new(const void *parent, const char *member_id, int shard, int64_t position);
/* Forgets what was booked, not who the member is. */
void member_reset(struct member *m);

struct currency_sum *member_currency(struct member *m, const char *currency);
struct category_sum *member_category(struct member *m, const char *currency, const char *category);
struct channel_sum *member_channel(struct member *m, const char *channel);

/* The currency of most purchases (then of most spend, then by code); NULL without any. */
const struct currency_sum *member_main_currency(const struct member *m);
const char *member_favourite_channel(const struct member *m); /* NULL without any */
/* The member's zone, else the programme's. */
const struct tz *member_zone(const struct member *m, const struct tz *programme);

void member_encode_state(struct json_writer *w, const struct member *m);
void member_decode_state(struct member *m, const struct json *state);

#endif
