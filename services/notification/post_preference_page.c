/*
 * post_preference_page.c - the preference centre's form
 */
#include "services/notification/preference_page.h"

reply post_preference_page(struct request *req, const struct post_preference_page_in *in)
{
	reply out;
	struct link *l = link_follow(req, in->token, TRACK_UNSUBSCRIBE, &out);

	if (l == NULL || !link_change(req, l, preference_form(req), "page", &out))
		return out;
	return preference_page(req, l, true);
}
