/*
 * main.c - ae-engagement, as tables
 *
 * Keeps its place in the log and answers for its health; its operations are declared in
 * proto/operations.toml and answered 501 until they are built.
 */
#include "common/daemon.h"
#include "gen/proto/engagement.h"
#include "gen/sql/engagement.h"

static const struct statement statements[] = {SQL_ENGAGEMENT_STATEMENTS};

static const struct subscription subscriptions[] = {
	{.group = "engagement", .follows = "analytics"},
};

static const struct daemon_description description = {
	.service = "engagement",
	.subscriptions = subscriptions,
	.subscription_count = sizeof(subscriptions) / sizeof(subscriptions[0]),
	.statements = statements,
	.statement_count = sizeof(statements) / sizeof(statements[0]),
};

int main(int argc, char **argv)
{
	return daemon_run(&description, argc, argv);
}
