/*
 * events_send.c - aectl events send: a file of events to the intake
 */
#include "services/ctl/ctl.h"
#include "services/ctl/event_sink.h"
#include "common/progress.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <talloc.h>

enum {
	LINE_MAX_BYTES = 1 << 20
};

static const char usage[] =
	"usage: aectl events send FILE|- --url URL --token TOKEN\n\n"
	"Posts a file of CloudEvents, one JSON object a line, to a system's intake. Sending a file\n"
	"again does no harm: events that are there already are counted as known.\n\n" SINK_HELP
	"  --json               print the counts as JSON\n";

/* Every line of the file into the sink, empty ones left out. */
static bool lines_send(FILE *f, struct event_sink *s, struct progress *p, const char **error)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t n;
	int64_t done = 0;
	bool ok = true;

	while (ok && (n = getline(&line, &room, f)) >= 0) {
		done += n;
		progress_at(p, done);
		if (n >= LINE_MAX_BYTES) {
			*error = "a line is longer than a mebibyte";
			ok = false;
		} else if (strspn(line, " \t\r\n") != (size_t)n) {
			if (line[n - 1] != '\n') /* getline leaves room for the NUL, which need not stay */
				line[n++] = '\n';
			ok = event_sink_put(s, line, (size_t)n);
		}
	}
	if (ferror(f)) {
		*error = strerror(errno);
		ok = false;
	}
	free(line);
	return ok;
}

static int file_send(const void *top, const char *path, struct event_sink *s, bool json)
{
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	struct progress *p;
	struct stat st;
	const char *error = NULL;
	if (!f) {
		fprintf(stderr, "aectl events send: %s: %s\n", path, strerror(errno));
		return CTL_FAILED;
	}
	p = progress_new(top, "sending", "bytes", fstat(fileno(f), &st) == 0 ? (int64_t)st.st_size : 0);
	lines_send(f, s, p, &error);
	event_sink_finish(s);
	progress_end(p);
	if (f != stdin)
		fclose(f);
	if (error)
		fprintf(stderr, "aectl events send: %s: %s\n", path, error);
	event_sink_report(s, "aectl events send", json);
	return error ? CTL_FAILED : event_sink_exit(s);
}

int events_send(int argc, char **argv)
{
	static const struct option table[] = {SINK_LONG_OPTIONS,
					      {"json", no_argument, NULL, 'j'},
					      {"help", no_argument, NULL, 'h'},
					      {NULL, 0, NULL, 0}};
	struct sink_options o = {0};
	struct event_sink *s;
	const char *error;
	bool json = false;
	void *top;
	int c, rc;

	while ((c = getopt_long(argc, argv, "h", table, NULL)) != -1)
		if (c == 'h') {
			fputs(usage, stdout);
			return CTL_DONE;
		} else if (c == 'j')
			json = true;
		else if (!sink_option(&o, c, optarg))
			return usage_wrong(argv[0], "wrong options");
	if (argc - optind != 1)
		return usage_wrong(argv[0], "one file of events is wanted");
	if (o.out)
		return usage_wrong(argv[0], "--out makes no sense here");
	top = talloc_new(NULL);
	s = event_sink_open(top, &o, &error);
	rc = s ? file_send(top, argv[optind], s, json) : usage_wrong(argv[0], "%s", error);
	talloc_free(top);
	return rc;
}
