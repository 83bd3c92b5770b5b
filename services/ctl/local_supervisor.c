/*
 * local_supervisor.c - the parent of every process of a local system
 *
 * Does what systemd does for an installed one: starts them in order, starts again what dies (200 ms
 * later), and stops all in the opposite order on SIGTERM or SIGINT. Everything happens in one loop
 * around sigtimedwait, so there is nothing to race with.
 */
#include "services/ctl/local.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <talloc.h>
#include <unistd.h>
#include "common/log.h"

enum {
	RESTART_MILLISECONDS = 200,
	EARLY_ENDS_MAX = 3, /* that often may a process end during the start */
	START_SECONDS = 60,
	STOP_SECONDS = 15,
};

struct supervisor {
	struct local *local;
	int pipe; /* to `up`; -1 once it is gone or told all */
	bool stop, quiet;
	struct child *broken; /* ends at once whenever it is started */
	sigset_t signals;
};

static void tell(struct supervisor *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void tell(struct supervisor *s, const char *format, ...)
{
	va_list ap;
	char *line;

	if (s->pipe < 0)
		return;
	va_start(ap, format);
	line = talloc_vasprintf(s->local, format, ap);
	va_end(ap);
	line = talloc_asprintf_append(line, "\n");
	if (write(s->pipe, line, strlen(line)) < 0) {
		close(s->pipe);
		s->pipe = -1;
	}
	talloc_free(line);
}

static struct child *child_of(struct local *l, pid_t pid)
{
	int i;

	for (i = 0; i < l->count; i++)
		if (l->children[i].identity.pid == pid)
			return &l->children[i];
	return NULL;
}

static void child_ended(struct supervisor *s, struct child *c, int status)
{
	c->identity = (struct identity){0, 0};
	if (s->stop)
		return;
	if (WIFSIGNALED(status))
		log_warning("%s was ended by signal %d", c->name, WTERMSIG(status));
	else
		log_warning("%s ended with status %d", c->name, WEXITSTATUS(status));
	c->restarts++;
	c->due = clock_monotonic() + RESTART_MILLISECONDS * 1000;
	if (c->restarts >= EARLY_ENDS_MAX && strcmp(s->local->state, "starting") == 0)
		s->broken = c;
}

static void reap(struct supervisor *s)
{
	struct child *c;
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		if ((c = child_of(s->local, pid)))
			child_ended(s, c, status);
	if (!s->stop)
		local_save(s->local);
}

static void start_child(struct supervisor *s, struct child *c)
{
	if (!child_start(s->local, c)) {
		log_error("cannot fork: %s", strerror(errno));
		c->due = clock_monotonic() + SECOND;
	} else if (c->restarts) {
		log_info("started %s again", c->name);
	}
	local_save(s->local);
}

static void start_due(struct supervisor *s)
{
	int64_t now = clock_monotonic();
	int i;

	for (i = 0; i < s->local->count; i++)
		if (s->local->children[i].due && s->local->children[i].due <= now)
			start_child(s, &s->local->children[i]);
}

/* One turn: waits at most so long for a signal and does what is to be done. */
static void turn(struct supervisor *s, int milliseconds)
{
	struct timespec wait = {milliseconds / 1000, (milliseconds % 1000) * 1000000L};
	int number = sigtimedwait(&s->signals, NULL, &wait);

	if (number == SIGTERM || number == SIGINT || number == SIGHUP)
		s->stop = true;
	if (number == SIGCHLD)
		reap(s);
	if (!s->stop)
		start_due(s);
}

/* How long the loop may sleep: until the next start that is due. */
static int idle_milliseconds(const struct local *l)
{
	int64_t now = clock_monotonic(), wait = 10 * SECOND;
	int i;

	for (i = 0; i < l->count; i++)
		if (l->children[i].due && l->children[i].due - now < wait)
			wait = l->children[i].due - now;
	return wait < 0 ? 0 : (int)(wait / 1000) + 1;
}

/* --- starting ------------------------------------------------------------------------------ */

/* Every process is there, and the gateway says that each of them answers. */
static bool all_answer(const struct local *l)
{
	struct readiness *r = readiness_ask(l, l, 1000);
	bool ready = r->gateway;
	int i;

	for (i = 0; i < l->count; i++)
		ready = ready && l->children[i].identity.pid && (i < 2 || readiness_of(r, &l->children[i]));
	talloc_free(r);
	return ready;
}

/* Waits for a condition while children may come and go. */
static bool wait_for(struct supervisor *s, bool (*condition)(const struct local *), const char *what)
{
	int64_t until = clock_monotonic() + START_SECONDS * SECOND;

	while (!s->stop && !s->broken && clock_monotonic() < until) {
		if (condition(s->local))
			return true;
		turn(s, 15);
	}
	if (s->broken)
		tell(s, "fail %s ends as soon as it is started, see %s/log/%s.log", s->broken->name,
		     s->local->dir, s->broken->name);
	else if (s->stop)
		tell(s, "fail stopped before it was up");
	else
		tell(s, "fail %s does not answer after %d s, see %s/log/", what, START_SECONDS,
		     s->local->dir);
	return false;
}

static bool start_storage(struct supervisor *s)
{
	struct local *l = s->local;
	const char *error = NULL;

	if (!postgres_make(l, &error)) {
		tell(s, "fail %s", error);
		return false;
	}
	start_child(s, &l->children[0]);
	start_child(s, &l->children[1]);
	if (!wait_for(s, postgres_answers, "PostgreSQL") || !wait_for(s, redis_answers, "Redis"))
		return false;
	if (postgres_migrate(l, &error))
		return true;
	tell(s, "fail %s", error);
	return false;
}

static bool start_all(struct supervisor *s)
{
	int i;

	tell(s, "step PostgreSQL and Redis");
	if (!start_storage(s))
		return false;
	tell(s, "step daemons and gateway");
	for (i = 2; i < s->local->count; i++)
		start_child(s, &s->local->children[i]);
	return wait_for(s, all_answer, "the gateway's /readyz");
}

/* --- stopping ------------------------------------------------------------------------------ */

static bool any_alive(const struct local *l, int first, int last)
{
	int i;

	for (i = first; i <= last; i++)
		if (l->children[i].identity.pid)
			return true;
	return false;
}

/* Children first..last: asks them to end, waits, and ends those that did not. */
static void stop_range(struct supervisor *s, int first, int last)
{
	int64_t until = clock_monotonic() + STOP_SECONDS * SECOND;
	struct local *l = s->local;
	int i;

	for (i = first; i <= last; i++)
		if (l->children[i].identity.pid)
			kill(l->children[i].identity.pid, child_stop_signal(&l->children[i]));
	while (any_alive(l, first, last) && clock_monotonic() < until) {
		turn(s, 100);
		reap(s);
	}
	for (i = first; i <= last; i++)
		if (l->children[i].identity.pid) {
			log_warning("%s did not end in %d s", l->children[i].name, STOP_SECONDS);
			kill(l->children[i].identity.pid, SIGKILL);
		}
	while (any_alive(l, first, last)) {
		turn(s, 20);
		reap(s);
	}
}

static void stop_all(struct supervisor *s)
{
	struct local *l = s->local;

	s->stop = true;
	l->state = "stopping";
	local_save(l);
	stop_range(s, l->count - 1, l->count - 1); /* the gateway, so that nothing new comes in */
	stop_range(s, 2, l->count - 2);
	stop_range(s, 0, 1);
	local_remove_run(l);
	l->state = "stopped";
	l->count = 0;
	l->supervisor = (struct identity){0, 0};
	local_save(l);
}

/* -------------------------------------------------------------------------------------------- */

static void supervisor_begin(struct supervisor *s)
{
	struct local *l = s->local;
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	int out = open(local_path(l, "log/supervisor.log"), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

	dup2(null, 0);
	dup2(null, 1);
	dup2(out, 2);
	prctl(PR_SET_NAME, "aectl-local");
	signal(SIGPIPE, SIG_IGN);
	log_open("aectl", "local", LOG_LEVEL_INFO);
	sigemptyset(&s->signals);
	sigaddset(&s->signals, SIGTERM);
	sigaddset(&s->signals, SIGINT);
	sigaddset(&s->signals, SIGHUP);
	sigaddset(&s->signals, SIGCHLD);
	sigprocmask(SIG_BLOCK, &s->signals, NULL);
	l->supervisor = identity_of(getpid());
	l->state = "starting";
	local_save(l);
}

void supervisor_run(struct local *l, int pipe)
{
	struct supervisor s = {.local = l, .pipe = pipe};
	bool up;

	supervisor_begin(&s);
	if ((up = start_all(&s))) {
		l->state = "running";
		local_save(l);
		log_info("up url=%s", local_url(l));
		tell(&s, "up");
		close(s.pipe);
		s.pipe = -1;
	}
	while (up && !s.stop)
		turn(&s, idle_milliseconds(l));
	stop_all(&s);
	log_info("stopped");
	_exit(up ? 0 : 1);
}
