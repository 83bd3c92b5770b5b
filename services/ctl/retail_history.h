/*
 * retail_history.h - the life of every member, derived from the shop's invoices
 *
 * Members do not touch each other, so each life is played alone, invoice by invoice, and what
 * happens is noted; at the end all notes are sorted by time. Turning notes into events is
 * retail_events.c's.
 */
#ifndef AE_CTL_RETAIL_HISTORY_H
#define AE_CTL_RETAIL_HISTORY_H

#include <stddef.h>
#include <stdint.h>
#include "common/clock.h"
#include "common/tz.h"
#include "services/ctl/retail_shop.h"

enum {
	NO_TRANSACTION = -1
};

/* Units of one item in a transaction; negative when taken back. */
struct retail_item {
	int32_t stock, quantity;
	int64_t amount_minor;
};

/* What one invoice has in one category, or the part of it that a cancellation takes back. */
struct retail_transaction {
	int32_t invoice, reverses; /* reverses: the transaction, or NO_TRANSACTION */
	int32_t part; /* from 1: a cancellation may take back from several transactions of a category */
	int category;
	int multiplier_tenths;
	int64_t amount_minor;
	int64_t left_minor, left_points; /* not yet cancelled */
	int32_t month;                   /* its points' lot, as a month of the moved calendar */
	size_t first_item, item_count;
};

enum note_kind {
	NOTE_ENROLLED,
	NOTE_TRANSACTION,
	NOTE_POINTS,
	NOTE_BONUS,
	NOTE_TIER,
	NOTE_REDEEMED,
	NOTE_CANCELLED
};

/* Something that happened to a member. */
struct retail_note {
	instant at;
	int64_t order; /* among those of the same instant */
	enum note_kind kind;
	int32_t member;
	int32_t transaction; /* of NOTE_TRANSACTION, NOTE_POINTS, NOTE_BONUS; the invoice of a redemption */
	int category;        /* of a redemption */
	int64_t points;
	int64_t balance; /* after it; qualifying points of a tier change */
	instant until;   /* a lot's or a tier's end */
	int8_t from_tier, to_tier;
	int32_t serial; /* of a tier change */
};

struct retail_history {
	const struct retail_shop *shop;
	const struct tz *zone;
	int32_t weeks; /* by which everything is moved */
	int32_t members;
	struct retail_item *items;
	size_t item_count, item_room;
	struct retail_transaction *transactions;
	size_t transaction_count, transaction_room;
	struct retail_note *notes;
	size_t note_count, note_room;
	int64_t strange;   /* cancelled lines of customers who had not bought anything yet */
	int64_t unmatched; /* cancelled lines, or parts of them, without a purchase to cancel */
};

/* Plays at most limit lives (0: all), the earliest members first. */
struct retail_history *retail_history_play(const void *parent, const struct retail_shop *shop, int32_t weeks,
					   int64_t limit);
/* Local seconds of the data to an instant of the moved calendar. */
instant retail_history_instant(const struct retail_history *h, int64_t local);

#endif
