/*
 * load.c - ae-load: load on a local gateway, closed (as fast as answers allow) or open (paced)
 *
 * With a rate a request is due at its place in time and its latency counts from there, so that a
 * slow answer is not hidden by the requests that it kept from being sent.
 */
#include "tests/bench/load.h"

#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <talloc.h>

static const char usage[] =
	"usage: ae-load get|post|visible --port P --token T [--connections N] [--rate R] [--seconds S]\n"
	"  get      dashboards of random members         --members M; others: --under /engagement --leaf "
	"alerts\n"
	"  post     events of a file                     --file F --skip LINES --events E --batch B\n"
	"  visible  post single events at a rate and watch members' dashboards for their own  --probes N\n";

static int64_t *take_integer(struct load_options *o, int option)
{
	switch (option) {
	case 'p':
		return &o->port;
	case 'c':
		return &o->connections;
	case 'r':
		return &o->rate;
	case 's':
		return &o->seconds;
	case 'm':
		return &o->members;
	case 'k':
		return &o->skip;
	case 'e':
		return &o->events;
	case 'b':
		return &o->batch;
	case 'n':
		return &o->probes;
	}
	return NULL;
}

static bool take_option(struct load_options *o, int option, const char *value)
{
	int64_t *number = take_integer(o, option);
	char *end;

	if (option == 't')
		o->token = value;
	else if (option == 'f')
		o->file = value;
	else if (option == 'u')
		o->under = value;
	else if (option == 'l')
		o->leaf = value;
	else if (!number || (*number = strtoll(value, &end, 10)) < 0 || *end)
		return false;
	return true;
}

int main(int argc, char **argv)
{
	static const struct option table[] = {
		{"port", required_argument, NULL, 'p'},        {"token", required_argument, NULL, 't'},
		{"connections", required_argument, NULL, 'c'}, {"rate", required_argument, NULL, 'r'},
		{"seconds", required_argument, NULL, 's'},     {"members", required_argument, NULL, 'm'},
		{"file", required_argument, NULL, 'f'},        {"skip", required_argument, NULL, 'k'},
		{"events", required_argument, NULL, 'e'},      {"batch", required_argument, NULL, 'b'},
		{"probes", required_argument, NULL, 'n'},      {"under", required_argument, NULL, 'u'},
		{"leaf", required_argument, NULL, 'l'},        {NULL, 0, NULL, 0}};
	static const struct {
		const char *name;
		int (*run)(const struct load_options *);
	} kinds[] = {{"get", load_get}, {"post", load_post}, {"visible", load_visible}};
	struct load_options o = {.connections = 1,
				 .seconds = 3600,
				 .batch = 1,
				 .probes = 8,
				 .under = "/analytics",
				 .leaf = "dashboard"};
	size_t i;
	int c;

	while ((c = getopt_long(argc, argv, "", table, NULL)) != -1)
		if (!take_option(&o, c, optarg))
			optind = argc + 1;
	for (i = 0; optind == argc - 1 && o.port && o.token && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(argv[optind], kinds[i].name) == 0)
			return kinds[i].run(&o);
	fputs(usage, stderr);
	return 2;
}

/* --- what the kinds share ------------------------------------------------------------------ */

void tally_add(struct tally *t, int64_t microseconds)
{
	if (t->count == t->room) {
		t->room = t->room ? t->room * 2 : 4096;
		t->took = talloc_realloc(NULL, t->took, int64_t, t->room);
	}
	t->took[t->count++] = microseconds;
}

void tally_failed(struct tally *t, int status)
{
	if (t->failed++ == 0)
		t->first_failure = status;
}

static int integer_order(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double tally_ms(struct tally *t, double part)
{
	size_t at = (size_t)(part * (double)t->count);

	if (t->count == 0)
		return -1;
	qsort(t->took, t->count, sizeof(*t->took), integer_order);
	return (double)t->took[at < t->count ? at : t->count - 1] / 1e3;
}

char *request_text(const void *parent, const struct load_options *o, const char *method, const char *path,
		   const char *headers, const char *body, size_t length)
{
	char *head = talloc_asprintf(parent,
				     "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer %s\r\n%s",
				     method, path, o->token, headers);

	if (!body)
		return talloc_asprintf_append(head, "\r\n");
	head = talloc_asprintf_append(head, "Content-Length: %zu\r\n\r\n", length);
	return talloc_strndup_append(head, body, length);
}

bool lines_read(const void *parent, const struct load_options *o, struct lines *out)
{
	int fd = open(o->file ? o->file : "", O_RDONLY | O_CLOEXEC);
	const char *text, *p, *end;
	struct stat st;
	int64_t line;

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size == 0 ||
	    (text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0)) ==
		    MAP_FAILED) {
		fprintf(stderr, "ae-load: %s cannot be read\n", o->file);
		return false;
	}
	out->at = talloc_array(parent, const char *, o->events + 1);
	out->count = 0;
	for (p = text, end = text + st.st_size, line = 0; p && line <= o->skip + o->events; line++) {
		if (line >= o->skip)
			out->at[out->count++] = p;
		p = p < end ? memchr(p, '\n', (size_t)(end - p)) : NULL;
		p = p ? p + 1 : NULL;
	}
	if (out->count-- == (size_t)o->events + 1)
		return true;
	fprintf(stderr, "ae-load: %s has too few lines\n", o->file);
	return false;
}
