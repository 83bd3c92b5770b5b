/*
 * get_unsubscribe.c - asks before it unsubscribes: scanners of mail follow links
 */
#include "gen/notification_pages.h"
#include "services/notification/link.h"

reply get_unsubscribe(struct request *req, const struct get_unsubscribe_in *in)
{
	struct json_writer *w;
	struct link *l;
	reply out;

	if ((l = link_follow(req, in->token, TRACK_UNSUBSCRIBE, &out)) == NULL)
		return out;
	w = page_data(req, "Stop these messages?", in->token);
	page_put_subject(w, l);
	json_close(w);
	return page_reply(req, 200, page_unsubscribe, sizeof(page_unsubscribe) - 1, w);
}
