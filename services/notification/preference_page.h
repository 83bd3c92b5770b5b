/*
 * preference_page.h - the member's preference centre, reached from a message
 */
#ifndef AE_NOTIFICATION_PREFERENCE_PAGE_H
#define AE_NOTIFICATION_PREFERENCE_PAGE_H

#include "services/notification/link.h"

reply preference_page(struct request *req, const struct link *l, const struct stored_preferences *p,
		      bool saved);
/* The form as a merge patch: what is not ticked is refused. */
const struct json *preference_form(struct request *req);

#endif
