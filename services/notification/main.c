/*
 * main.c - ae-notification, as tables
 *
 * Keeps what members want to hear; operations of the other kinds are declared in
 * proto/operations.toml and answered 501 until they are built.
 */
#include "gen/sql/notification.h"
#include "services/notification/notification.h"

static const struct statement statements[] = {SQL_NOTIFICATION_STATEMENTS};

static const struct handler handlers[] = {
	HANDLE_get_preferences,
	HANDLE_put_preferences,
	HANDLE_patch_preferences,
};

static const struct subscription subscriptions[] = {
	{.group = "notification", .apply = events_apply},
};

static const struct daemon_description description = {
	.service = "notification",
	.handlers = handlers,
	.handler_count = sizeof(handlers) / sizeof(handlers[0]),
	.subscriptions = subscriptions,
	.subscription_count = sizeof(subscriptions) / sizeof(subscriptions[0]),
	.statements = statements,
	.statement_count = sizeof(statements) / sizeof(statements[0]),
};

int main(int argc, char **argv)
{
	return daemon_run(&description, argc, argv);
}
