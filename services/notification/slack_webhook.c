/*
 * slack_webhook.c - messages to an incoming webhook, whose URL a member or an administrator gave
 *
 * There is no metadata and nothing to look into: an answer that did not come stays unknown.
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/guard.h"
#include "services/notification/push_url.h"
#include "services/notification/slack_blocks.h"
#include "services/notification/slack_config.h"
#include "services/notification/slack_judge.h"

const char slack_webhook_name[] = "slack_webhook";

/* Plain http is for a counterpart on this machine, which the guard would refuse. */
static enum step webhook_ask(struct slack *slack, const void *parent, const struct message *m,
			     struct step_out *out)
{
	bool plain = slack->allow_plain && strncmp(m->address, "http://", 7) == 0;
	const char **headers = talloc_zero_array(parent, const char *, 1);
	const char *fault, *body;
	size_t length = 0;

	if (!plain && !guard_url(m->address, &fault))
		return slack_done(out, OUTCOME_DEAD, "bad_address",
				  talloc_asprintf(parent, "the webhook's URL: %s", fault));
	if ((body = slack_body(parent, m, NULL, &length, &fault)) == NULL)
		return slack_done(out, OUTCOME_REFUSED, "bad_message", fault);
	headers[0] = "Content-Type: application/json; charset=utf-8";
	out->transfer = (struct transfer){
		.url = m->address,
		.method = "POST",
		.headers = headers,
		.header_count = 1,
		.body = body,
		.length = length,
		.user = "",
		.password = "",
		.ca_file = slack->ca_file,
		.guarded = !plain,
		.plain = plain,
		.timeout = slack->timeout,
	};
	return STEP_TRANSFER;
}

static enum step webhook_next(struct driver *d, const void *parent, const struct message *m, int at,
			      const struct answer *answer, void **state, struct step_out *out)
{
	(void)state;
	slack_clear(out);
	if (at == 0)
		return webhook_ask(d->config, parent, m, out);
	slack_judge_webhook(parent, answer, out);
	return STEP_DONE;
}

/* The servers of webhooks are told apart by their origin. */
static const char *webhook_server(const struct driver *d, const void *parent, const char *address)
{
	(void)d;
	return push_url_origin(parent, address);
}

struct driver *slack_webhook_new(const void *parent, const struct slack_settings *settings)
{
	struct driver *d = slack_driver_new(parent, settings);

	d->name = slack_webhook_name;
	d->server = webhook_server;
	d->next = webhook_next;
	return d;
}
