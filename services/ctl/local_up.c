/*
 * local_up.c - aectl local up: the whole system on this machine, in one command
 *
 * Forks the supervisor (local_supervisor.c), hears from it until everything answers, loads the
 * sample, and says how to use it. In the foreground it then waits for Ctrl-C; otherwise the
 * supervisor stays behind and `aectl local down` ends it.
 */
#include "services/ctl/local.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <talloc.h>
#include <unistd.h>
#include "common/json.h"
#include "services/ctl/ctl.h"

enum {
	ADMIN_TOKEN_SECONDS = 7 * 24 * 3600,
	BUSY_SECONDS = 90
};

struct up {
	struct local_options options;
	struct sample sample;
	bool foreground, json;
	struct local *local;
	pid_t supervisor;
	int pipe;
	int64_t began;
};

static const char help[] =
	"usage: aectl local up [--dir D] [--port P] [--sample NAME] [OPTION...]\n\n"
	"Starts the whole system on this machine: its own PostgreSQL and Redis, the daemons and the "
	"gateway,\n"
	"everything under one folder, nothing of the machine's own services touched. Data is kept between "
	"starts.\n\n"
	"  --dir D               the folder (default: $AE_DIR, or var)\n"
	"  --port P              of the gateway on 127.0.0.1 (default 8080); 0 = any free one\n"
	"  --sample NAME         what to load into a new system: retail (default), none, synthetic:MEMBERS\n"
	"  --file CSV            a retail file to load instead of the sample that comes with aectl\n"
	"  --as-is               leave the sample's dates as they are; without it they end in this week\n"
	"  --instances N         of each daemon, 1-32 (default 1)\n"
	"  --foreground          stay until Ctrl-C, then stop everything\n"
	"  --fsync on|off        whether PostgreSQL forces commits to disk (default on)\n"
	"  --pg-option NAME=VALUE      a PostgreSQL setting; may be repeated\n"
	"  --set SECTION.NAME=VALUE    a setting of a daemon, the gateway, or common; may be repeated\n"
	"  --json                one JSON document instead of words\n\n"
	"Exit status: 0 up (also if it was already), 1 failed, 2 wrong usage.\n";

static int up_fail(const struct up *u, const char *error)
{
	fprintf(stderr, "aectl local up: %s\n", error);
	if (u->json)
		printf("{\"state\": \"failed\"}\n");
	return CTL_FAILED;
}

/* --- the port ------------------------------------------------------------------------------ */

/* Whether the port is free; 0 becomes a free one. */
static bool port_choose(int64_t *port, const char **error)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)*port)};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;
	socklen_t length = sizeof(a);
	bool good;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	good = bind(fd, (struct sockaddr *)&a, sizeof(a)) == 0 && listen(fd, 1) == 0 &&
	       getsockname(fd, (struct sockaddr *)&a, &length) == 0;
	if (good)
		*port = ntohs(a.sin_port);
	else
		*error = talloc_asprintf(ctl_memory, "port %d of 127.0.0.1 cannot be used: %s", (int)*port,
					 strerror(errno));
	close(fd);
	return good;
}

/* --- starting ------------------------------------------------------------------------------ */

/* Makes D and its parents. */
static bool make_directory(const char *dir, const char **error)
{
	char *path = talloc_strdup(ctl_memory, dir), *slash = path;
	bool good = true;

	while (good && (slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		good = folder_make(path, 0755, error);
		*slash = '/';
	}
	good = good && folder_make(path, 0755, error);
	talloc_free(path);
	return good;
}

/* Forks the supervisor, in a session of its own so that Ctrl-C reaches it only through us. */
static bool fork_supervisor(struct up *u, const char **error)
{
	pid_t self = getpid();
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) < 0 || (u->supervisor = fork()) < 0) {
		*error = strerror(errno);
		return false;
	}
	if (u->supervisor == 0) {
		close(ends[0]);
		setsid();
		if (u->foreground && (prctl(PR_SET_PDEATHSIG, SIGTERM) < 0 || getppid() != self))
			_exit(1);
		supervisor_run(u->local, ends[1]);
	}
	close(ends[1]);
	close(u->local->lock); /* the supervisor's copy holds it from here on */
	u->pipe = ends[0];
	return true;
}

/* Reads the supervisor's words until it is up. */
static bool hear_supervisor(struct up *u, const char **error)
{
	FILE *f = fdopen(u->pipe, "r");
	char line[1024];
	bool up = false;

	*error = talloc_asprintf(u->local, "the supervisor ended, see %s/log/supervisor.log", u->local->dir);
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "fail ", 5) == 0)
			*error = talloc_strdup(u->local, line + 5);
		else if (strncmp(line, "step ", 5) == 0 && !u->json)
			printf("starting %s\n", line + 5), fflush(stdout);
		up = strcmp(line, "up") == 0;
	}
	fclose(f);
	return up;
}

