/*
 * facts.h - the windowed facts of a member at an instant; docs/facts.md says what each means
 */
#ifndef AE_FACTS_H
#define AE_FACTS_H

#include "services/analytics/view.h"

enum facts_window {
	FACTS_7D,
	FACTS_30D,
	FACTS_90D,
	FACTS_365D,
	FACTS_WINDOWS
};
extern const int facts_window_days[FACTS_WINDOWS];

struct category_share {
	const char *category;
	double weight_minor; /* decayed spend */
	double share;        /* of the weights' sum, 0-1 */
};

struct streak {
	int current, longest;
};

/* A lot that is open and has a last day. */
struct ending_lot {
	const char *ref;
	int64_t points;
	day last;
};

enum {
	ENDING_DAYS = 90,
	ENDING_MAX = 50
};

struct rfm {
	int recency, frequency, monetary; /* 1-5; 0: no purchase yet */
};

struct tier_standing {
	const struct tier *tier, *next; /* NULL: none or not known; NULL: there is none above */
	int64_t qualifying, needed;
	double progress;
};

struct facts {
	int64_t spend_minor[FACTS_WINDOWS], purchases[FACTS_WINDOWS];
	int64_t expiring[FACTS_WINDOWS - 1]; /* within 7, 30, 90 days */
	int64_t average_basket_minor;
	bool has_basket;
	int days_since_purchase, tenure_days;  /* -1: not known */
	double interval_median, interval_mean; /* -1: fewer than two purchase days */
	struct streak weeks, months;
	struct category_share *shares; /* largest first */
	size_t share_count;
	double earn_rate, burn_rate; /* points a month */
	struct tier_standing tier;
	struct rfm rfm;
	const char *favourite_channel; /* NULL without any */
	/* Of these in days -1 is null: not known, or nothing of the kind. */
	int enrolled_days, anniversary_in, birthday_in, tier_deadline, ends_in, days_since_redemption;
	int weeks_left, months_left; /* to keep the streak, today included */
	int64_t keep_needed;         /* points missing, on the deadline, to the tier that the member is in */
	struct ending_lot *ending;   /* within ENDING_DAYS, soonest first */
	size_t ending_count;
};

/* facts_dates.c: those that count days to or from a date; after the others, of which they use some. */
void facts_compute_dates(struct facts *f, const struct view *v);
struct facts *facts_compute(const void *parent, const struct view *v);
void facts_encode(struct json_writer *w, const struct view *v, const struct facts *f);
double facts_share_told(const struct category_share *s); /* as the document has it: rounded */
/* facts_buys.c: the categories of the document whose share is more than nothing, as an array's text. */
const char *facts_buys(const void *parent, const struct facts *f);

/* Where a member stands in the tier table with so many qualifying points. */
struct tier_standing tier_standing(const struct catalogue *c, const char *tier, int64_t qualifying);
/* Over what the qualifying points are summed, in days up to today. */
int64_t tier_window_days(const struct catalogue *c, const char *tier);

#endif
