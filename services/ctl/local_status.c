/*
 * local_status.c - aectl local status: each process, since when, and whether it answers
 */
#include "services/ctl/local.h"

#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <talloc.h>
#include "common/json.h"
#include "services/ctl/ctl.h"

static const char help[] = "usage: aectl local status [--dir D] [--json]\n\n"
			   "Lists the processes of the local system in D: pid, since when, how often started "
			   "again, readiness.\n\n"
			   "  --dir D    the folder (default: $AE_DIR, or var)\n"
			   "  --json     one JSON document\n\n"
			   "Exit status: 0 all up and ready, 1 only a part, 2 wrong usage, 3 not running.\n";

struct status {
	struct local *local;
	bool running;
	struct readiness *ready; /* NULL when nothing runs */
};

static const char *child_state(const struct status *s, const struct child *c)
{
	bool ready;

	if (!identity_alive(c->identity))
		return "down";
	if (strcmp(c->service, "postgres") == 0)
		ready = postgres_answers(s->local);
	else if (strcmp(c->service, "redis") == 0)
		ready = redis_answers(s->local);
	else
		ready = readiness_of(s->ready, c);
	return ready ? "ready" : "not ready";
}

static struct status *status_ask(const char *dir, const char **error)
{
	struct status *s = talloc_zero(ctl_memory, struct status);

	if ((s->local = local_load(s, dir, error)))
		s->running = local_running(s->local->dir);
	if (s->running)
		s->ready = readiness_ask(s, s->local, 3000);
	return s;
}

static int status_exit(const struct status *s)
{
	int i;

	if (!s->running)
		return CTL_AWAY;
	for (i = 0; i < s->local->count; i++)
		if (strcmp(child_state(s, &s->local->children[i]), "ready") != 0)
			return CTL_FAILED;
	return s->local->count && strcmp(s->local->state, "running") == 0 ? CTL_DONE : CTL_FAILED;
}

static void put_process(const struct status *s, struct json_writer *w, const struct child *c)
{
	char since[INSTANT_TEXT];

	json_open_object(w, NULL);
	json_put_text(w, "name", c->name);
	json_put_text(w, "service", c->service);
	json_put_integer(w, "instance", c->instance);
	json_put_integer(w, "pid", c->identity.pid);
	json_put_text(w, "state", child_state(s, c));
	json_put_text(w, "since", instant_format(c->since, since));
	json_put_integer(w, "uptime_seconds", c->identity.pid ? (clock_now() - c->since) / SECOND : 0);
	json_put_integer(w, "restarts", c->restarts);
	json_close(w);
}

static void status_json(const struct status *s, const char *dir)
{
	struct json_writer *w = json_writer_new(s);
	int i;

	json_open_object(w, NULL);
	json_put_text(w, "dir", dir);
	if (!s->running) {
		json_put_text(w, "state", "stopped");
	} else {
		json_put_text(w, "state", s->local->state);
		json_put_text(w, "url", local_url(s->local));
		json_put_boolean(w, "ready", s->ready->gateway);
		json_put_integer(w, "supervisor", s->local->supervisor.pid);
	}
	json_open_array(w, "processes");
	for (i = 0; s->running && i < s->local->count; i++)
		put_process(s, w, &s->local->children[i]);
	json_close(w);
	json_close(w);
	puts(json_text(w, NULL));
}

static void status_text(const struct status *s)
{
	const struct child *c;
	int i;

	printf("%s, %s, folder %s\n%-18s %8s %-10s %10s %8s\n", local_url(s->local), s->local->state,
	       s->local->dir, "process", "pid", "state", "up (s)", "restarts");
	for (i = 0; i < s->local->count; i++) {
		c = &s->local->children[i];
		printf("%-18s %8d %-10s %10" PRId64 " %8" PRId64 "\n", c->name, (int)c->identity.pid,
		       child_state(s, c), c->identity.pid ? (clock_now() - c->since) / SECOND : 0,
		       c->restarts);
	}
}

int local_status(int argc, char **argv)
{
	static const struct option options[] = {{"dir", required_argument, NULL, 'd'},
						{"json", no_argument, NULL, 'j'},
						{"help", no_argument, NULL, 'h'},
						{NULL, 0, NULL, 0}};
	const char *dir = NULL, *error = NULL;
	struct status *s;
	bool json = false;
	int c, rc;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1)
		switch (c) {
		case 'd':
			dir = optarg;
			break;
		case 'j':
			json = true;
			break;
		case 'h':
			fputs(help, stdout);
			return CTL_DONE;
		default:
			return usage_wrong(argv[0], "wrong option");
		}
	if (optind < argc)
		return usage_wrong(argv[0], "unexpected argument '%s'", argv[optind]);
	dir = local_default_dir(dir);
	s = status_ask(dir, &error);
	if (json)
		status_json(s, dir);
	else if (s->running)
		status_text(s);
	else
		printf("not running: %s\n", dir);
	rc = status_exit(s);
	talloc_free(s);
	return rc;
}
