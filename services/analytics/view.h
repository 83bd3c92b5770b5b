/*
 * view.h - a member as seen at one instant: its days laid out in a row
 *
 * What facts and findings are computed from. Days are in the member's zone; money is in the
 * currency of most purchases. Nothing after today is seen.
 */
#ifndef AE_VIEW_H
#define AE_VIEW_H

#include "services/analytics/analytics.h"

enum {
	VIEW_MONTHS = 24
}; /* whole months looked back on, besides the current one */

struct view {
	const struct member *member;
	struct month *const *months; /* oldest first */
	size_t month_count;
	const struct catalogue *catalogue;
	const struct tz *zone;
	instant now;
	day today, first;                        /* first: of the arrays below */
	const char *currency;                    /* "" without purchases */
	struct points points;                    /* as of now */
	size_t day_count;                        /* first..today */
	int64_t *spend, *purchases;              /* by day, in the currency */
	int64_t *earned, *redeemed, *qualifying; /* by day */
	day *bought;                             /* days with a purchase in any currency, oldest first */
	size_t bought_count;
};

/* The first day of the oldest month that is looked at on `today`. */
day view_start(const struct catalogue *c, day today);
/* months: of the member, oldest first, from view_start on. They must outlive the view. */
struct view *view_new(const void *parent, const struct member *m, struct month *const *months,
		      size_t month_count, const struct catalogue *c, instant now);

/* The sum of one of the arrays over from..to, as far as it reaches. */
int64_t view_sum(const struct view *v, const int64_t *days, day from, day to);
/* Net spend and purchases of a category over from..to; category NULL = all. */
int64_t view_category_spend(const struct view *v, const char *category, day from, day to, int64_t *purchases);
/* The day of the first purchase ever; DAY_NONE without one. */
day view_first_purchase(const struct view *v);
/* Spend of whole months, oldest first: at most `most`, ending with the month of `last`, from the month
 * after the first purchase's on. Returns how many. */
size_t view_months_spend(const struct view *v, day last, size_t most, int64_t *spend);
/* Days with a purchase in a category, oldest first, into an array of day_count; returns how many. */
size_t view_category_days(const struct view *v, const char *category, day *out);

#endif
