/*
 * generate_world.c - the surroundings of a synthetic programme: categories, shops, regions, chance
 */
#include "services/ctl/generate_world.h"
#include "services/ctl/programme.h"

#include <math.h>
#include <string.h>

#define ALL_YEAR                                                           \
	{                                                                  \
		100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100 \
	}

/* clang-format off */
const struct world_category world_categories[WORLD_CATEGORIES] = {
	{"groceries", "Groceries", 3200, 0.7F, 260, ALL_YEAR, {"Green Basket", "Corner Market", "Field and Fold"}},
	{"dining", "Restaurants", 2800, 0.6F, 120, {80, 110, 95, 95, 105, 110, 110, 100, 95, 95, 100, 130}, {"The Copper Pan", "Noodle Bar", "Harbour Grill"}},
	{"coffee", "Coffee and bakeries", 540, 0.5F, 130, {110, 110, 105, 100, 95, 90, 90, 90, 100, 105, 110, 110}, {"Daily Grind", "Rye and Roast", "Oven Door"}},
	{"fuel", "Fuel", 5200, 0.3F, 70, {90, 90, 95, 100, 105, 110, 125, 125, 100, 95, 90, 95}, {"Milepost", "Ringway Fuel", "Tankstop"}},
	{"transport", "Trains and buses", 1400, 0.8F, 60, {105, 105, 105, 100, 100, 95, 85, 80, 105, 110, 110, 95}, {"Northline", "City Transit", "Coachways"}},
	{"fashion", "Fashion", 4800, 0.8F, 60, {110, 80, 100, 110, 105, 95, 90, 85, 115, 105, 120, 150}, {"Thread House", "Urban Loom", "Coat and Co"}},
	{"shoes", "Shoes", 6500, 0.5F, 22, {100, 80, 110, 120, 110, 95, 85, 95, 130, 105, 110, 120}, {"Strides", "Sole Mates", "Cobbles"}},
	{"beauty", "Beauty and care", 2200, 0.6F, 40, {85, 110, 95, 100, 105, 105, 95, 90, 95, 95, 115, 160}, {"Petal", "Glass and Balm", "Soapworks"}},
	{"pharmacy", "Pharmacy", 1300, 0.7F, 40, {130, 125, 115, 105, 95, 85, 80, 80, 95, 105, 115, 125}, {"Well Chemist", "Apothecary 9", "Careway"}},
	{"electronics", "Electronics", 14500, 1.0F, 16, {90, 75, 85, 85, 85, 90, 90, 90, 100, 100, 190, 200}, {"Voltage", "Pixel Depot", "Circuit Lane"}},
	{"home", "Home and furniture", 7800, 1.0F, 20, {130, 100, 105, 110, 105, 95, 90, 90, 105, 105, 110, 90}, {"Oak and Linen", "Room Works", "Nestwell"}},
	{"diy", "Do it yourself", 3400, 0.9F, 22, {70, 80, 115, 145, 145, 125, 110, 105, 100, 90, 65, 50}, {"Hammer Yard", "Fixings", "Plankhouse"}},
	{"garden", "Garden", 2600, 0.8F, 18, {25, 45, 130, 220, 230, 170, 120, 90, 80, 55, 25, 30}, {"Potting Shed", "Fernhill", "Bloomfield"}},
	{"toys", "Toys and games", 2400, 0.7F, 18, {70, 65, 80, 90, 85, 85, 90, 85, 85, 110, 210, 320}, {"Spinning Top", "Brickbox", "Kite and Marble"}},
	{"books", "Books and music", 1500, 0.6F, 26, {100, 90, 90, 90, 90, 100, 115, 110, 105, 95, 115, 180}, {"Page Turner", "Vinyl Row", "Quarto"}},
	{"sport", "Sport and outdoors", 4200, 0.8F, 20, {160, 110, 105, 110, 115, 120, 110, 95, 100, 85, 85, 110}, {"Summit Gear", "Fast Lane", "Court and Field"}},
	{"pets", "Pets", 2700, 0.6F, 24, ALL_YEAR, {"Paws", "Feather and Fin", "Good Boy"}},
	{"travel", "Travel and hotels", 21000, 0.9F, 10, {170, 130, 110, 110, 120, 130, 140, 110, 80, 75, 65, 70}, {"Skyward", "Harbour Hotels", "Roamly"}},
	{"leisure", "Cinema and events", 2400, 0.6F, 24, {90, 95, 90, 95, 100, 110, 115, 115, 95, 105, 105, 120}, {"Silver Screen", "Stage Door", "Ticket Post"}},
	{"services", "Household services", 3900, 0.7F, 20, ALL_YEAR, {"Brightline Cleaning", "Handyfolk", "Key and Lock"}},
};

