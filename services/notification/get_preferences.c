/*
 * get_preferences.c - what holds for a member
 */
#include "services/notification/notification.h"

reply get_preferences(struct request *req, const struct get_preferences_in *in)
{
	struct stored_preferences *p = store_preferences(req->db, req, in->member_id, false);

	return p ? reply_preferences(req, in->member_id, p) : reply_not_found(req, "member", in->member_id);
}
