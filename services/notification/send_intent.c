/*
 * send_intent.c - what a send asks for, as an intent for one member
 */
#include <talloc.h>

#include "services/notification/categories.h"
#include "services/notification/send_intent.h"

const char *send_variables(const void *parent, const struct send_request *s)
{
	struct json_writer *w = json_writer_new(parent);

	if (s->variables == NULL)
		return "{}";
	json_put_value(w, NULL, s->variables);
	return json_text(w, NULL);
}

struct intent *send_intent_new(const void *parent, const struct send_request *s, const char *client,
			       const char *member_id, const char *variables)
{
	const struct category *c = category_find(s->category);
	struct intent *i = talloc_zero(parent, struct intent);

	i->created = clock_now();
	i->notification_id = notification_id_new(i, i->created);
	i->member_id = member_id;
	i->status = INTENT_QUEUED;
	i->category = s->category;
	i->priority = category_priority(c, s->priority == PRIORITY_COUNT ? c->priority : s->priority);
	i->template = s->template;
	i->template_version = s->template_version;
	i->variables = variables;
	i->values = s->variables;
	i->channels = s->channels;
	i->client = client;
	i->due = s->send_at > i->created ? s->send_at : i->created;
	i->expires = s->expires_at;
	i->collapse_key = s->collapse_key;
	i->locale = s->locale;
	i->metadata = s->metadata;
	return i;
}
