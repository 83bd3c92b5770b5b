/*
 * get_preference_page.c - the preference centre
 */
#include "services/notification/preference_page.h"

reply get_preference_page(struct request *req, const struct get_preference_page_in *in)
{
	reply out;
	struct link *l = link_follow(req, in->token, TRACK_UNSUBSCRIBE, in->lang, &out);

	return l ? preference_page(req, l, VIEW_PLAIN, NULL, NULL) : out;
}
