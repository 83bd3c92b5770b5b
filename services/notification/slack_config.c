/*
 * slack_config.c - settings and the bot's token
 */
#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <string.h>
#include <talloc.h>
#include <unistd.h>

#include "services/notification/slack_config.h"

enum {
	TOKEN_MAX = 1024,
	TIMEOUT_SECONDS = 10
};

static int slack_free(struct slack *slack)
{
	if (slack->token)
		OPENSSL_cleanse(slack->token, strlen(slack->token));
	return 0;
}

/* One line of printable ASCII: it becomes part of a header. */
bool slack_read_token(const void *parent, struct slack *slack, const char *path, const char **error)
{
	char text[TOKEN_MAX + 1];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t got = fd < 0 ? -1 : read(fd, text, sizeof(text));
	size_t length;

	if (got < 0)
		*error = talloc_asprintf(parent, "%s: %s", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	if (got < 0)
		return false;
	text[(size_t)got < sizeof(text) ? (size_t)got : sizeof(text) - 1] = '\0';
	length = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");
	if (length == 0 || length >= TOKEN_MAX || length + strspn(text + length, "\r\n ") != (size_t)got) {
		*error = talloc_asprintf(parent, "%s: not one line with a token", path);
		OPENSSL_cleanse(text, sizeof(text));
		return false;
	}
	slack->token = talloc_strndup(slack, text, length);
	OPENSSL_cleanse(text, sizeof(text));
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
	talloc_set_destructor(slack, slack_free);
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
