/*
 * prepare.c - a claimed intent rendered for a channel: texts, tracked links, addresses
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/notifier.h"
#include "services/notification/rewrite_links.h"
#include "services/notification/variables.h"

enum {
	LINKS_DAYS = 730 /* tokens in a mail's links work for so long */
};

static const char *signed_url(struct notifier *n, const void *parent, const struct intent *i,
			      enum track_kind kind, const char *under, instant now)
{
	struct track t = {.kind = kind, .expires = now + (instant)LINKS_DAYS * DAY_SECONDS * SECOND};
	const char *error;
	char *token;

	/* Nobody unsubscribes by trying a test. */
	if (i->test)
		return talloc_asprintf(parent, "%s/u/test%s", sending.public_url, under);
	if (sending.public_url[0] == '\0' || n->secret == NULL)
		return "";
	memcpy(t.notification_id, i->notification_id, NOTIFICATION_ID_LENGTH + 1);
	token = track_make(parent, &n->keys, &t, &error);
	return token ? talloc_asprintf(parent, "%s/u/%s%s", sending.public_url, token, under) : "";
}

static bool track_links(struct delivery *d, const struct recipient *r, instant now, const char **error)
{
	struct notifier *n = d->notifier;
	struct rewrite how = {.keys = &n->keys,
			      .base = sending.public_url,
			      .notification_id = d->intent->notification_id,
			      .expires = now + (instant)LINKS_DAYS * DAY_SECONDS * SECOND,
			      .clicks = true,
			      .opens = true};
	struct rewritten out;
	struct json_writer *w;
	size_t i;

	if (n->secret == NULL || sending.public_url[0] == '\0' || d->intent->test ||
	    !json_get_boolean(r->holds, "tracking_consent", false))
		return true;
	if (!rewrite_links(d, &how, d->message.html, &out, error))
		return false;
	d->message.html = out.html;
	w = json_writer_new(d->intent);
	json_open_array(w, NULL);
	for (i = 0; i < out.count; i++)
		json_put_text(w, NULL, out.urls[i]);
	json_close(w);
	d->intent->links = json_text(w, NULL);
	return true;
}

/* What may be refused carries the way to refuse it. */
static bool refusable(const struct intent *i)
{
	const struct category *c = category_find(i->category);

	return i->priority != PRIORITY_CRITICAL && c && c->class != CLASS_TRANSACTIONAL;
}

static enum suppression mildest_wish(const struct intent *i)
{
	return refusable(i) ? SUPPRESSION_UNSUBSCRIBED : SUPPRESSION_MANUAL;
}

static void aim(struct delivery *d, const struct recipient *r, enum channel c)
{
	const struct target *t;

	if (d->intent->aim) {
		d->targets[d->target_count++] = d->intent->aim;
		return;
	}
	for (t = r->targets; t < r->targets + r->target_count; t++)
		if (t->channel == c && provider_configured(d->notifier, c, t->platform) &&
		    target_suppressed(t, d->intent->category) < mildest_wish(d->intent))
			d->targets[d->target_count++] = t;
}

/* Slack's messages have no title. */
static void mark_test(struct delivery *d, enum channel c)
{
	const char **first = c == CHANNEL_SLACK ? &d->message.text : &d->message.title;

	*first = talloc_asprintf(d, TEST_MARK "%s", *first);
}

struct delivery *delivery_new(struct notifier *n, struct intent *i, const struct recipient *r,
			      const struct message_template *t, enum channel c, instant now,
			      const char **error)
{
	struct delivery *d = talloc_zero(i, struct delivery);
	const char *unsubscribe = signed_url(n, d, i, TRACK_UNSUBSCRIBE, "", now);
	const char *preferences = signed_url(n, d, i, TRACK_UNSUBSCRIBE, "/preferences", now);
	const char *locale = i->locale ? i->locale : json_get_text(r->holds, "locale", "en");
	const struct json *variables = variables_for(d, i->values, r, locale, refusable(i) ? unsubscribe : "",
						     preferences);

	d->notifier = n;
	d->intent = i;
	d->message = (struct message){.notification_id = i->notification_id,
				      .member_id = i->member_id,
				      .attempt = i->attempts + i->crashes + 1,
				      .priority = i->priority,
				      .category = i->category,
				      .collapse_key = i->collapse_key ? i->collapse_key : "",
				      .unsubscribe = refusable(i) ? unsubscribe : "",
				      .text = "",
				      .html = "",
				      .link = "",
				      .title = "",
				      .now = now,
				      .expires = i->expires};
	if (!template_render(d, t, c, locale, variables, &d->message, error) ||
	    (c == CHANNEL_EMAIL && !track_links(d, r, now, error))) {
		*error = talloc_strdup(i, *error); /* it hangs under what goes now */
		talloc_free(d);
		return NULL;
	}
	if (i->test)
		mark_test(d, c);
	aim(d, r, c);
	i->channel = (int)c;
	return d;
}
