/*
 * subject.h - what a rule is about: a day on which points end, a birthday, an offer
 *
 * One rule may have several for a member, each an occasion of its own.
 */
#ifndef AE_ENGAGEMENT_SUBJECT_H
#define AE_ENGAGEMENT_SUBJECT_H

#include "services/engagement/facts_at.h"

enum {
	SUBJECTS_MAX = 32
};

struct subject {
	const char *key;          /* names the occasion; "" where the rule or the day does */
	day last_day;             /* on which it ends, or which it is; DAY_NONE: none */
	int lead;                 /* days before, of the rule's; -1: none */
	bool over;                /* its time went by without a look */
	instant ends;             /* INSTANT_NONE: at the end of last_day */
	const struct json *facts; /* the member's with its own */
	const struct lot *lots;
	size_t lot_count;
};

/* Those of a rule for a member, whether or not their time has come. */
size_t subjects_of(const void *parent, const struct rule *r, const struct member_view *m,
		   struct subject out[SUBJECTS_MAX]);

#endif
