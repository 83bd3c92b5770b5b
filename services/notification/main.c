/*
 * main.c - ae-notification, as tables
 *
 * Keeps what members want to hear, takes what is to be sent, and sends it.
 */
#include <event2/event.h>
#include <talloc.h>

#include "common/log.h"
#include "gen/sql/notification.h"
#include "services/notification/bounce_intake.h"
#include "services/notification/campaign.h"
#include "services/notification/notification.h"
#include "services/notification/notifier.h"
#include "services/notification/queue_figures.h"

static const struct statement statements[] = {SQL_NOTIFICATION_STATEMENTS};

/* clang-format off */
static const struct handler handlers[] = {
	HANDLE_post_send,
	HANDLE_get_notification,
	HANDLE_get_log,
	HANDLE_get_queue,
	HANDLE_list_campaigns,
	HANDLE_get_campaign,
	HANDLE_cancel_campaign,
	HANDLE_list_audience_facts,
	HANDLE_list_templates,
	HANDLE_get_template,
	HANDLE_put_template,
	HANDLE_preview_template,
	HANDLE_test_template,
	HANDLE_delete_template,
	HANDLE_get_unsubscribe,
	HANDLE_post_unsubscribe,
	HANDLE_get_preference_page,
	HANDLE_post_preference_page,
	HANDLE_get_click,
	HANDLE_get_open,
	HANDLE_list_routes,
	HANDLE_put_route,
	HANDLE_delete_route,
	HANDLE_list_suppressions,
	HANDLE_put_suppression,
	HANDLE_lift_suppression,
	HANDLE_list_dead_notifications,
	HANDLE_requeue_dead_notification,
	HANDLE_discard_dead_notification,
	HANDLE_post_webhook,
	HANDLE_get_preferences,
	HANDLE_put_preferences,
	HANDLE_patch_preferences,
};
/* clang-format on */

static const struct subscription subscriptions[] = {
	{.group = "notification", .apply = events_apply, .committed = events_committed},
};

static const struct job jobs[] = {
	{.name = "queue", .pressing = true, .run = run_queue},
	{.name = "bounces", .pressing = true, .run = run_bounces},
	{.name = "campaigns", .interval = SECOND, .run = run_campaigns},
	{.name = "digests", .interval = SECOND, .run = run_digests},
	{.name = "retention", .interval = 60 * SECOND, .run = run_retention},
	{.name = "queue_figures", .interval = 15 * SECOND, .run = run_queue_figures},
	{.name = "base_templates", .interval = 60 * SECOND, .run = run_base_templates},
};

/* The loop turns often enough for the queue, also when nobody rings. */
static void on_tick(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	(void)context;
}

static void open_answers(struct notifier *n)
{
	static const char *const names[] = {[OUTCOME_ACCEPTED] = "accepted", [OUTCOME_RETRY] = "deferred",
					    [OUTCOME_UNKNOWN] = "unknown",   [OUTCOME_REFUSED] = "refused",
					    [OUTCOME_DEAD] = "dead_address", [OUTCOME_BROKEN] = "broken"};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		n->answers[i] = metrics_counter(
			n->daemon->metrics, talloc_asprintf(n, "ae_notification_answers_%s_total", names[i]),
			"Attempts that ended so", "channel");
}

static bool start(struct daemon *d)
{
	static const int weights[PRIORITY_COUNT] = {1, 8, 4, 1};
	struct wire_settings wire = {sending.connections, sending.egress_proxy};
	struct notifier *n = talloc_zero(d, struct notifier);
	struct timeval tick = {0, 100000};
	const char *error = "no transfers can be made";

	d->state = n;
	n->daemon = d;
	n->templates = template_store_new(n);
	n->wire = wire_new(n, daemon_events(d), &wire);
	lanes_init(&n->lanes, weights);
	ready_init(n);
	n->sent = metrics_counter(d->metrics, "ae_notifications_sent_total", "Messages that a provider took",
				  "provider");
	n->failed = metrics_counter(d->metrics, "ae_notification_attempts_failed_total",
				    "Attempts that failed", "provider");
	n->decided = metrics_counter(d->metrics, "ae_notification_decisions_total", "Decisions by outcome",
				     "outcome");
	n->wait = metrics_histogram(d->metrics, "ae_notification_wait_seconds",
				    "From when a message was due until a provider took it", "lane");
	n->engagement = metrics_counter(d->metrics, "ae_notification_engagement_total",
					"What became of messages, booked once; machines' doings apart",
					"kind");
	n->deleted = metrics_counter(d->metrics, "ae_notification_deleted_total",
				     "Rows that had become old, by what they were of", "what");
	open_answers(n);
	n->limits = limits_new(n);
	if (n->wire == NULL || !providers_open(n, &error) || !bounces_open(n, &error) ||
	    !retention_check(n, &error)) {
		log_error("cannot start reason=\"%s\"", error);
		return false;
	}
	event_add(event_new(daemon_events(d), -1, EV_PERSIST, on_tick, n), &tick);
	return true;
}

/* While it stops. */
static bool finish(struct daemon *d)
{
	bounces_stop(d->state);
	return queue_finish(d);
}

static const struct daemon_description description = {
	.service = "notification",
	.settings = sending_rows,
	.handlers = handlers,
	.handler_count = sizeof(handlers) / sizeof(handlers[0]),
	.subscriptions = subscriptions,
	.subscription_count = sizeof(subscriptions) / sizeof(subscriptions[0]),
	.jobs = jobs,
	.job_count = sizeof(jobs) / sizeof(jobs[0]),
	.statements = statements,
	.statement_count = sizeof(statements) / sizeof(statements[0]),
	.start = start,
	.finish = finish,
	.called = queue_called,
};

int main(int argc, char **argv)
{
	return daemon_run(&description, argc, argv);
}
