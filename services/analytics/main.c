/*
 * main.c - ae-analytics, as tables
 *
 * Takes events in, keeps the members' facts, and answers with dashboards, insights and charts.
 */
#include <talloc.h>

#include "gen/sql/analytics.h"
#include "services/analytics/analytics.h"
#include "services/analytics/jobs.h"

static struct analytics_settings {
	int64_t cache_seconds;
} settings;

static const struct setting rows[] = {
	{"cache_seconds", SETTING_INTEGER, &settings.cache_seconds, "300", 0, 86400,
	 "Longest life of a finished dashboard in insights_cache, 0 for none; it is dropped at once when the "
	 "member's facts move"},
	SETTINGS_END,
};

static const struct statement statements[] = {SQL_ANALYTICS_STATEMENTS};

static const struct handler handlers[] = {
	HANDLE_post_events,
	HANDLE_get_dashboard,
	HANDLE_get_chart,
	HANDLE_get_insights,
};

static const struct subscription subscriptions[] = {
	{.group = "analytics", .followed = true, .apply = events_apply, .committed = events_committed},
};

static const struct job jobs[] = {
	{.name = "refresh_catalogue", .interval = SECOND, .run = refresh_catalogue},
	{.name = "refresh_facts", .interval = SECOND / 4, .run = refresh_facts},
	{.name = "refresh_peers", .interval = SECOND / 50, .run = refresh_peers},
};

static bool start(struct daemon *d)
{
	struct analytics *a = talloc_zero(d, struct analytics);

	d->state = a;
	a->cache_seconds = settings.cache_seconds;
	a->catalogue = talloc_zero(a, struct catalogue);
	a->catalogue->zone = tz_utc();
	a->catalogue->currency = "GBP";
	a->intake = metrics_counter(d->metrics, "ae_intake_events_total", "Events offered to the intake",
				    "outcome");
	a->cache_hits = metrics_counter(d->metrics, "ae_insights_cache_total", "Look-ups in insights_cache",
					"outcome");
	a->insights = metrics_counter(d->metrics, "ae_insights_total", "New findings by kind", "kind");
	refresh_catalogue(d);
	db_clear(d->db);
	return true;
}

static void reload(struct daemon *d)
{
	((struct analytics *)d->state)->cache_seconds = settings.cache_seconds;
}

static const struct daemon_description description = {
	.service = "analytics",
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
	.prefetch = prefetch_dashboards,
	.reload = reload,
	.neighbours = &operation_post_events,
};

int main(int argc, char **argv)
{
	return daemon_run(&description, argc, argv);
}
