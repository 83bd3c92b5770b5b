/*
 * retail_life.h - one member's life from the first purchase to the end of the data
 */
#ifndef AE_CTL_RETAIL_LIFE_H
#define AE_CTL_RETAIL_LIFE_H

#include <stddef.h>
#include <stdint.h>
#include "services/ctl/programme.h"
#include "services/ctl/retail_history.h"

/* Qualifying points by day, to sum over the last 365. */
struct earned_day {
	day d;
	int64_t points;
};

/* Where a member stands while the life is played. */
struct life {
	struct retail_history *h;
	const struct retail_shop *shop;
	int32_t customer;
	struct bought *bought;
	size_t bought_count;
	struct earned_day *days;
	size_t day_count, day_old; /* those before day_old are over a year ago */
	struct balance balance;
	int tier, tier_changes;
	int64_t tier_ends; /* local seconds of what falls due; INT64_MAX: nothing does */
	int64_t redeem_at, cancel_at;
	int32_t redeem_invoice;
	int redeem_category, voucher_points;
	int64_t qualifying;
};

/* Plays the lines first..end of a customer into h; the first of them is a purchase. */
void retail_life_play(struct retail_history *h, int32_t customer, size_t first, size_t end);

/* For retail_cancel.c. */
/* The day of the moved calendar, which decides when lots expire. */
day life_moved_day(const struct life *l, int64_t local);
/* Adds to h->items, which the next transaction takes. */
void life_item(struct life *l, struct retail_item item);
/* A transaction over the items since first_item; its number. */
int32_t life_transaction(struct life *l, int64_t local, int32_t invoice, int category, size_t first_item);
/* Points of a transaction, negative when taken back from the lot of another one. */
void life_points(struct life *l, int64_t local, enum note_kind kind, int32_t transaction, int64_t points);

/* retail_cancel.c */
/* The lines first..end of a cancelled invoice. */
void life_cancel(struct life *l, size_t first, size_t end);

#endif
