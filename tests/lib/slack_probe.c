/*
 * slack_probe.c - one delivery to Slack over real libcurl, for the system tests
 *
 * usage: slack_probe api BASE TOKEN_FILE      stdin: {"notification_id", "address", "title", "text", ...}
 *        slack_probe webhook                  the address is the webhook's URL
 * Makes the driver's transfers one after the other and writes the outcome as JSON. Plain http is allowed.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "services/notification/guard.h"
#include "services/notification/slack.h"

enum {
	ANSWER_MAX = 65536,
	STEPS_MAX = 32,
	INPUT_MAX = 1 << 20
};

struct buffer {
	char *text;
	size_t length;
};

static void die(const char *what)
{
	fprintf(stderr, "slack_probe: %s\n", what);
	exit(EXIT_FAILURE);
}

/* What is too much is dropped, as the sender does. */
static size_t keep(char *bytes, size_t size, size_t count, void *data)
{
	struct buffer *b = data;
	size_t length = size * count, room = ANSWER_MAX - 1 - b->length;

	memcpy(b->text + b->length, bytes, length < room ? length : room);
	b->length += length < room ? length : room;
	b->text[b->length] = '\0';
	return length;
}

static void prepare(CURL *curl, const struct transfer *t, struct curl_slist *headers, struct guard *g)
{
	curl_easy_setopt(curl, CURLOPT_URL, t->url);
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, t->plain ? "http" : "https");
	curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)(t->timeout / 1000));
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, t->method);
	if (t->length > 0) {
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, t->body);
		curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)t->length);
	}
	g->timeout = t->timeout;
	if (t->guarded && !guard_apply(curl, g))
		die("the guard cannot be set");
}

/* Once a request was on its way, the other side may have acted on it. */
static void make_transfer(const void *parent, const struct transfer *t, struct answer *a)
{
	struct buffer head = {talloc_zero_size(parent, ANSWER_MAX), 0},
		      body = {talloc_zero_size(parent, ANSWER_MAX), 0};
	struct curl_slist *headers = NULL;
	struct guard g = {0};
	CURL *curl = curl_easy_init();
	long status = 0, sent = 0;
	CURLcode code;
	size_t i;

	for (i = 0; i < t->header_count; i++)
		headers = curl_slist_append(headers, t->headers[i]);
	prepare(curl, t, headers, &g);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
	curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep);
	curl_easy_setopt(curl, CURLOPT_HEADERDATA, &head);
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(curl, CURLINFO_REQUEST_SIZE, &sent);
	*a = (struct answer){.transported = code == CURLE_OK,
			     .unknown = code != CURLE_OK && sent > 0,
			     .error = g.refused ? g.refused : curl_easy_strerror(code),
			     .status = (int)status,
			     .headers = head.text,
			     .body = body.text,
			     .length = body.length,
			     .now = clock_now()};
	curl_slist_free_all(headers);
	curl_easy_cleanup(curl);
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

	curl_global_init(CURL_GLOBAL_DEFAULT);
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
		make_transfer(top, &out.transfer, &answer);
	}
	report(top, &out, at);
	talloc_free(top);
	curl_global_cleanup();
	return EXIT_SUCCESS;
}
