/*
 * get_click.c - counts a click and leads on; where to is looked up, never taken from the address
 */
#include "services/notification/visit.h"

static const char *target_of(const struct link *l)
{
	const struct json *url = l->urls ? l->urls->first : NULL;
	unsigned i;

	for (i = 0; url && i < l->track.link; i++)
		url = url->next;
	return url && url->kind == JSON_TEXT ? url->text : NULL;
}

reply get_click(struct request *req, const struct get_click_in *in)
{
	reply out;
	struct link *l = link_follow(req, in->token, TRACK_CLICK, NULL, &out);
	const char *url = l ? target_of(l) : NULL;

	if (l == NULL)
		return out;
	if (url == NULL)
		return link_message(req, 410, l, "old");
	visit_record(req, l, ENGAGEMENT_CLICKED, url);
	request_put_header(req, "location", url);
	request_put_header(req, "cache-control", "no-store");
	request_put_header(req, "referrer-policy", "no-referrer");
	request_put_header(req, "x-robots-tag", "noindex, nofollow");
	return reply_body(req, 302, "text/plain", "", 0);
}
