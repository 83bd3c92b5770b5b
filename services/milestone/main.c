/*
 * main.c - ae-milestone, as tables
 *
 * Counts what members do towards milestones, awards each occurrence once, takes it back where its reason is
 * taken back, and says where a member stands.
 */
#include <talloc.h>

#include "gen/sql/milestone.h"
#include "services/milestone/cuts.h"
#include "services/milestone/milestone.h"

static const struct statement statements[] = {SQL_MILESTONE_STATEMENTS};

static const struct handler handlers[] = {
	HANDLE_get_progress,        HANDLE_get_progress_svg,  HANDLE_get_progress_png, HANDLE_get_leaderboard,
	HANDLE_put_visibility,      HANDLE_list_definitions,  HANDLE_get_definition,   HANDLE_put_definition,
	HANDLE_activate_definition, HANDLE_retire_definition, HANDLE_try_definition,
};

static const struct subscription subscriptions[] = {
	{.group = "milestone", .follows = "analytics", .apply = events_apply, .committed = events_committed},
};

static const struct job jobs[] = {
	{.name = "base_definitions", .interval = SECOND, .run = run_base_definitions},
	{.name = "calendar", .interval = SECOND, .run = run_calendar},
	{.name = "facts", .interval = SECOND / 4, .run = run_facts},
	{.name = "sweep", .interval = SECOND, .run = run_fact_sweeps},
	{.name = "forget", .interval = SECOND, .run = run_forgetting},
	{.name = "backfills", .interval = SECOND / 4, .run = run_backfills},
};

static bool start(struct daemon *d)
{
	struct milestones *s = talloc_zero(d, struct milestones);

	d->state = s;
	s->catalogue = talloc_zero(s, struct catalogue);
	s->catalogue->zone = tz_utc();
	s->catalogue->currency = "GBP";
	s->awards = metrics_counter(d->metrics, "ae_milestone_awards_total", "Milestones awarded", "kind");
	cuts_start(d);
	s->reverts = metrics_counter(d->metrics, "ae_milestone_reverts_total", "Awards taken back", "kind");
	return true;
}

static const struct daemon_description description = {
	.service = "milestone",
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
