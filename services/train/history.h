/*
 * history.h - what is known before a moment, and what was wanted after it
 *
 * Everything a model learns from comes out of here, so that nothing from behind the moment can.
 */
#ifndef AE_TRAIN_HISTORY_H
#define AE_TRAIN_HISTORY_H

#include "common/learn/sparse.h"
#include "services/train/interactions.h"

/* Of every member of the interactions: known is what is before `from`, wanted what is from there up to but
 * without `until`. */
struct window {
	instant *from, *until;
	instant now; /* when lists are made of what everybody does */
};

struct history_options {
	int32_t least_buyers; /* items with fewer are not considered */
	double half_life;     /* days, of decayed counts */
	double recent;        /* days, of what is popular lately */
};

/* Members with at least one known item, and items with enough buyers, are numbered anew. */
struct history {
	int32_t members, items;
	int32_t *member, *item;        /* their numbers in the interactions */
	struct sparse *owned;          /* members x items */
	float *times, *decayed, *idle; /* of its entries: baskets with the item, these decayed, days since the
					  last */
	int32_t *baskets;              /* of members: distinct times */
	float *recency;                /* of members: days since the last basket */
	float *buyers, *recent_buyers; /* of items */
	struct sparse *wanted;         /* members x items */
};

/* Everybody's moment is the same. */
struct window *window_at(const void *parent, const struct interactions *log, instant from, instant until);
/* Everybody's last basket but `skipped` is wanted; who has too few baskets wants nothing. */
struct window *window_last(const void *parent, const struct interactions *log, int skipped);
struct history *history_new(const void *parent, const struct interactions *log, const struct window *w,
			    const struct history_options *o);

#endif
