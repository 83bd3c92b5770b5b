/*
 * email_probe.c - the e-mail driver and what stands beside it, for the system tests
 *
 * usage: email_probe build|send                 a line of JSON in, a line of JSON out: {"settings",
 * "message"} email_probe record DOMAIN SELECTOR KEY the DNS record of a key email_probe time KEY COUNT
 * microseconds a signature of a 10 KB mail email_probe bounce BOUNCE_DOMAIN SECRET DOMAIN RECIPIENT stdin is
 * one mail email_probe lmtp ADDRESS DOMAIN SECRET SIZE CONNECTIONS MILLISECONDS lmtp says "port N", then for
 * each mail a line of JSON and the mail's bytes; it stores no mail that says "not storable", and ends with
 * its stdin.
 */
#include <event2/event.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include <unistd.h>

#include "common/json.h"
#include "services/notification/bounce.h"
#include "services/notification/bounce_status.h"
#include "services/notification/bytes.h"
#include "services/notification/dkim.h"
#include "services/notification/email.h"
#include "services/notification/lmtp.h"
#include "services/notification/verp.h"
#include "tests/lib/exchange.h"

static const char *const outcomes[] = {"accepted", "retry", "unknown", "refused", "dead", "broken"};

static void say(struct json_writer *w)
{
	json_close(w);
	puts(json_text(w, NULL));
	fflush(stdout);
}

static struct json_writer *object(const void *parent)
{
	struct json_writer *w = json_writer_new(parent);

	json_open_object(w, NULL);
	return w;
}

static struct email_settings settings_of(const struct json *j)
{
	return (struct email_settings){
		.name = json_get_text(j, "name", "relay"),
		.url = json_get_text(j, "url", "smtp://relay.example.com:587"),
		.user = json_get_text(j, "user", NULL),
		.password = json_get_text(j, "password", NULL),
		.ca_file = json_get_text(j, "ca_file", NULL),
		.from = json_get_text(j, "from", "news@example.com"),
		.from_name = json_get_text(j, "from_name", NULL),
		.reply_to = json_get_text(j, "reply_to", NULL),
		.domain = json_get_text(j, "domain", "example.com"),
		.bounce_domain = json_get_text(j, "bounce_domain", NULL),
		.verp_secret = json_get_text(j, "verp_secret", NULL),
		.dkim_selector = json_get_text(j, "dkim_selector", NULL),
		.dkim_key = json_get_text(j, "dkim_key", NULL),
		.dkim_selector_2 = json_get_text(j, "dkim_selector_2", NULL),
		.dkim_key_2 = json_get_text(j, "dkim_key_2", NULL),
		.list_id = json_get_text(j, "list_id", NULL),
		.unsubscribe_mail = json_get_boolean(j, "unsubscribe_mail", false),
		.plain = json_get_boolean(j, "plain", false),
		.timeout = json_get_integer(j, "timeout", 10 * SECOND),
	};
}

static void images_of(const void *parent, const struct json *list, struct message *m)
{
	struct inline_image *images = talloc_array(parent, struct inline_image, list ? list->count : 0);
	const struct json *j;

	for (j = list ? list->first : NULL; j; j = j->next) {
		const char *text = json_get_text(j, "base64", "");
		unsigned char *bytes = talloc_size(parent, strlen(text) + 1);
		int n = EVP_DecodeBlock(bytes, (const unsigned char *)text, (int)strlen(text));
		size_t padding = strlen(text) - strcspn(text, "=");

		images[m->image_count++] = (struct inline_image){json_get_text(j, "content_id", ""),
								 json_get_text(j, "content_type", ""), bytes,
								 n > 0 ? (size_t)n - padding : 0};
	}
	m->images = images;
}

static struct message message_of(const void *parent, const struct json *j)
{
	struct message m = {
		.notification_id = json_get_text(j, "notification_id", "01JD0000000000000000000000"),
		.member_id = "m-1",
		.attempt = 1,
		.priority = (enum priority)json_get_integer(j, "priority", PRIORITY_BULK),
		.category = json_get_text(j, "category", "milestones"),
		.address = json_get_text(j, "address", "member@example.org"),
		.title = json_get_text(j, "title", ""),
		.text = json_get_text(j, "text", ""),
		.html = json_get_text(j, "html", ""),
		.unsubscribe = json_get_text(j, "unsubscribe", ""),
		.now = json_get_integer(j, "now", 1764000000) * SECOND,
		.expires = INSTANT_MAX,
	};

