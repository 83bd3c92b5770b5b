/*
 * visit.h - a member, or a machine before it, follows a link that counts
 */
#ifndef AE_NOTIFICATION_VISIT_H
#define AE_NOTIFICATION_VISIT_H

#include "services/notification/engagement.h"
#include "services/notification/link.h"

/*
 * Books an open or a click, once as a person's and once as a machine's, unless it was only asked whether
 * something is there (HEAD), or the member agrees to it no more.
 */
void visit_record(struct request *req, const struct link *l, enum engagement_kind kind, const char *detail);

#endif
