/*
 * alert_event.c - EngagementAlertTriggeredEvent of an alert; its id is the alert's, so that it is once in the
 * log
 */
#include <talloc.h>

#include "services/engagement/store_look.h"

static const char *priority_word(int priority)
{
	return priority >= 70 ? "high" : priority >= 40 ? "normal" : "low";
}

const char *json_of_value(const void *parent, const struct json *v, size_t *length)
{
	struct json_writer *w = json_writer_new(parent);

	json_put_value(w, NULL, v);
	return json_text(w, length);
}

static void put_stakes(struct json_writer *w, const struct candidate *c)
{
	char time[INSTANT_TEXT];

	if (c->deadline != INSTANT_NONE)
		json_put_text(w, "deadline", instant_format(c->deadline, time));
	if (c->has_points)
		json_put_integer(w, "points_at_stake", c->points);
	if (c->has_value) {
		json_put_integer(w, "value_minor", c->value_minor);
		json_put_text(w, "currency", c->currency);
	}
}

static void put_channels(struct json_writer *w, const struct rule *r)
{
	size_t i;

	if (r->channel_count == 0)
		return;
	json_open_array(w, "channels");
	for (i = 0; i < r->channel_count; i++)
		json_put_text(w, NULL, r->channels[i]);
	json_close(w);
}

void alert_event(const void *parent, struct log_event *e, const struct look *l, const struct candidate *c)
{
	struct json_writer *w = json_writer_new(parent);

	*e = (struct log_event){.type = "EngagementAlertTriggeredEvent",
				.source = "urn:ae:engagement",
				.id = talloc_asprintf(parent, "%s", c->alert_id),
				.subject = l->m->member_id,
				.time = l->m->now};
	eventlog_open(w, e);
	json_put_text(w, "member_id", l->m->member_id);
	json_put_text(w, "alert_id", c->alert_id);
	json_put_text(w, "rule_id", c->rule->rule_id);
	json_put_integer(w, "rule_version", c->rule->version);
	json_put_text(w, "kind", c->rule->kind);
	json_put_text(w, "category", c->rule->category);
	json_put_text(w, "priority", priority_word(c->rule->priority));
	json_put_value(w, "facts", c->facts);
	if (c->action)
		json_put_text(w, "suggested_action", c->action);
	if (c->rule->link)
		json_put_text(w, "link", c->rule->link);
	put_stakes(w, c);
	put_channels(w, c->rule);
	eventlog_close(w, e);
}
