/*
 * main.c - ae-notification, as tables
 *
 * Keeps its place in the log and answers for its health; its operations are declared in
 * proto/operations.toml and answered 501 until they are built.
 */
#include "common/daemon.h"
#include "gen/proto/notification.h"
#include "gen/sql/notification.h"

static const struct statement statements[] = {SQL_NOTIFICATION_STATEMENTS};

static const struct subscription subscriptions[] = {
	{.group = "notification", .follows = NULL},
};

static const struct daemon_description description = {
	.service = "notification",
	.subscriptions = subscriptions,
	.subscription_count = sizeof(subscriptions) / sizeof(subscriptions[0]),
	.statements = statements,
	.statement_count = sizeof(statements) / sizeof(statements[0]),
};

int main(int argc, char **argv)
{
	return daemon_run(&description, argc, argv);
}
