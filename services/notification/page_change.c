/*
 * page_change.c - a change that a link's holder makes: the same way as everybody's, answered by pages
 */
#include <inttypes.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/preference_page.h"

enum {
	CHANGES_AN_HOUR = 30 /* of one member by pages: a person needs few, each is kept for good */
};

static const char *const ways[] = {"page", "unsubscribe", "resubscribe"};

/* Why it was not made, for a person. */
static reply refused(struct request *req, const struct link *l, const struct refusal *refusal)
{
	switch (error_status(refusal->error)) {
	case 429:
		request_put_header(req, "retry-after", "600");
		return link_message(req, 429, l, "often");
	case 503:
		request_put_header(req, "retry-after", "5");
		return link_message(req, 503, l, "underway");
	case 404:
		return link_message(req, 410, l, "old");
	}
	return link_message(req, error_status(refusal->error), l, "malformed");
}

bool page_current(const struct link *l, const struct form *form)
{
	char version[24];
	const char *given = form_get(form, "version");

	snprintf(version, sizeof(version), "%" PRId64, l->preferences->version);
	return given && strcmp(given, version) == 0;
}

static void know(struct request *req, struct link *l, struct stored_preferences *now)
{
	l->preferences = now;
	l->holds = link_holds(req, now, true);
}

bool page_change(struct request *req, struct link *l, const struct page_wish *wish, reply *out)
{
	struct preference_change c = {.body = wish->body, .patch = wish->patch, .way = ways[wish->way]};
	struct stored_preferences *p;
	struct refusal refusal;

	if (wish->version)
		c.condition = talloc_asprintf(req, "\"%s\"", wish->version);
	c.actor = talloc_asprintf(req, "link:%s", l->notification_id);
	c.most_an_hour = wish->way == PAGE_UNSUBSCRIBE ? 0 : CHANGES_AN_HOUR;
	if ((p = change_stored(req, l->member_id, &c, &refusal)) != NULL) {
		know(req, l, p);
		return true;
	}
	if (refusal.error != ERR_PRECONDITION_FAILED) {
		*out = refused(req, l, &refusal);
		return false;
	}
	db_clear(req->db); /* what changed it meanwhile is shown */
	if ((p = store_preferences(req->db, req, l->member_id, false)) != NULL)
		know(req, l, p);
	*out = preference_page(req, l, VIEW_CONFLICT, NULL, NULL);
	return false;
}