	images_of(parent, json_get(j, "images"), &m);
	return m;
}

static void put_outcome(struct json_writer *w, const struct step_out *out)
{
	json_put_text(w, "outcome", outcomes[out->outcome]);
	json_put_text(w, "code", out->code);
	json_put_text(w, "detail", out->detail);
	json_put_text(w, "provider_ref", out->provider_ref);
}

/* One line: the driver made anew, a mail built, and if asked sent. */
static void deliver(bool send, const char *line)
{
	void *scratch = talloc_new(NULL);
	struct json_writer *w = object(scratch);
	const char *error = NULL;
	struct json *j = json_parse(scratch, line, strlen(line), &error);
	struct email_settings settings = settings_of(json_get(j, "settings"));
	struct driver *d = j ? email_driver_new(scratch, &settings, &error) : NULL;
	struct message m = message_of(scratch, json_get(j, "message"));
	struct step_out out;
	struct answer answer;
	void *state = NULL;

	if (d == NULL) {
		json_put_text(w, "error", error);
	} else if (d->next(d, scratch, &m, 0, NULL, &state, &out) == STEP_DONE) {
		put_outcome(w, &out);
	} else {
		json_put_text_n(w, "mail", out.transfer.body, out.transfer.length);
		json_put_text(w, "mail_from", out.transfer.mail_from);
		json_put_text(w, "recipient", out.transfer.recipient);
		json_put_text(w, "url", out.transfer.url);
		if (send) {
			answer = exchange(scratch, &out.transfer);
			d->next(d, scratch, &m, 1, &answer, &state, &out);
			put_outcome(w, &out);
			json_put_text(w, "lines", answer.headers);
		}
	}
	say(w);
	talloc_free(scratch);
}

static int each_line(bool send)
{
	char *line = NULL;
	size_t size = 0;

	while (getline(&line, &size, stdin) > 0)
		deliver(send, line);
	free(line);
	exchange_end();
	return EXIT_SUCCESS;
}

static struct dkim *signer(const char *domain, const char *selector, const char *key)
{
	const char *error;
	struct dkim *d = dkim_new(NULL, domain, &error);

	if (d == NULL || !dkim_add(d, selector, key, &error)) {
		fprintf(stderr, "email_probe: %s\n", error);
		exit(EXIT_FAILURE);
	}
	return d;
}

static int record(char **argv)
{
	struct dkim *d = signer(argv[0], argv[1], argv[2]);

	puts(dkim_record(d, d, argv[1]));
	talloc_free(d);
	return EXIT_SUCCESS;
}

static int measure(char **argv)
{
	struct dkim *d = signer("example.com", "s", argv[0]);
	struct bytes *mail = bytes_new(d);
	long i, count = strtol(argv[1], NULL, 10);
	int64_t before;
	const char *error;

	bytes_text(mail, "From: a@example.com\r\nTo: b@example.com\r\nSubject: a subject\r\n\r\n");
	while (mail->length < 10000)
		bytes_text(mail, "A line of a mail that says little and says it  often.\r\n");
	before = clock_monotonic();
	for (i = 0; i < count; i++)
		talloc_free(dkim_sign(d, d, mail->data, mail->length, i * SECOND, &error));
	printf("%.1f\n", (double)(clock_monotonic() - before) / (double)count);
	talloc_free(d);
	return EXIT_SUCCESS;
}

static struct bytes *read_all(void)
{
	struct bytes *b = bytes_new(NULL);
	char piece[65536];
	size_t got;

	while ((got = fread(piece, 1, sizeof(piece), stdin)) > 0)
		bytes_put(b, piece, got);
	return b;
}

static void put_bounce(struct json_writer *w, const struct bounce *b)
{
	json_open_object(w, NULL);
	json_put_text(w, "kind", bounce_kind_name(b->kind));
	json_put_text(w, "meaning",
		      b->kind == BOUNCE_FAILED ? bounce_meaning_name(bounce_meaning(b->status)) : "");
	json_put_boolean(w, "authentic", b->authentic);
	json_put_text(w, "notification_id", b->notification_id);
	json_put_text(w, "recipient", b->recipient);
	json_put_text(w, "status", b->status);
	json_put_text(w, "action", b->action);
	json_put_text(w, "diagnostic", b->diagnostic);
	json_put_text(w, "reporting_mta", b->reporting_mta);
	json_put_text(w, "remote_mta", b->remote_mta);
	json_close(w);
}

