/*
 * post_unsubscribe.c - one-click unsubscribe (RFC 8058): no login, no cookie, no redirect, at once; and
 * undone
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/engagement_store.h"
#include "services/notification/preference_page.h"
#include "services/notification/subscription.h"

enum wish {
	WISH_NONE,
	WISH_STOP,
	WISH_RESUME
};

/* Programs of mail send the one field that RFC 8058 names, as a form or as a part of one; our page too. */
static enum wish wish_of(const struct form *form)
{
	const char *stop = form_get(form, "List-Unsubscribe"), *resume = form_get(form, "resubscribe");

	if (stop && strcmp(stop, "One-Click") == 0)
		return WISH_STOP;
	return resume && strcmp(resume, "yes") == 0 ? WISH_RESUME : WISH_NONE;
}

static void record(struct request *req, const struct link *l)
{
	struct engagement_event event = {.kind = ENGAGEMENT_UNSUBSCRIBED,
					 .occurred_at = clock_now(),
					 .notification_id = l->notification_id,
					 .detail = "link",
					 .recipient = ""};

	event.provider_event_id = talloc_asprintf(req, "u:%s", l->notification_id);
	engagement_record(req->daemon, req, "link", NULL, &event, 1);
}

reply post_unsubscribe(struct request *req, const struct post_unsubscribe_in *in)
{
	reply out;
	enum error error;
	struct link *l = link_follow(req, in->token, TRACK_UNSUBSCRIBE, in->lang, &out);
	struct form *form = form_read(req, request_header(req, "content-type"), req->body, req->body_length,
				      &error);
	enum wish wish = wish_of(form);
	struct page_wish change = {.patch = true};

	if (l == NULL)
		return out;
	if (wish == WISH_NONE)
		return link_message(req, form ? 400 : error_status(error), l, "malformed");
	if (!subscription_refusable(l))
		return link_message(req, 409, l, "owed");
	change.body = preferences_wish(req, l->category, l->channel, wish == WISH_RESUME);
	change.way = wish == WISH_STOP ? PAGE_UNSUBSCRIBE : PAGE_RESUBSCRIBE;
	if (!page_change(req, l, &change, &out))
		return out;
	if (wish == WISH_STOP)
		record(req, l);
	return subscription_page(req, l, wish == WISH_STOP ? SUBSCRIPTION_STOPPED : SUBSCRIPTION_RESUMED);
}
