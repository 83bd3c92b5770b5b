/*
 * put_preferences.c - a member's preferences, replaced
 */
#include "services/notification/notification.h"

reply put_preferences(struct request *req, const struct put_preferences_in *in)
{
	return change_preferences(req, in->member_id, false);
}
