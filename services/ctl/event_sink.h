/*
 * event_sink.h - where events go: a file, standard output, or the intake of a running system
 *
 * Over HTTP the lines travel in batches, a few batches at a time; a batch that the system cannot
 * take now (503, 504, 429, no connection) is sent again until the deadline. That is safe, because an
 * event is known by (source, id) and counts once however often it arrives.
 */
#ifndef AE_CTL_EVENT_SINK_H
#define AE_CTL_EVENT_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sink_options {
	const char *out;        /* path, "-" = standard output */
	const char *url;        /* of the system; events are posted to URL/events */
	const char *token;      /* bearer token */
	const char *token_file; /* or where to read it */
	int64_t window;         /* batches in flight */
	int64_t deadline;       /* seconds that a batch is tried for */
};

struct sink_totals {
	int64_t events, bytes;
	int64_t accepted, duplicate, rejected; /* over HTTP only */
	int64_t retries;
};

/* A command's getopt_long() table and its switch take these as they are; --help adds SINK_HELP. */
enum {
	SINK_OUT = 1000,
	SINK_URL,
	SINK_TOKEN,
	SINK_TOKEN_FILE,
	SINK_WINDOW,
	SINK_DEADLINE
};
#define SINK_LONG_OPTIONS                                                                       \
	{"out", required_argument, NULL, SINK_OUT}, {"url", required_argument, NULL, SINK_URL}, \
		{"token", required_argument, NULL, SINK_TOKEN},                                 \
		{"token-file", required_argument, NULL, SINK_TOKEN_FILE},                       \
		{"window", required_argument, NULL, SINK_WINDOW},                               \
	{                                                                                       \
		"deadline", required_argument, NULL, SINK_DEADLINE                              \
	}
#define SINK_HELP                                                               \
	"  --url URL            post to the system at URL (default: $AE_URL)\n" \
	"  --token TOKEN        bearer token (default: $AE_TOKEN)\n"            \
	"  --token-file FILE    read the token from a file\n"                   \
	"  --window N           batches in flight at once, 1-64 (default 4)\n"  \
	"  --deadline SECONDS   how long a batch is tried when the system is busy (default 120)\n"

/* Takes one option; false if its value is wrong (said on stderr) or it is none of the sink's. */
bool sink_option(struct sink_options *o, int option, const char *value);

struct event_sink;

/* Exactly one of out and url must be given. NULL on a fault: *error says why. */
struct event_sink *event_sink_open(const void *parent, const struct sink_options *o, const char **error);
/* One or more whole lines, each ended by a newline, none over 256 KiB. False: see event_sink_error(). */
bool event_sink_put(struct event_sink *s, const char *lines, size_t length);
/* Sends what is left and waits for every answer. False: see event_sink_error(). */
bool event_sink_finish(struct event_sink *s);
const struct sink_totals *event_sink_totals(const struct event_sink *s);
const char *event_sink_error(const struct event_sink *s);
/* The exit code that fits how it went: CTL_DONE, CTL_FAILED (also if events were rejected), CTL_AWAY. */
int event_sink_exit(const struct event_sink *s);
/* What came of it, one line for people or one JSON object; to stdout unless the events went there. */
void event_sink_report(const struct event_sink *s, const char *what, bool json);

#endif
