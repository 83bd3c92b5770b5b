/*
 * slack_probe.c - one delivery to Slack over real libcurl, for the system tests
 *
 * usage: slack_probe api BASE TOKEN_FILE      stdin: {"notification_id", "address", "title", "text", ...}
 *        slack_probe webhook                  the address is the webhook's URL
 * Makes the driver's transfers one after the other and writes the outcome as JSON. Plain http is allowed.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/slack.h"
#include "tests/lib/exchange.h"

enum {
	STEPS_MAX = 32,
	INPUT_MAX = 1 << 20
};

static void die(const char *what)
{
	fprintf(stderr, "slack_probe: %s\n", what);
	exit(EXIT_FAILURE);
}

static struct message read_message(const void *parent)
{
	char *text = talloc_size(parent, INPUT_MAX);
	size_t length = fread(text, 1, INPUT_MAX, stdin);
	const char *fault;
	const struct json *j = json_parse(parent, text, length, &fault);

	if (j == NULL)
		die(fault);
	return (struct message){
		.notification_id = json_get_text(j, "notification_id", ""),
		.member_id = "member",
		.attempt = (int)json_get_integer(j, "attempt", 1),
		.category = "milestones",
		.address = json_get_text(j, "address", ""),
		.platform = "",
		.locale = "en-GB",
		.title = json_get_text(j, "title", ""),
		.text = json_get_text(j, "text", ""),
		.html = "",
		.link = json_get_text(j, "link", ""),
		.collapse_key = "",
		.unsubscribe = json_get_text(j, "unsubscribe", ""),
		.extra = json_get(j, "extra"),
		.now = clock_now(),
		.expires = INSTANT_MAX,
	};
}

static void report(const void *parent, const struct step_out *out, int steps)
{
	static const char *const outcomes[] = {"accepted", "retry", "unknown", "refused", "dead", "broken"};
	struct json_writer *w = json_writer_new(parent);

	json_open_object(w, NULL);
	json_put_text(w, "outcome", outcomes[out->outcome]);
	json_put_text(w, "code", out->code);
	json_put_text(w, "detail", out->detail);
	json_put_text(w, "provider_ref", out->provider_ref);
	json_put_text(w, "new_address", out->new_address);
	json_put_integer(w, "retry_after", out->retry_after);
	json_put_integer(w, "transfers", steps);
	json_close(w);
	puts(json_text(w, NULL));
}

int main(int argc, char **argv)
{
	void *top = talloc_new(NULL), *state = NULL;
	struct slack_settings settings = {.timeout = 2 * SECOND, .allow_plain = true};
	struct message m;
	struct step_out out;
	struct answer answer;
	struct driver *driver = NULL;
	const char *error = "usage: slack_probe api BASE TOKEN_FILE | webhook";
	int at;

	if (argc == 4 && strcmp(argv[1], "api") == 0) {
		settings.base_url = argv[2];
		settings.token_file = argv[3];
		driver = slack_api_new(top, &settings, &error);
	} else if (argc == 2 && strcmp(argv[1], "webhook") == 0)
		driver = slack_webhook_new(top, &settings);
	if (driver == NULL)
		die(error);
	m = read_message(top);
	for (at = 0; driver->next(driver, top, &m, at, at ? &answer : NULL, &state, &out) == STEP_TRANSFER;
	     at++) {
		if (at == STEPS_MAX)
			die("the delivery does not end");
		answer = exchange(top, &out.transfer);
	}
	report(top, &out, at);
	exchange_end();
	talloc_free(top);
	return EXIT_SUCCESS;
}
