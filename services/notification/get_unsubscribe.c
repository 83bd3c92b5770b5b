/*
 * get_unsubscribe.c - asks before it unsubscribes: scanners of mail follow links
 */
#include "services/notification/subscription.h"

reply get_unsubscribe(struct request *req, const struct get_unsubscribe_in *in)
{
	reply out;
	struct link *l = link_follow(req, in->token, TRACK_UNSUBSCRIBE, in->lang, &out);

	if (l == NULL)
		return out;
	if (!subscription_refusable(l))
		return link_message(req, 200, l, "owed");
	return subscription_page(req, l, subscription_wanted(l) ? SUBSCRIPTION_ASK : SUBSCRIPTION_STOPPED);
}
