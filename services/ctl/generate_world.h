/*
 * generate_world.h - the surroundings of a synthetic programme: categories, shops, regions, chance
 */
#ifndef AE_CTL_GENERATE_WORLD_H
#define AE_CTL_GENERATE_WORLD_H

#include <stdint.h>

enum {
	WORLD_CATEGORIES = 20,
	WORLD_REGIONS = 8,
	WORLD_CHANNELS = 5,
	WORLD_MERCHANTS = 3,
	WORLD_ITEMS = 200
};

struct world_category {
	const char *code, *name;
	int32_t typical_minor; /* the median amount */
	float spread;          /* standard deviation of its logarithm */
	uint16_t weight;       /* how often, against the others */
	uint16_t season[12];   /* percent of the weight in each month */
	const char *merchants[WORLD_MERCHANTS];
};

struct world_region {
	const char *region, *locale, *time_zone, *currency;
	uint16_t share; /* of 1000 members */
};

extern const struct world_category world_categories[WORLD_CATEGORIES];
extern const struct world_region world_regions[WORLD_REGIONS];
extern const char *const world_channels[WORLD_CHANNELS];
/* Percent of an ordinary day's activity, by month and by weekday from Monday. */
extern const uint8_t world_months[12], world_weekdays[7];

/* xoshiro256++, seeded through splitmix64: the same seed gives the same numbers everywhere. */
struct chance {
	uint64_t s[4];
};

void chance_seed(struct chance *c, uint64_t seed);
uint64_t chance_next(struct chance *c);
uint32_t chance_below(struct chance *c, uint32_t limit);
double chance_unit(struct chance *c);   /* above 0, at most 1 */
double chance_normal(struct chance *c); /* exact in the tails; slow */
double chance_bell(struct chance *c);   /* nearly normal, never beyond 3.5; fast */

/* Tenths by which points are multiplied in a category in a month; 10 = no promotion. */
int world_multiplier(uint64_t seed, int32_t month, int category);
/* A category drawn by its weight in a month (0-11). */
int world_category_draw(struct chance *c, int month);
int world_region_draw(struct chance *c);
int world_channel_draw(struct chance *c);

#endif
