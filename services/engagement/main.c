/*
 * main.c - ae-engagement, as tables
 *
 * Events and the clock make members due; looking at them makes alerts, few and at the right moment.
 */
#include <talloc.h>

#include "gen/sql/engagement.h"
#include "services/engagement/effect.h"
#include "services/engagement/engager.h"

struct engagement_settings engagement;

static const struct setting rows[] = {
	{"alerts_per_day", SETTING_INTEGER, &engagement.per_day, "2", 0, 100,
	 "Most alerts for a member on one of its days, of all rules together"},
	{"alerts_per_week", SETTING_INTEGER, &engagement.per_week, "5", 0, 500,
	 "Most alerts for a member in seven of its days, today included"},
	{"event_patience", SETTING_DURATION, &engagement.patience, "1d", 60 * SECOND,
	 30 * DAY_SECONDS *SECOND, "Events older than that cause no alert: an import of history is silent"},
	{"offer_spread", SETTING_DURATION, &engagement.offer_spread, "1h", 0, DAY_SECONDS *SECOND,
	 "Over this time those are looked at who buy in a category that something is on offer in"},
	{"keep_decisions", SETTING_DURATION, &engagement.keep_decisions, "90d", DAY_SECONDS *SECOND,
	 3650 * DAY_SECONDS *SECOND, "How long it is kept why members were not told"},
	{"keep_alerts", SETTING_DURATION, &engagement.keep_alerts, "730d", 400 * DAY_SECONDS *SECOND,
	 3650 * DAY_SECONDS *SECOND,
	 "How long alerts are kept; an occasion is told once as long as its alert is there"},
	SETTINGS_END,
};

static const struct statement statements[] = {SQL_ENGAGEMENT_STATEMENTS};

static const struct handler handlers[] = {
	HANDLE_get_alerts,
	HANDLE_post_alert_action,
	HANDLE_get_decisions,
	HANDLE_get_occasions,
	HANDLE_list_engagement_rules,
	HANDLE_get_engagement_rule,
	HANDLE_put_engagement_rule,
	HANDLE_set_engagement_rule_state,
	HANDLE_try_engagement_rule,
	HANDLE_get_engagement_switch,
	HANDLE_put_engagement_switch,
	HANDLE_get_effect,
	HANDLE_get_funnel,
};

static const struct subscription subscriptions[] = {
	{.group = "engagement", .follows = "analytics", .apply = events_apply, .committed = events_committed},
};

static const struct job jobs[] = {
	{.name = "look_at_members", .interval = SECOND / 4, .run = look_at_members},
	{.name = "sweep_offers", .interval = SECOND, .run = sweep_offers},
	{.name = "plan_members", .interval = SECOND, .run = plan_members},
	{.name = "heed_clock", .interval = SECOND, .run = heed_clock},
	{.name = "expire_alerts", .interval = 60 * SECOND, .run = expire_alerts},
	{.name = "forget_old", .interval = 600 * SECOND, .run = forget_old},
	{.name = "count_effect", .interval = SECOND / 50, .run = count_effect},
	{.name = "base_rules", .interval = 60 * SECOND, .run = put_base_rules},
};

static bool start(struct daemon *d)
{
	struct engager *e = talloc_zero(d, struct engager);

	d->state = e;
	e->daemon = d;
	e->pool = talloc_pool(e, 4 << 20);
	e->looks = metrics_counter(d->metrics, "ae_engagement_looks_total", "Members looked at", NULL);
	e->alerts = metrics_counter(d->metrics, "ae_engagement_alerts_total", "Alerts made, by kind", "kind");
	e->losses = metrics_counter(d->metrics, "ae_engagement_losses_total",
				    "Candidates that became no alert, by reason", "reason");
	e->withdrawn = metrics_counter(d->metrics, "ae_engagement_withdrawn_total",
				       "Alerts whose reason was gone", NULL);
	e->version = metrics_gauge(d->metrics, "ae_engagement_rules_version",
				   "Version of the rules and the switch that are in force here", NULL);
	return true;
}

static const struct daemon_description description = {
	.service = "engagement",
	.settings = rows,
	.handlers = handlers,
	.handler_count = sizeof(handlers) / sizeof(handlers[0]),
	.subscriptions = subscriptions,
	.subscription_count = sizeof(subscriptions) / sizeof(subscriptions[0]),
	.jobs = jobs,
	.job_count = sizeof(jobs) / sizeof(jobs[0]),
	.statements = statements,
	.statement_count = sizeof(statements) / sizeof(statements[0]),
	.start = start,
};

int main(int argc, char **argv)
{
	return daemon_run(&description, argc, argv);
}
