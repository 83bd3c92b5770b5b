/*
 * entry.h - an event as milestones see it, and what belongs to it
 *
 * A purchase and its reversals have one key. What a purchase is worth follows from all of them together, so
 * it does not matter which comes first, and what an event changes is the difference that it makes.
 */
#ifndef AE_MILESTONE_ENTRY_H
#define AE_MILESTONE_ENTRY_H

#include "common/eventlog.h"

struct entry {
	int64_t position;
	const char *type, *key;
	instant time; /* when it happened */
	const struct json *data;
	bool takes_back; /* a reversal, or a redemption that is cancelled */
	int64_t amount;  /* of a purchase or its reversal, positive */
};

/* What an event changes: booked where and when the thing it is about happened. */
struct change {
	const char *type;
	const struct json *data;
	instant time;
	int64_t count;  /* 1, -1, or 0: a part of the amount only */
	int64_t amount; /* minor units that come or go */
};

/* What the keys of a type's entries begin with. */
const char *entry_family(const char *type);
/* The event as an entry, under parent; NULL: milestones are not about its type, or it lacks what they need.
 */
struct entry *entry_new(const void *parent, const struct log_event *e);
/* What e changes after `before`, in the order of the log and without e; false: nothing. */
bool entry_change(const struct entry *const *before, size_t count, const struct entry *e, struct change *out);

#endif
