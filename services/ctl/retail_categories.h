/*
 * retail_categories.h - which category an item of the shop belongs to
 *
 * The data has no categories; they are read from the words of the descriptions by an ordered table
 * of rules. The promotions of the sample programme hang on the categories and stand here too.
 */
#ifndef AE_CTL_RETAIL_CATEGORIES_H
#define AE_CTL_RETAIL_CATEGORIES_H

#include <stdbool.h>
#include "common/clock.h"

enum {
	RETAIL_CATEGORIES = 22,
	RETAIL_OTHER = RETAIL_CATEGORIES - 1,
	RETAIL_PROMOTIONS = 17,
	PROMOTION_NOTICE_DAYS = 14
};

struct retail_category {
	const char *code, *name;
};

/* Days are those of the data, before it is moved. first and last are both inside. */
struct retail_promotion {
	const char *category;
	int first[3], last[3]; /* year, month, day */
	int multiplier_tenths;
	const char *title, *description;
	int32_t min_spend_minor, bonus_points; /* per transaction; 0: none */
};

extern const struct retail_category retail_categories[RETAIL_CATEGORIES];
extern const struct retail_promotion retail_promotions[RETAIL_PROMOTIONS];

/* The category of the first rule with a word in the description; RETAIL_OTHER if none has. */
int retail_category_of(const char *description);
int retail_category_find(const char *code); /* -1 if unknown */
day retail_promotion_first(const struct retail_promotion *p);
day retail_promotion_last(const struct retail_promotion *p);
/* The promotion that is on in a category on a day, NULL if none. */
const struct retail_promotion *retail_promotion_on(int category, day d);

#endif