static bool up_prepare(struct up *u, const char **error)
{
	struct local *before = local_load(u->local, u->options.dir, error);

	if (before)
		local_end_stale(before);
	if (!port_choose(&u->options.port, error) || !local_prepare(u->local, &u->options, error))
		return false;
	local_add_children(u->local);
	if (local_programs_present(u->local, error))
		return true;
	local_remove_run(u->local);
	return false;
}

/* --- being up ------------------------------------------------------------------------------ */

static const char *up_token(const struct up *u)
{
	const char *error;

	return local_token(u->local, u->local, "admin", NULL, ADMIN_TOKEN_SECONDS, &error);
}

static void report_json(const struct up *u, const char *state)
{
	struct json_writer *w = json_writer_new(u->local);

	json_open_object(w, NULL);
	json_put_text(w, "state", state);
	json_put_text(w, "url", local_url(u->local));
	json_put_integer(w, "port", u->local->port);
	json_put_text(w, "dir", u->local->dir);
	json_put_integer(w, "events", u->sample.events);
	json_put_boolean(w, "caught_up", u->sample.caught_up);
	json_put_text(w, "member", u->sample.member);
	json_put_text(w, "token", up_token(u));
	json_put_real(w, "seconds", (double)(clock_monotonic() - u->began) / 1e6);
	report_environment(u->local, w, up_token(u));
	json_close(w);
	puts(json_text(w, NULL));
	fflush(stdout);
}

/* Somebody else has the lock: waits until that start is through, and says where it is. */
static int up_already(struct up *u)
{
	int64_t until = clock_monotonic() + BUSY_SECONDS * SECOND;
	const char *error = "another start is under way";
	struct local *l = NULL;

	while (local_running(u->options.dir) && clock_monotonic() < until) {
		l = local_load(u, u->options.dir, &error);
		if (l && strcmp(l->state, "running") == 0)
			break;
		pause_milliseconds(50);
	}
	if (!l || strcmp(l->state, "running") != 0)
		return up_fail(u, error);
	u->local = l;
	l->programs = ".";
	sample_look(l, &u->sample, &error);
	if (u->json)
		report_json(u, "already_running");
	else
		printf("already running: %s (folder %s)\n", local_url(l), l->dir);
	return CTL_DONE;
}

/* Stops what this process has started. */
static void up_undo(struct up *u)
{
	int status;

	kill(u->supervisor, SIGTERM);
	while (waitpid(u->supervisor, &status, 0) < 0 && errno == EINTR)
		;
}

/* --- Ctrl-C -------------------------------------------------------------------------------- */

static struct up *interrupted; /* for the handler */

static void signals_of_the_end(sigset_t *set)
{
	sigemptyset(set);
	sigaddset(set, SIGINT);
	sigaddset(set, SIGTERM);
	sigaddset(set, SIGHUP);
}

/* While starting and loading: the supervisor stops everything, then this process ends too. */
static void start_interrupted(int number)
{
	int status;

	kill(interrupted->supervisor, SIGTERM);
	waitpid(interrupted->supervisor, &status, 0);
	_exit(128 + number);
}

/* From the fork on, so that no moment is without an orderly stop; before it the signals are blocked. */
static void stop_when_interrupted(struct up *u, const sigset_t *set)
{
	struct sigaction act = {.sa_handler = start_interrupted};

	interrupted = u;
	act.sa_mask = *set;
	sigaction(SIGINT, &act, NULL);
	sigaction(SIGTERM, &act, NULL);
	sigaction(SIGHUP, &act, NULL);
	sigprocmask(SIG_UNBLOCK, set, NULL);
}

/* The foreground: until Ctrl-C, or until the supervisor is gone. */
static int up_stay(struct up *u, sigset_t *set)
{
	struct timespec second = {1, 0};
	int status;

	sigprocmask(SIG_BLOCK, set, NULL);
	if (!u->json)
		printf("\nCtrl-C stops everything.\n"), fflush(stdout);
	while (sigtimedwait(set, NULL, &second) < 0)
		if (waitpid(u->supervisor, &status, WNOHANG) == u->supervisor)
			return status == 0 ? CTL_DONE : CTL_FAILED;
	if (!u->json)
		printf("\nstopping\n"), fflush(stdout);
	up_undo(u);
	return CTL_DONE;
}

