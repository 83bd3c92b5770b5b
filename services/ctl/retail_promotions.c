/*
 * retail_promotions.c - the promotions of the sample programme, in the days of the data
 */
#include "services/ctl/retail_categories.h"

#include <stddef.h>
#include <string.h>

const struct retail_promotion retail_promotions[RETAIL_PROMOTIONS] = {
	{"christmas",
	 {2010, 12, 6},
	 {2010, 12, 24},
	 20,
	 "Christmas countdown",
	 "Double points on Christmas decorations",
	 0,
	 0},
	{"warmth",
	 {2011, 1, 10},
	 {2011, 2, 13},
	 20,
	 "Winter warmers",
	 "Double points on everything that keeps hands warm",
	 0,
	 0},
	{"tea",
	 {2011, 1, 24},
	 {2011, 2, 20},
	 15,
	 "Tea time",
	 "Half as many points again on tea and coffee",
	 0,
	 0},
	{"baking", {2011, 3, 1}, {2011, 3, 31}, 20, "Spring baking", "Double points on baking", 0, 0},
	{"garden",
	 {2011, 4, 4},
	 {2011, 5, 29},
	 30,
	 "Garden season",
	 "Triple points on garden and flowers",
	 0,
	 0},
	{"party",
	 {2011, 4, 11},
	 {2011, 5, 1},
	 20,
	 "Street party",
	 "Double points on bunting and party ware",
	 0,
	 0},
	{"walls",
	 {2011, 5, 16},
	 {2011, 6, 12},
	 10,
	 "New on the wall",
	 "50 extra points from 50 pounds",
	 5000,
	 50},
	{"bags", {2011, 6, 6}, {2011, 6, 26}, 15, "Summer bags", "Half as many points again on bags", 0, 0},
	{"craft",
	 {2011, 7, 4},
	 {2011, 7, 31},
	 20,
	 "Rainy day crafts",
	 "Double points on craft and sewing",
	 0,
	 0},
	{"lunch",
	 {2011, 8, 15},
	 {2011, 9, 11},
	 20,
	 "Back to school",
	 "Double points on lunch boxes and bags",
	 0,
	 0},
	{"storage",
	 {2011, 9, 5},
	 {2011, 10, 2},
	 15,
	 "Tidy September",
	 "Half as many points again on storage",
	 0,
	 0},
	{"candles",
	 {2011, 10, 10},
	 {2011, 11, 6},
	 20,
	 "Longer evenings",
	 "Double points on candles and lights",
	 0,
	 0},
	{"christmas",
	 {2011, 10, 31},
	 {2011, 12, 25},
	 20,
	 "Early Christmas",
	 "Double points on Christmas, and 100 extra points from 100 pounds",
	 10000,
	 100},
	{"toys",
	 {2011, 11, 14},
	 {2011, 12, 18},
	 20,
	 "Under the tree",
	 "Double points on toys and games",
	 0,
	 0},
	{"table",
	 {2011, 11, 28},
	 {2011, 12, 31},
	 30,
	 "The feast",
	 "Triple points on tableware and glass",
	 0,
	 0},
	{"decoration",
	 {2011, 12, 5},
	 {2012, 1, 5},
	 20,
	 "A festive home",
	 "Double points on decorations",
	 0,
	 0},
	{"kitchen",
	 {2011, 12, 19},
	 {2012, 1, 15},
	 20,
	 "New year, new kitchen",
	 "Double points on kitchen and pantry",
	 0,
	 0},
};

day retail_promotion_first(const struct retail_promotion *p)
{
	return day_from_civil(p->first[0], p->first[1], p->first[2]);
}

day retail_promotion_last(const struct retail_promotion *p)
{
	return day_from_civil(p->last[0], p->last[1], p->last[2]);
}

const struct retail_promotion *retail_promotion_on(int category, day d)
{
	const struct retail_promotion *p;

	for (p = retail_promotions; p < retail_promotions + RETAIL_PROMOTIONS; p++)
		if (strcmp(p->category, retail_categories[category].code) == 0 &&
		    d >= retail_promotion_first(p) && d <= retail_promotion_last(p))
			return p;
	return NULL;
}
