/*
 * points.h - a member's points ledger, and what is left of each lot
 *
 * The ledger holds movements in time order; replaying it gives the open lots, so an event that
 * comes late is put where it belongs and the outcome does not depend on the order of arrival.
 * Rules: docs/facts.md, "Points".
 */
#ifndef AE_POINTS_H
#define AE_POINTS_H

#include "common/json.h"
#include "common/tz.h"

enum movement_kind {
	MOVEMENT_EXPIRED, /* folded: expired before the ledger's first entry */
	MOVEMENT_EARN,    /* a lot; also one left open by folding */
	MOVEMENT_ADJUST,  /* negative adjustment, points > 0 here */
	MOVEMENT_REDEEM,
	MOVEMENT_CANCEL, /* a redemption given back */
};

struct movement {
	instant time;
	enum movement_kind kind;
	int64_t points;  /* > 0 */
	instant expires; /* of an EARN, else INSTANT_NONE */
	const char *ref; /* lot id of EARN and ADJUST, redemption id of REDEEM and CANCEL */
	const char *lot; /* the lot a REDEEM names, else "" */
};

struct ledger {
	struct movement *entries; /* by time, then kind, then ref */
	size_t count, size;
};

struct lot {
	const char *ref;
	instant earned, expires; /* INSTANT_NONE: never */
	int64_t remaining;
};

struct expiry {
	day day;
	int64_t points;
};

struct points {
	int64_t balance;  /* open lots less debt; may be negative */
	int64_t debt;     /* taken without a lot to take it from */
	int64_t expired;  /* ever */
	struct lot *lots; /* open ones, soonest to expire first */
	size_t lot_count;
	struct expiry *expiries; /* by day; folded ones are only in `expired` */
	size_t expiry_count;
};

/* Puts a movement where its time belongs. The strings are kept. */
void ledger_add(const void *parent, struct ledger *l, const struct movement *m);
/* What the ledger comes to at its newest entry. */
void ledger_replay(const void *parent, const struct ledger *l, const struct tz *zone, struct points *out);
/* Lets lots expire up to `now`; nothing else happens to them without an event. */
void points_expire(const void *parent, struct points *p, instant now, const struct tz *zone);
/*
 * ledger_add, and a bound to the ledger: from 1,024 movements on, each time 512 more have come, the oldest
 * half becomes the lots it left open. When that happens depends on nothing but the order of booking, so a
 * rebuild comes out equal.
 */
void ledger_book(const void *parent, struct ledger *l, const struct movement *m, const struct tz *zone);

void ledger_encode(struct json_writer *w, const struct ledger *l); /* the root array */
void ledger_decode(const void *parent, const struct json *array, struct ledger *l);
void points_encode(struct json_writer *w, const struct points *p); /* members of the open object */
void points_decode(const void *parent, const struct json *object, struct points *p);

/* a + b, held at the ends of int64 instead of running over. */
static inline int64_t sum_of(int64_t a, int64_t b)
{
	int64_t c;

	return __builtin_add_overflow(a, b, &c) ? (b > 0 ? INT64_MAX : INT64_MIN) : c;
}

#endif
