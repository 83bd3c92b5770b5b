/*
 * tally.h - what a member's events come to for one milestone
 *
 * By period (one for all time if the milestone does not come again with each): a value, or how often each of
 * several things was there. Every event adds or takes away, so that the order they come in does not matter.
 */
#ifndef AE_MILESTONE_TALLY_H
#define AE_MILESTONE_TALLY_H

#include "common/tz.h"
#include "services/milestone/definition.h"
#include "services/milestone/entry.h"

struct tally_item {
	const char *name;
	int64_t count;
};

struct bucket {
	const char *name; /* of the period; "" is all time */
	double value;
	struct tally_item *items; /* of distinct and streak */
	size_t item_count;
};

struct tally {
	struct bucket *buckets; /* in order of their names */
	size_t count;
};

struct tally *tally_new(const void *parent);
/* What was written by tally_write; NULL: it is nothing of that kind. */
struct tally *tally_read(const void *parent, const struct json *state);
void tally_write(struct json_writer *w, const struct tally *t);

/* Books a change; the bucket it fell into, NULL if the milestone is not about it. *before: its occurrences
 * until now. */
struct bucket *tally_apply(struct tally *t, const struct milestone *m, const struct tz *zone,
			   const struct change *c, int64_t *before);

/*
 * Leaves out periods before the one of that day: those the milestone comes again with, but for the newest,
 * and of a streak those that are neither of its longest row nor of one that goes on into that period. True:
 * something was left out.
 */
bool tally_forget(struct tally *t, const struct milestone *m, day before);
/* Whether what happens on a day d would be booked on something that was left out. */
bool tally_forgot(const struct milestone *m, day before, day d);

/* How often the target is reached in it. */
int64_t bucket_reached(const struct milestone *m, const struct bucket *b);
/* What counts towards the target: of a streak the longest row. */
double bucket_value(const struct milestone *m, const struct bucket *b);
/* The periods of a streak that have enough in them, in order, under parent. */
int64_t *bucket_full_periods(const void *parent, const struct milestone *m, const struct bucket *b,
			     size_t *count);
/* The row of a streak that goes on today, or did until the period before; else bucket_value. */
double bucket_current(const struct milestone *m, const struct bucket *b, day today);
/* "once", "2026-11", "n3": the k-th of a bucket, from 1; under parent. */
const char *occurrence_name(const void *parent, const struct milestone *m, const struct bucket *b, int64_t k);
/* The target of the k-th. */
double occurrence_target(const struct milestone *m, int64_t k);
const struct bucket *tally_find(const struct tally *t, const char *name); /* NULL: nothing is in it yet */
/* The bucket that is under way, NULL: nothing is in it yet. */
const struct bucket *tally_current(const struct tally *t, const struct milestone *m, day today);

#endif
