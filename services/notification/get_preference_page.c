/*
 * get_preference_page.c - the preference centre
 */
#include "services/notification/preference_page.h"

reply get_preference_page(struct request *req, const struct get_preference_page_in *in)
{
	reply out;
	struct link *l = link_follow(req, in->token, TRACK_UNSUBSCRIBE, &out);
	struct stored_preferences *p = l ? store_preferences(req->db, req, l->member_id, false) : NULL;

	if (l == NULL)
		return out;
	return p ? preference_page(req, l, p, false) : reply_not_found(req, "member", l->member_id);
}
