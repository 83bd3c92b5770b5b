/*
 * post_preference_page.c - the preference centre's form
 *
 * A form holds all wishes, not a change: one that was made from another version would undo what was changed
 * meanwhile, unless it asks for nothing that is not there.
 */
#include "services/notification/preference_page.h"

static reply save(struct request *req, struct link *l, const struct form *form)
{
	const struct form_wishes *wishes = preference_wishes(req, l, form);
	const struct page_wish change = {
		.body = wishes->patch, .patch = true, .version = form_get(form, "version"), .way = PAGE_SAVE};
	reply out;

	if (!page_current(l, form) && (wishes->different || wishes->fault_count > 0))
		return preference_page(req, l, VIEW_CONFLICT, NULL, NULL);
	if (wishes->fault_count > 0)
		return preference_page(req, l, VIEW_FAULTS, wishes, form);
	if (wishes->different && !page_change(req, l, &change, &out))
		return out;
	return preference_page(req, l, VIEW_SAVED, wishes, NULL);
}

reply post_preference_page(struct request *req, const struct post_preference_page_in *in)
{
	reply out;
	enum error error;
	struct link *l = link_follow(req, in->token, TRACK_UNSUBSCRIBE, in->lang, &out);
	struct form *form = form_read(req, request_header(req, "content-type"), req->body, req->body_length,
				      &error);

	if (l == NULL)
		return out;
	if (form == NULL)
		return link_message(req, error_status(error), l, "malformed");
	return form_get(form, "remove") ? address_remove(req, l, form) : save(req, l, form);
}
