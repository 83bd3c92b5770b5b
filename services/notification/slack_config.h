/*
 * slack_config.h - what both of Slack's drivers are made of
 */
#ifndef AE_NOTIFICATION_SLACK_CONFIG_H
#define AE_NOTIFICATION_SLACK_CONFIG_H

#include "services/notification/slack.h"
#include "services/notification/slack_book.h"

/* A driver's config. */
struct slack {
	const char *base_url; /* without a slash at the end */
	const char *ca_file;
	char *token;             /* NULL for webhooks */
	struct slack_book *book; /* likewise */
	int64_t timeout;
	bool allow_plain;
};

/* A driver with its config; name and next are the caller's. */
struct driver *slack_driver_new(const void *parent, const struct slack_settings *settings);

/* Reads the credential. False: *error says why, and hangs under parent. */
bool slack_read_token(const void *parent, struct slack *slack, const char *path, const char **error);

/* Ends a delivery. */
enum step slack_done(struct step_out *out, enum outcome outcome, const char *code, const char *detail);
void slack_clear(struct step_out *out);

#endif
