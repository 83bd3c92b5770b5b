/*
 * post_preference_page.c - the preference centre's form
 */
#include "services/notification/preference_page.h"

reply post_preference_page(struct request *req, const struct post_preference_page_in *in)
{
	struct preference_change c = {.body = preference_form(req), .patch = true, .way = "page"};
	reply out;
	struct link *l = link_follow(req, in->token, TRACK_UNSUBSCRIBE, &out);
	struct stored_preferences *p = l ? change_stored(req, l->member_id, &c, &out) : NULL;

	return p ? preference_page(req, l, p, true) : out;
}
