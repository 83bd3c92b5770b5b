/*
 * mark.h - members become due, each with what made it so
 */
#ifndef AE_ENGAGEMENT_MARK_H
#define AE_ENGAGEMENT_MARK_H

#include "common/db.h"
#include "common/eventlog.h"

struct marks;

struct marks *marks_new(const void *parent);
/* An earlier time, and a later position, than what was said of the member before holds. */
void mark_member(struct marks *m, const char *member_id, instant due, int64_t position);
/* A rule's trigger was true of the event, or ran into a limit: fault, else NULL. */
void mark_cause(struct marks *m, const char *member_id, const char *rule_id, const struct log_event *e,
		const char *fault);
/* The member buys in a category that something is on offer in. */
void mark_offered(struct marks *m, const char *member_id, const char *category);
/* An event's time is still to come: until then the facts do not tell all. */
void mark_ahead(struct marks *m, const char *member_id, instant time);
/* Inside the caller's transaction. False: it failed. */
bool marks_put(struct marks *m, struct db *db);

/* A category event with something on offer is to go through the members. False: the database failed. */
bool mark_offer(struct db *db, const void *scratch, const struct log_event *e);

#endif