static int bounce(char **argv)
{
	struct bytes *mail = read_all();
	struct bounce_settings settings = {argv[0], argv[1], argv[2]};
	struct bounces *found = bounce_read(mail, &settings, argv[3], mail->data, mail->length);
	struct json_writer *w = object(mail);
	size_t i;

	json_open_array(w, "bounces");
	for (i = 0; found && i < found->count; i++)
		put_bounce(w, &found->list[i]);
	json_close(w);
	say(w);
	talloc_free(mail);
	return EXIT_SUCCESS;
}

/* Who is asked for when an address comes. */
struct doorman {
	const char *domain, *secret;
};

static bool is_ours(void *doorman, const char *address)
{
	struct doorman *d = doorman;
	enum verp_purpose purpose;

	return verp_read(d, address, d->secret, d->domain, &purpose) != NULL;
}

static enum lmtp_verdict keep(const struct lmtp_mail *m, const char *recipient)
{
	struct json_writer *w;

	if (memmem(m->body->data, m->body->length, "not storable", strlen("not storable")))
		return LMTP_LATER;
	w = object(m);
	json_put_text(w, "from", m->from);
	json_put_text(w, "recipient", recipient);
	json_put_integer(w, "length", (int64_t)m->body->length);
	say(w);
	fwrite(m->body->data, 1, m->body->length, stdout);
	fflush(stdout);
	return LMTP_TAKEN;
}

static void take(void *doorman, struct lmtp_mail *m)
{
	enum lmtp_verdict verdicts[LMTP_RECIPIENTS_MAX];
	size_t i;

	(void)doorman;
	for (i = 0; i < m->recipient_count; i++)
		verdicts[i] = keep(m, m->recipients[i]);
	lmtp_answer(m, verdicts);
}

static void stop(evutil_socket_t fd, short what, void *base)
{
	char piece[64];

	(void)what;
	if (read(fd, piece, sizeof(piece)) <= 0)
		event_base_loopbreak(base);
}

static int serve(char **argv)
{
	struct lmtp_settings settings = {
		.address = argv[0],
		.host = "probe.example.com",
		.size_max = strtoul(argv[3], NULL, 10),
		.connections_max = strtoul(argv[4], NULL, 10),
		.command_time = strtol(argv[5], NULL, 10) * 1000,
		.mail_time = strtol(argv[5], NULL, 10) * 1000,
	};
	struct event_base *base = event_base_new();
	struct event *end = event_new(base, STDIN_FILENO, EV_READ | EV_PERSIST, stop, base);
	struct doorman *top = talloc_zero(NULL, struct doorman);
	struct lmtp_hooks hooks = {top, is_ours, take};
	const char *error;
	bool taken;
	struct lmtp *l;

	*top = (struct doorman){argv[1], argv[2]};
	l = lmtp_new(top, base, &settings, &hooks, &taken, &error);

	if (l == NULL) {
		fprintf(stderr, "email_probe: %s\n", error);
		return EXIT_FAILURE;
	}
	printf("port %d\n", lmtp_port(l));
	fflush(stdout);
	event_add(end, NULL);
	event_base_dispatch(base);
	talloc_free(top);
	event_free(end);
	event_base_free(base);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (argc == 2 && strcmp(verb, "build") == 0)
		return each_line(false);
	if (argc == 2 && strcmp(verb, "send") == 0)
		return each_line(true);
	if (argc == 5 && strcmp(verb, "record") == 0)
		return record(argv + 2);
	if (argc == 4 && strcmp(verb, "time") == 0)
		return measure(argv + 2);
	if (argc == 6 && strcmp(verb, "bounce") == 0)
		return bounce(argv + 2);
	if (argc == 8 && strcmp(verb, "lmtp") == 0)
		return serve(argv + 2);
	fputs("usage: email_probe build | send | record | time | bounce | lmtp ...\n", stderr);
	return 2;
}
