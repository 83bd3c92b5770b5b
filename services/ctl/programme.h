/*
 * programme.h - the rules of the sample programme: points, lots, tiers, vouchers
 *
 * The importer and the generator both keep to these; docs/sample-programme.md tells them in prose.
 * Pure arithmetic on integers, so that the same input always gives the same programme.
 */
#ifndef AE_CTL_PROGRAMME_H
#define AE_CTL_PROGRAMME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/clock.h"

enum {
	TIER_COUNT = 4,
	VOUCHER_COUNT = 5,
	QUALIFYING_DAYS = 365,
	LOT_MONTHS = 13,
	REDEEM_FROM = 500
};

struct tier {
	const char *name;
	int64_t threshold; /* qualifying points */
};

struct voucher {
	int32_t points, value_minor; /* a point is a penny */
};

extern const struct tier tiers[TIER_COUNT];
extern const struct voucher vouchers[VOUCHER_COUNT];

/* The highest tier whose threshold is reached. */
int tier_reached(int64_t qualifying);
/* The dearest voucher that points can buy, NULL if none. */
const struct voucher *voucher_affordable(int64_t points);

/* A point for every whole pound, times the multiplier; what is not a whole point is lost. */
int64_t points_for(int64_t amount_minor, int multiplier_tenths);

/* Months since 1970-01. */
int32_t month_of(day d);
/* The last day on which points earned on that day are good: the end of the month 12 months later. */
day lot_last_day(day earned);

/*
 * A member's balance. Lots of one month expire together, so thirteen sums say as much as all lots do.
 * Redemptions use the oldest first, so one number says how much of the sums is gone.
 */
struct balance {
	int32_t month; /* the newest month in the ring */
	int32_t earned[LOT_MONTHS];
	int32_t spent;
};

/* Moves on to a month: what has expired by then is dropped. Months only go forward. */
void balance_roll(struct balance *b, int32_t month);
void balance_earn(struct balance *b, int32_t month, int32_t points);
/* Takes back points that were earned in a month; false if they have expired already. */
bool balance_revoke(struct balance *b, int32_t month, int32_t points);
int64_t balance_points(const struct balance *b);
/* What was earned in the newest month and the eleven before it. */
int64_t balance_year(const struct balance *b);

/* FNV-1a over a text, finished so that every bit depends on every byte: the programme's dice. */
uint64_t dice(const char *a, const char *b);

#endif
