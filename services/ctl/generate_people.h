/*
 * generate_people.h - the members of a synthetic programme, and what a day brings them
 *
 * Days are played one after another for all members, so that the events come out in order of time
 * while only a member's standing is kept: about 90 bytes each, whatever the number of transactions.
 */
#ifndef AE_CTL_GENERATE_PEOPLE_H
#define AE_CTL_GENERATE_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "common/clock.h"
#include "services/ctl/generate_world.h"
#include "services/ctl/programme.h"

enum {
	NEVER = UINT16_MAX,
	FAVOURITES = 3,
	PENDING_DAYS = 32,
	BUSIEST_DAY = 40
};

struct person {
	struct balance balance;
	float per_day;    /* transactions on an ordinary day */
	uint32_t serial;  /* of transactions and redemptions */
	uint16_t leaves;  /* the day after which nothing more is bought */
	uint16_t changes; /* of tier */
	uint8_t region, channel, tier;
	uint8_t favourites[FAVOURITES];
	bool enrolled;
};

enum happening_kind {
	HAPPENS_ENROLMENT,
	HAPPENS_PURCHASE,
	HAPPENS_REVERSAL,
	HAPPENS_TIER,
	HAPPENS_REDEMPTION,
	HAPPENS_CANCELLATION
};

/* One thing that happens on a day; a purchase and a reversal bring their points along. */
struct happening {
	uint32_t second, order; /* of the day */
	enum happening_kind kind;
	uint32_t member, serial;
	uint32_t original; /* serial of what is reversed */
	int64_t amount_minor, points;
	int32_t month; /* of the lot that a reversal takes from, or of a redemption */
	uint8_t category, merchant, channel, item;
	uint8_t from_tier, to_tier;
	uint16_t until; /* day on which a tier ends; NEVER */
};

struct happenings {
	struct happening *list;
	size_t count, room;
};

struct people {
	uint64_t seed;
	struct chance chance;
	uint32_t count;
	day start; /* day 0 */
	uint16_t days;
	struct person *persons;
	uint16_t *due;                           /* the day of the next purchase */
	uint16_t *tier_ends;                     /* the day of the tier's anniversary */
	struct happenings pending[PENDING_DAYS]; /* what will happen on a later day, by day modulo the ring */
	int32_t offsets[WORLD_REGIONS];          /* today, seconds east of UTC */
};

struct people *people_new(const void *parent, uint64_t seed, uint32_t count, day start, uint16_t days,
			  double transactions);
/* Fills today with everything that happens on that day, in order of time. */
void people_live(struct people *p, uint16_t today, struct happenings *out);

#endif
