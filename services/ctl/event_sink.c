/*
 * event_sink.c - where events go: a file, standard output, or the intake of a running system
 */
#include "services/ctl/event_sink.h"
#include "services/ctl/ctl.h"
#include "services/ctl/sink_http.h"
#include "common/json.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include <unistd.h>

enum {
	BUFFER_SIZE = 1 << 20,
	BATCH_BYTES = 512 << 10,
	BATCH_LINES = 1000,
	TOKEN_MAX = 16384
};

struct event_sink {
	int fd; /* -1 over HTTP */
	bool to_stdout;
	struct sink_http *http;
	char *buffer;
	size_t used, limit;
	int64_t lines, first; /* in the buffer; number of its first */
	struct sink_totals totals;
	const char *error;
};

bool sink_option(struct sink_options *o, int option, const char *value)
{
	switch (option) {
	case SINK_OUT:
		o->out = value;
		return true;
	case SINK_URL:
		o->url = value;
		return true;
	case SINK_TOKEN:
		o->token = value;
		return true;
	case SINK_TOKEN_FILE:
		o->token_file = value;
		return true;
	case SINK_WINDOW:
		return option_integer("window", value, 1, 64, &o->window);
	case SINK_DEADLINE:
		return option_integer("deadline", value, 1, 86400, &o->deadline);
	default:
		return false;
	}
}

/* The token of a file: its first line. NULL: *error says why. */
static const char *token_read(const void *parent, const char *path, const char **error)
{
	char *text = talloc_zero_array(parent, char, TOKEN_MAX);
	FILE *f = fopen(path, "re");

	if (!f || !fgets(text, TOKEN_MAX, f)) {
		*error = talloc_asprintf(parent, "%s: %s", path, f && feof(f) ? "empty" : strerror(errno));
		text = NULL;
	} else
		text[strcspn(text, "\r\n")] = '\0';
	if (f)
		fclose(f);
	return text;
}

static bool sink_open_http(struct event_sink *s, struct sink_options *o, const char **error)
{
	s->limit = BATCH_BYTES;
	if (!o->token && o->token_file && (o->token = token_read(s, o->token_file, error)) == NULL)
		return false;
	if (!o->token)
		o->token = getenv("AE_TOKEN");
	s->http = sink_http_open(s, o, &s->totals, error);
	return s->http != NULL;
}

static int sink_destroy(struct event_sink *s)
{
	if (s->fd > STDERR_FILENO)
		close(s->fd);
	return 0;
}

static bool sink_open_file(struct event_sink *s, const char *path, const char **error)
{
	s->limit = BUFFER_SIZE;
	s->to_stdout = strcmp(path, "-") == 0;
	s->fd = s->to_stdout ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (s->fd < 0) {
		*error = talloc_asprintf(s, "%s: %s", path, strerror(errno));
		return false;
	}
	talloc_set_destructor(s, sink_destroy);
	return true;
}

struct event_sink *event_sink_open(const void *parent, const struct sink_options *given, const char **error)
{
	struct event_sink *s = talloc_zero(parent, struct event_sink);
	struct sink_options o = *given;
	bool ok;

	s->fd = -1;
	s->first = 1;
	s->buffer = talloc_array(s, char, BUFFER_SIZE);
	if (!o.out && !o.url)
		o.url = getenv("AE_URL");
	if (!o.window)
		o.window = 4;
	if (!o.deadline)
		o.deadline = 120;
	*error = "say where the events go: --out FILE or --url URL, one of them";
	ok = !o.out != !o.url && (o.url ? sink_open_http(s, &o, error) : sink_open_file(s, o.out, error));
	if (ok)
		return s;
	*error = talloc_strdup(parent, *error);
	talloc_free(s);
	return NULL;
}

static bool buffer_write(struct event_sink *s)
{
	size_t done = 0;
	ssize_t n;

	while (done < s->used) {
		n = write(s->fd, s->buffer + done, s->used - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			s->error = talloc_asprintf(s, "writing: %s", strerror(errno));
			return false;
		}
		done += (size_t)n;
	}
	return true;
}

