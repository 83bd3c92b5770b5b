/*
 * push_probe.c - deliveries by one push driver over real libcurl, for the system tests
 *
 * usage: push_probe fcm|apns|webpush
 * stdin: {"settings": {...}, "messages": [{"address", "title", "text", ...}, ...]}
 * Makes the driver's transfers one after the other and writes each outcome as a line of JSON. Plain http to
 * loopback is allowed where the settings say "plain".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/apns.h"
#include "services/notification/fcm.h"
#include "services/notification/webpush.h"
#include "tests/lib/exchange.h"

enum {
	STEPS_MAX = 8,
	INPUT_MAX = 4 << 20
};

static void die(const char *what)
{
	fprintf(stderr, "push_probe: %s\n", what);
	exit(EXIT_FAILURE);
}

static const struct json *read_input(const void *parent)
{
	char *text = talloc_size(parent, INPUT_MAX);
	size_t length = fread(text, 1, INPUT_MAX, stdin);
	const char *fault;
	const struct json *j = json_parse(parent, text, length, &fault);

	if (j == NULL)
		die(fault);
	return j;
}

static const char *text_of(const struct json *j, const char *name)
{
	return json_get_text(j, name, "");
}

static struct driver *open_driver(const void *parent, const char *name, const struct json *s)
{
	int64_t timeout = json_get_integer(s, "timeout_ms", 5000) * 1000;
	struct fcm_settings fcm = {text_of(s, "account_file"),
				   text_of(s, "base_url"),
				   text_of(s, "token_url"),
				   text_of(s, "ca_file"),
				   timeout,
				   json_get_boolean(s, "plain", false)};
	struct apns_settings apns = {text_of(s, "key_file"),
				     text_of(s, "key_id"),
				     text_of(s, "team_id"),
				     text_of(s, "topic"),
				     text_of(s, "base_url"),
				     text_of(s, "ca_file"),
				     timeout};
	struct webpush_settings webpush = {.key_file = text_of(s, "key_file"),
					   .subject = text_of(s, "subject"),
					   .ca_file = text_of(s, "ca_file"),
					   .local = text_of(s, "local"),
					   .timeout = timeout,
					   .allow_plain = json_get_boolean(s, "plain", false)};
	struct driver *d = NULL;
	const char *error = "usage: push_probe fcm|apns|webpush";

	if (strcmp(name, "fcm") == 0)
		d = fcm_driver_new(parent, &fcm, &error);
	else if (strcmp(name, "apns") == 0)
		d = apns_driver_new(parent, &apns, &error);
	else if (strcmp(name, "webpush") == 0)
		d = webpush_driver_new(parent, &webpush, &error);
	if (d == NULL)
		die(error);
	return d;
}

/* "age": the message was made that many seconds ago; "lifetime": seconds until it expires, 0 = never. */
static struct message read_message(const struct json *j)
{
	int64_t lifetime = json_get_integer(j, "lifetime", 0);
	instant now = clock_now();

	return (struct message){
		.notification_id = text_of(j, "notification_id"),
		.member_id = "member",
		.attempt = (int)json_get_integer(j, "attempt", 1),
		.priority = (enum priority)json_get_integer(j, "priority", PRIORITY_TRANSACTIONAL),
		.category = "milestones",
		.address = text_of(j, "address"),
		.platform = "",
		.locale = "en-GB",
		.title = text_of(j, "title"),
		.text = text_of(j, "text"),
		.html = "",
		.link = text_of(j, "link"),
		.collapse_key = text_of(j, "collapse_key"),
		.unsubscribe = "",
		.extra = json_get(j, "extra"),
		.now = now - json_get_integer(j, "age", 0) * SECOND,
		.expires = lifetime ? now + lifetime * SECOND : INSTANT_MAX,
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
	json_put_integer(w, "retry_after", out->retry_after);
	json_put_integer(w, "transfers", steps);
	json_close(w);
	puts(json_text(w, NULL));
}

static void deliver(struct driver *d, const struct json *j)
{
	void *scratch = talloc_new(NULL), *state = NULL;
	struct message m = read_message(j);
	struct step_out out;
	struct answer answer;
	int at;

	for (at = 0; d->next(d, scratch, &m, at, at ? &answer : NULL, &state, &out) == STEP_TRANSFER; at++) {
		if (at == STEPS_MAX)
			die("the delivery does not end");
		answer = exchange(scratch, &out.transfer);
	}
	report(scratch, &out, at);
	talloc_free(scratch);
}

int main(int argc, char **argv)
{
	void *top = talloc_new(NULL);
	const struct json *input = read_input(top), *messages = json_get(input, "messages"), *m;
	struct driver *d = open_driver(top, argc == 2 ? argv[1] : "", json_get(input, "settings"));

	for (m = messages ? messages->first : NULL; m; m = m->next)
		deliver(d, m);
	exchange_end();
	talloc_free(top);
	return EXIT_SUCCESS;
}
