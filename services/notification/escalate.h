/*
 * escalate.h - urgent messages that came back go on over the member's other channels
 */
#ifndef AE_NOTIFICATION_ESCALATE_H
#define AE_NOTIFICATION_ESCALATE_H

#include "services/notification/intent.h"

/*
 * Inside the caller's transaction. For each of these sent messages that nobody has seen, if it is critical or
 * transactional, not expired and has channels left: a new intent for those channels, once. How many there are
 * in *made now, for queue_added after the commit.
 */
size_t escalate(struct db *db, const void *scratch, const struct db_array *notification_ids,
		struct intent ***made);

#endif
