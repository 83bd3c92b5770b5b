/*
 * slack_config.c - settings and the bot's token
 */
#include <string.h>
#include <talloc.h>

#include "services/notification/secret.h"
#include "services/notification/slack_config.h"

enum {
	TOKEN_MAX = 1024,
	TIMEOUT_SECONDS = 10
};

/* One line of printable ASCII: it becomes part of a header. */
bool slack_read_token(const void *parent, struct slack *slack, const char *path, const char **error)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
	size_t size, length;
	char *text = secret_file(slack, path, &size, error);

	if (text == NULL) {
		*error = talloc_strdup(parent, *error);
		return false;
	}
	length = strspn(text, alphabet);
	if (length == 0 || length >= TOKEN_MAX || length + strspn(text + length, "\r\n ") != size) {
		*error = talloc_asprintf(parent, "%s: not one line with a token", path);
		return false;
	}
	text[length] = '\0';
	slack->token = text;
	return true;
}

struct driver *slack_driver_new(const void *parent, const struct slack_settings *settings)
{
	struct driver *d = talloc_zero(parent, struct driver);
	struct slack *slack = talloc_zero(d, struct slack);
	const char *base = settings->base_url && *settings->base_url ? settings->base_url
								     : "https://slack.com/api";
	size_t length = strlen(base);

	while (length > 0 && base[length - 1] == '/')
		length--;
	slack->base_url = talloc_strndup(slack, base, length);
	slack->ca_file = talloc_strdup(slack, settings->ca_file ? settings->ca_file : "");
	slack->timeout = settings->timeout > 0 ? settings->timeout : TIMEOUT_SECONDS * SECOND;
	slack->allow_plain = settings->allow_plain;
	d->channel = CHANNEL_SLACK;
	d->config = slack;
	return d;
}

enum step slack_done(struct step_out *out, enum outcome outcome, const char *code, const char *detail)
{
	out->outcome = outcome;
	out->code = code;
	out->detail = detail;
	return STEP_DONE;
}

void slack_clear(struct step_out *out)
{
	*out = (struct step_out){.code = "", .detail = "", .provider_ref = "", .new_address = ""};
}