static int up_run(struct up *u)
{
	const char *error = NULL;
	sigset_t set;

	if (!make_directory(u->options.dir, &error))
		return up_fail(u, error);
	u->local->lock = local_lock(u->options.dir, &error);
	if (u->local->lock < 0)
		return error ? up_fail(u, error) : up_already(u);
	signals_of_the_end(&set);
	if (!up_prepare(u, &error))
		return up_fail(u, error);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (!fork_supervisor(u, &error))
		return up_fail(u, error);
	stop_when_interrupted(u, &set);
	if (!hear_supervisor(u, &error) || !sample_load(u->local, &u->sample, u->json, &error)) {
		up_undo(u);
		return up_fail(u, error);
	}
	if (u->json)
		report_json(u, "running");
	else
		report_running(u->local, &u->sample, up_token(u));
	return u->foreground ? up_stay(u, &set) : CTL_DONE;
}

/* --- options ------------------------------------------------------------------------------- */

static bool sample_valid(const char *name)
{
	int64_t members;

	if (strcmp(name, "retail") == 0 || strcmp(name, "none") == 0)
		return true;
	if (strncmp(name, "synthetic:", 10) == 0)
		return option_integer("sample synthetic", name + 10, 1, 100000000, &members);
	fprintf(stderr, "aectl: --sample wants retail, none or synthetic:MEMBERS, not '%s'\n", name);
	return false;
}

static char **list_add(void *parent, char **list, const char *item)
{
	size_t n = list ? talloc_array_length(list) : 0;

	list = talloc_realloc(parent, list, char *, n + 1);
	list[n] = talloc_strdup(list, item);
	return list;
}

/* "name=value"; a dot in the name only where it stands between section and name. */
static bool assignment_valid(const char *option, const char *text, bool section)
{
	const char *equals = strchr(text, '='), *dot = strchr(text, '.');

	if (equals && equals != text && !strpbrk(text, "\n\r") &&
	    (!section || (dot && dot != text && dot + 1 < equals)))
		return true;
	fprintf(stderr, "aectl: --%s wants %sNAME=VALUE, not '%s'\n", option, section ? "SECTION." : "",
		text);
	return false;
}

static bool on_off(const char *option, const char *text, bool *out)
{
	*out = strcmp(text, "on") == 0;
	if (*out || strcmp(text, "off") == 0)
		return true;
	fprintf(stderr, "aectl: --%s wants on or off, not '%s'\n", option, text);
	return false;
}

enum {
	DIR = 1,
	PORT,
	SAMPLE,
	FILE_NAME,
	AS_IS,
	INSTANCES,
	FOREGROUND,
	FSYNC,
	PG_OPTION,
	SET,
	JSON
};

static const struct option options[] = {
	{"dir", required_argument, NULL, DIR},
	{"port", required_argument, NULL, PORT},
	{"sample", required_argument, NULL, SAMPLE},
	{"file", required_argument, NULL, FILE_NAME},
	{"as-is", no_argument, NULL, AS_IS},
	{"instances", required_argument, NULL, INSTANCES},
	{"foreground", no_argument, NULL, FOREGROUND},
	{"fsync", required_argument, NULL, FSYNC},
	{"pg-option", required_argument, NULL, PG_OPTION},
	{"set", required_argument, NULL, SET},
	{"json", no_argument, NULL, JSON},
	{"help", no_argument, NULL, 'h'},
	{NULL, 0, NULL, 0},
};

static bool up_option(struct up *u, int c, const char *value)
{
	struct local_options *o = &u->options;

	switch (c) {
	case DIR:
		o->dir = value;
		return *value != '\0';
	case PORT:
		return option_integer("port", value, 0, 65535, &o->port);
	case SAMPLE:
		u->sample.name = value;
		return sample_valid(value);
	case FILE_NAME:
		u->sample.file = value;
		return true;
	case AS_IS:
		return u->sample.as_is = true;
	case INSTANCES:
		return option_integer("instances", value, 1, 32, &o->instances);
	case FOREGROUND:
		return u->foreground = true;
	case FSYNC:
		return on_off("fsync", value, &o->fsync);
	case PG_OPTION:
		o->pg_options = list_add(u, o->pg_options, value);
		return assignment_valid("pg-option", value, false);
	case SET:
		o->settings = list_add(u, o->settings, value);
		return assignment_valid("set", value, true);
	case JSON:
		return u->json = true;
	}
	return false;
}

int local_up(int argc, char **argv)
{
	struct up *u = talloc_zero(ctl_memory, struct up);
	int c, rc;

	u->options = (struct local_options){.port = 8080, .instances = 1, .fsync = true};
	u->sample.name = "retail";
	u->local = talloc_zero(u, struct local);
	u->began = clock_monotonic();
	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		if (c == 'h') {
			fputs(help, stdout);
			return CTL_DONE;
		}
		if (!up_option(u, c, optarg))
			return usage_wrong(argv[0], "wrong option");
	}
	if (optind < argc)
		return usage_wrong(argv[0], "unexpected argument '%s'", argv[optind]);
	u->options.dir = local_default_dir(u->options.dir);
	rc = up_run(u);
	talloc_free(u);
	return rc;
}
