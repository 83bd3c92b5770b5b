/*
 * subscription.c - what a link's message was about, as a wish and as a page
 */
#include <talloc.h>

#include "services/notification/subscription.h"

bool subscription_refusable(const struct link *l)
{
	const struct category *c = category_find(l->category);

	return c == NULL || c->class != CLASS_TRANSACTIONAL;
}

bool subscription_wanted(const struct link *l)
{
	return json_get_boolean(json_get(json_get(l->holds, "categories"), l->category),
				channel_name(l->channel), true);
}

reply subscription_page(struct request *req, const struct link *l, enum subscription_view view)
{
	static const char *const names[] = {"ask", "stopped", "resumed"};
	struct json_writer *w = link_data(req, l);

	json_put_text(w, "title", link_words(l, names[view], "title"));
	json_put_text(w, "category", link_words(l, "category", l->category));
	json_put_text(w, "channel", link_words(l, "by", channel_name(l->channel)));
	json_put_boolean(w, names[view], true);
	return link_page(req, 200, l, "subscription", w);
}
