/*
 * local_child.c - one process of a local system: its command line, its log, its end
 */
#include "services/ctl/local.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <talloc.h>
#include <unistd.h>

static bool is(const struct child *c, const char *service)
{
	return strcmp(c->service, service) == 0;
}

static char **redis_arguments(const void *parent, const struct local *l)
{
	const char *const words[] = {"redis-server", "--port",           "0",    "--unixsocket",
				     NULL,           "--unixsocketperm", "700",  "--dir",
				     NULL,           "--save",           "",     "--appendonly",
				     "no",           "--daemonize",      "no",   "--maxmemory-policy",
				     "allkeys-lru",  "--maxmemory",      "256mb"};
	size_t i, n = sizeof(words) / sizeof(words[0]);
	char **argv = talloc_zero_array(parent, char *, n + 1);

	for (i = 0; i < n; i++)
		argv[i] = words[i] ? talloc_strdup(argv, words[i]) : NULL;
	argv[4] = talloc_asprintf(argv, "%s/redis.sock", l->run);
	argv[8] = talloc_asprintf(argv, "%s/redis", l->dir);
	return argv;
}

static char **daemon_arguments(const void *parent, const struct local *l, const struct child *c)
{
	char **argv = talloc_zero_array(parent, char *, 6);

	argv[0] = talloc_asprintf(argv, "%s/ae-%s", l->programs, c->service);
	argv[1] = talloc_strdup(argv, "-c");
	argv[2] = talloc_asprintf(argv, "%s/ae.conf", l->dir);
	if (c->instance) {
		argv[3] = talloc_strdup(argv, "-i");
		argv[4] = talloc_asprintf(argv, "%d", c->instance);
	}
	return argv;
}

static char **child_arguments(const void *parent, const struct local *l, const struct child *c)
{
	if (is(c, "postgres"))
		return postgres_arguments(parent, l);
	if (is(c, "redis"))
		return redis_arguments(parent, l);
	return daemon_arguments(parent, l, c);
}

int child_stop_signal(const struct child *c)
{
	return is(c, "postgres") ? SIGINT
				 : SIGTERM; /* PostgreSQL's SIGTERM waits for its clients, SIGINT does not */
}

/* In the child: output to D/log/NAME.log, nothing to read. */
static bool redirect(const struct local *l, const struct child *c)
{
	int in = open("/dev/null", O_RDONLY);
	int out = open(talloc_asprintf(l, "%s/log/%s.log", l->dir, c->name), O_WRONLY | O_CREAT | O_APPEND,
		       0644);

	if (in < 0 || out < 0 || dup2(in, 0) < 0 || dup2(out, 1) < 0 || dup2(out, 2) < 0)
		return false;
	if (in > 2)
		close(in);
	if (out > 2)
		close(out);
	return true;
}

/* What the caller's shell holds for psql and aectl must not steer the processes themselves. */
static void clean_environment(const void *parent)
{
	char **all = talloc_array(parent, char *, 0), *name;
	size_t i, n = 0;

	for (i = 0; environ[i]; i++) {
		name = talloc_strndup(parent, environ[i], strcspn(environ[i], "="));
		if (strncmp(name, "PG", 2) != 0 && strncmp(name, "AE_", 3) != 0)
			continue;
		all = talloc_realloc(parent, all, char *, n + 1);
		all[n++] = name;
	}
	for (i = 0; i < n; i++)
		if (strcmp(all[i], "AE_LOG_LEVEL") != 0)
			unsetenv(all[i]);
	setenv("TZ", "UTC", 1);
}

/* In the child: becomes the program, or says in its log why not. */
static void __attribute__((noreturn)) child_become(struct local *l, struct child *c, pid_t supervisor)
{
	char **argv = child_arguments(l, l, c);
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	clean_environment(l);
	if (!redirect(l, c))
		_exit(127);
	if (is(c, "postgres") && !postgres_become(l))
		fprintf(stderr, "cannot become PostgreSQL's user: %s\n", strerror(errno));
	/* After the change of user, which forgets it: a supervisor that dies takes its children along. */
	prctl(PR_SET_PDEATHSIG, child_stop_signal(c));
	if (getppid() != supervisor)
		_exit(127);
	if (argv[0])
		execvp(argv[0], argv);
	fprintf(stderr, "cannot start %s: %s\n", argv[0] ? argv[0] : c->service, strerror(errno));
	_exit(127);
}

bool child_start(struct local *l, struct child *c)
{
	pid_t supervisor = getpid(), pid = fork();

	if (pid == 0)
		child_become(l, c, supervisor);
	if (pid < 0)
		return false;
	c->identity = identity_of(pid);
	c->identity.pid = pid;
	c->since = clock_now();
	c->due = 0;
	return true;
}

bool local_programs_present(const struct local *l, const char **error)
{
	const char *path;
	int i;

	for (i = 0; i < l->count; i++) {
		if (is(&l->children[i], "postgres") || is(&l->children[i], "redis"))
			continue;
		path = talloc_asprintf(l, "%s/ae-%s", l->programs, l->children[i].service);
		if (access(path, X_OK) != 0) {
			*error = talloc_asprintf(l, "%s: %s (has everything been built?)", path,
						 strerror(errno));
			return false;
		}
	}
	if (!postgres_program(l, "postgres", l->pg_data)) {
		*error = "PostgreSQL's server is not installed (package postgresql)";
		return false;
	}
	return true;
}
