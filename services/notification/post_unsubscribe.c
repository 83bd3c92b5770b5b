/*
 * post_unsubscribe.c - one-click unsubscribe (RFC 8058): no login, no cookie, no redirect, at once
 */
#include <string.h>
#include <talloc.h>

#include "gen/notification_pages.h"
#include "services/notification/engagement_store.h"
#include "services/notification/link.h"
#include "services/notification/unsubscribe.h"

/* As a form or as one part of a multipart body, the one field that RFC 8058 names. */
static bool one_click(const struct request *req)
{
	return memmem(req->body, req->body_length, "List-Unsubscribe", 16) &&
	       memmem(req->body, req->body_length, "One-Click", 9);
}

reply post_unsubscribe(struct request *req, const struct post_unsubscribe_in *in)
{
	struct engagement_event event = {.kind = ENGAGEMENT_UNSUBSCRIBED,
					 .occurred_at = clock_now(),
					 .detail = "link",
					 .recipient = ""};
	struct preference_change c = {.patch = true, .way = "unsubscribe"};
	struct json_writer *w;
	struct link *l;
	reply out;

	if (!one_click(req))
		return reply_error(req, ERR_MALFORMED, "the body must hold List-Unsubscribe=One-Click");
	if ((l = link_follow(req, in->token, TRACK_UNSUBSCRIBE, &out)) == NULL)
		return out;
	c.body = unsubscribe_patch(req, l->category, l->channel);
	if (change_stored(req, l->member_id, &c, &out) == NULL)
		return out;
	event.notification_id = l->notification_id;
	event.provider_event_id = talloc_asprintf(req, "u:%s", l->notification_id);
	engagement_record(req->daemon, req, "link", NULL, &event, 1);
	w = page_data(req, "Done", in->token);
	page_put_subject(w, l);
	json_close(w);
	return page_reply(req, 200, page_unsubscribed, sizeof(page_unsubscribed) - 1, w);
}
