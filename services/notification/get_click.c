/*
 * get_click.c - counts a click and leads on; where to is looked up, never taken from the address
 */
#include <math.h>
#include <talloc.h>

#include "services/notification/engagement_store.h"
#include "services/notification/link.h"

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
	struct link *l = link_follow(req, in->token, TRACK_CLICK, &out);
	const char *url = l ? target_of(l) : NULL, *agent = request_header(req, "user-agent");
	struct engagement_event event = {
		.kind = ENGAGEMENT_CLICKED, .occurred_at = clock_now(), .detail = url, .recipient = ""};

	if (l == NULL)
		return out;
	if (url == NULL)
		return reply_not_found(req, "link", in->token);
	event.notification_id = l->notification_id;
	event.machine = machine_open(agent ? agent : "",
				     l->sent ? (double)(event.occurred_at - l->sent_at) / SECOND : NAN);
	event.provider_event_id = talloc_asprintf(req, "c:%s:%u:%s", l->notification_id, l->track.link,
						  event.machine ? "machine" : "person");
	engagement_record(req->daemon, req, "link", NULL, &event, 1);
	request_put_header(req, "location", url);
	request_put_header(req, "cache-control", "no-store");
	request_put_header(req, "referrer-policy", "no-referrer");
	return reply_body(req, 302, "text/plain", "", 0);
}
