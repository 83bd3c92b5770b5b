/*
 * patch_preferences.c - some of a member's preferences, changed by a JSON merge patch (RFC 7396)
 */
#include "services/notification/notification.h"

reply patch_preferences(struct request *req, const struct patch_preferences_in *in)
{
	return change_preferences(req, in->member_id, true);
}
