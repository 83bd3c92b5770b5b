/*
 * find_insights.h - members evaluated many at once, and what is new about them published
 */
#ifndef AE_FIND_INSIGHTS_H
#define AE_FIND_INSIGHTS_H

#include "services/analytics/store_insights.h"

/*
 * Facts and ranked findings of members as of `now`: three queries for all of them. NULL: the
 * database failed. The members must outlive what is returned; view and facts hang in it.
 */
struct insights **insights_evaluate(struct db *db, const void *parent, const struct catalogue *c,
				    struct member *const *members, size_t count, instant now);
/*
 * Inside an open transaction, as the last thing before its commit: stores what was never seen
 * before and appends an InsightGeneratedEvent for each. *events are to be announced after it.
 */
bool insights_publish(struct daemon *d, const void *parent, struct insights *const *of, size_t count,
		      instant now, struct log_event **events, size_t *event_count);

#endif