/* Lets go of what has gathered. */
static bool buffer_flush(struct event_sink *s)
{
	bool ok;

	if (!s->used)
		return !s->error;
	ok = s->http ? sink_http_post(s->http, s->buffer, s->used, s->first) : buffer_write(s);
	s->first += s->lines;
	s->used = 0;
	s->lines = 0;
	return ok;
}

static int64_t newlines(const char *text, size_t length)
{
	const char *end = text + length;
	int64_t n = 0;

	while ((text = memchr(text, '\n', (size_t)(end - text))) != NULL) {
		n++;
		if (++text == end)
			break;
	}
	return n;
}

/* One line into the batch; a batch is closed before it gets too large. */
static bool line_put(struct event_sink *s, const char *line, size_t length)
{
	if ((s->used + length > s->limit || (s->http && s->lines == BATCH_LINES)) && !buffer_flush(s))
		return false;
	if (length > BUFFER_SIZE) {
		s->error = "a line is too long";
		return false;
	}
	memcpy(s->buffer + s->used, line, length);
	s->used += length;
	s->lines++;
	return true;
}

bool event_sink_put(struct event_sink *s, const char *lines, size_t length)
{
	const char *end = lines + length, *newline;
	int64_t count = newlines(lines, length);

	if (event_sink_error(s))
		return false;
	s->totals.events += count;
	s->totals.bytes += (int64_t)length;
	if (!s->http && s->used + length <= s->limit) { /* a file does not care where lines end */
		memcpy(s->buffer + s->used, lines, length);
		s->used += length;
		return true;
	}
	for (; lines < end; lines = newline + 1) {
		newline = memchr(lines, '\n', (size_t)(end - lines));
		if (!newline)
			newline = end - 1;
		if (!line_put(s, lines, (size_t)(newline + 1 - lines)))
			return false;
	}
	return true;
}

bool event_sink_finish(struct event_sink *s)
{
	bool ok = buffer_flush(s);

	return s->http ? sink_http_finish(s->http) && ok : ok;
}

const struct sink_totals *event_sink_totals(const struct event_sink *s)
{
	return &s->totals;
}

const char *event_sink_error(const struct event_sink *s)
{
	if (!s->error && s->http)
		return sink_http_error(s->http);
	return s->error;
}

int event_sink_exit(const struct event_sink *s)
{
	if (s->http && sink_http_error(s->http))
		return sink_http_away(s->http) ? CTL_AWAY : CTL_FAILED;
	return s->error || s->totals.rejected ? CTL_FAILED : CTL_DONE;
}

static void report_json(const struct event_sink *s, FILE *to)
{
	struct json_writer *w = json_writer_new(s);

	json_open_object(w, NULL);
	json_put_integer(w, "events", s->totals.events);
	json_put_integer(w, "bytes", s->totals.bytes);
	if (s->http) {
		json_put_integer(w, "accepted", s->totals.accepted);
		json_put_integer(w, "duplicate", s->totals.duplicate);
		json_put_integer(w, "rejected", s->totals.rejected);
		json_put_integer(w, "retries", s->totals.retries);
	}
	if (event_sink_error(s))
		json_put_text(w, "error", event_sink_error(s));
	json_close(w);
	fprintf(to, "%s\n", json_text(w, NULL));
	talloc_free(w);
}

void event_sink_report(const struct event_sink *s, const char *what, bool json)
{
	FILE *to = s->to_stdout ? stderr : stdout;

	if (event_sink_error(s))
		fprintf(stderr, "%s: %s\n", what, event_sink_error(s));
	if (json) {
		report_json(s, to);
		return;
	}
	fprintf(to, "%s: %" PRId64 " events", what, s->totals.events);
	if (s->http)
		fprintf(to, ": %" PRId64 " accepted, %" PRId64 " known already, %" PRId64 " rejected",
			s->totals.accepted, s->totals.duplicate, s->totals.rejected);
	fputc('\n', to);
}
