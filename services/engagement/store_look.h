/*
 * store_look.h - looks as rows: members claimed, and what came of them
 */
#ifndef AE_ENGAGEMENT_STORE_LOOK_H
#define AE_ENGAGEMENT_STORE_LOOK_H

#include "services/engagement/look.h"

/* Due members, locked to the commit. named NULL: whoever is due longest, at most so many. */
struct rows *store_claim(struct db *db, const void *parent, const char *const *named, size_t count);

enum {
	CLAIM_ANY_FACTS = -1 /* as a position: facts will do as they are */
};

/* A member as it is claimed, or asked for in a simulation. */
struct claimed {
	const char *member_id;
	int64_t position; /* of the event that the facts must count */
	instant judged_at;
	const char *causes, *judged; /* JSON; judged NULL: none */
	bool by_event;               /* one that facts count came since */
};

/*
 * Looks of these members, of which those are NULL whose facts have not come far enough. NULL: the database
 * failed. All under parent.
 */
struct look **store_looks(struct db *db, const void *parent, const struct catalogue *c,
			  const struct claimed *claimed, size_t count, instant now);

/* store_outcome.c: writes what came of looks (NULL ones are looked at again soon) and makes the events of new
 * alerts. */
struct log_event *store_outcomes(struct db *db, const void *scratch, const struct catalogue *c,
				 const char *instance, const struct claimed *claimed,
				 struct look *const *looks, size_t count, instant now, size_t *event_count);

/* store_counts.c: adds the looks to what funnels are made of; made: the alerts that are new (put_alerts). */
void store_counts(struct db *db, const void *scratch, const struct catalogue *c, const char *instance,
		  struct look *const *looks, size_t count, const struct rows *made);

/* alert_event.c */
void alert_event(const void *parent, struct log_event *e, const struct look *l, const struct candidate *c);
const char *json_of_value(const void *parent, const struct json *v, size_t *length);

#endif