const struct world_region world_regions[WORLD_REGIONS] = {
	{"GB", "en-GB", "Europe/London", "GBP", 800},	  {"IE", "en-IE", "Europe/Dublin", "EUR", 60},
	{"DE", "de-DE", "Europe/Berlin", "EUR", 45},	  {"FR", "fr-FR", "Europe/Paris", "EUR", 35},
	{"US", "en-US", "America/New_York", "USD", 30},	  {"US", "en-US", "America/Los_Angeles", "USD", 15},
	{"AU", "en-AU", "Australia/Sydney", "GBP", 10},	  {"IN", "en-IN", "Asia/Kolkata", "GBP", 5},
};
/* clang-format on */

const char *const world_channels[WORLD_CHANNELS] = {"store", "web", "app", "phone", "partner"};
const uint8_t world_months[12] = {92, 90, 95, 98, 98, 98, 100, 95, 97, 98, 112, 127};
const uint8_t world_weekdays[7] = {85, 88, 92, 98, 115, 130, 92};

static uint64_t rotate(uint64_t x, int n)
{
	return (x << n) | (x >> (64 - n));
}

static uint64_t mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

void chance_seed(struct chance *c, uint64_t seed)
{
	int i;

	for (i = 0; i < 4; i++)
		c->s[i] = mix(seed += UINT64_C(0x9e3779b97f4a7c15));
}

uint64_t chance_next(struct chance *c)
{
	uint64_t *s = c->s, result = rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;

	s[2] ^= s[0];
	s[3] ^= s[1];
	s[1] ^= s[2];
	s[0] ^= s[3];
	s[2] ^= t;
	s[3] = rotate(s[3], 45);
	return result;
}

uint32_t chance_below(struct chance *c, uint32_t limit)
{
	return (uint32_t)(((chance_next(c) >> 32) * limit) >> 32);
}

double chance_unit(struct chance *c)
{
	return ((double)(chance_next(c) >> 11) + 1) * 0x1p-53;
}

double chance_normal(struct chance *c)
{
	double radius = sqrt(-2 * log(chance_unit(c)));

	return radius * cos(2 * M_PI * chance_unit(c));
}

/* The sum of four uniform numbers, brought to mean 0 and deviation 1. */
double chance_bell(struct chance *c)
{
	uint64_t x = chance_next(c);
	double sum = (double)((x & 0xffff) + (x >> 16 & 0xffff) + (x >> 32 & 0xffff) + (x >> 48));

	return (sum - 131070) / 37837;
}

int world_multiplier(uint64_t seed, int32_t month, int category)
{
	static const int multipliers[] = {15, 20, 20, 30};
	uint64_t d = mix(seed ^ mix((uint64_t)month * WORLD_CATEGORIES + (uint64_t)category + 1));

	return d % 9 == 0 ? multipliers[(d >> 16) % 4] : 10;
}

int world_category_draw(struct chance *c, int month)
{
	static uint32_t sums[12][WORLD_CATEGORIES];
	uint32_t *sum = sums[month], x;
	int i;

	if (!sum[WORLD_CATEGORIES - 1])
		for (i = 0; i < WORLD_CATEGORIES; i++)
			sum[i] = (i ? sum[i - 1] : 0) +
				 (uint32_t)world_categories[i].weight * world_categories[i].season[month];
	x = chance_below(c, sum[WORLD_CATEGORIES - 1]);
	for (i = 0; x >= sum[i]; i++)
		;
	return i;
}

int world_region_draw(struct chance *c)
{
	uint32_t x = chance_below(c, 1000);
	int i;

	for (i = 0; i < WORLD_REGIONS - 1 && x >= world_regions[i].share; i++)
		x -= world_regions[i].share;
	return i;
}

int world_channel_draw(struct chance *c)
{
	static const uint8_t channel_of[20] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2, 2, 2, 2, 3, 4};

	return channel_of[chance_below(c, 20)];
}
