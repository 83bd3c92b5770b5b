/*
 * local_process.c - processes that must not be mistaken for others
 *
 * A number alone may belong to somebody else by the time it is read, so it is kept together with
 * the start time the kernel gives, and both are compared before any signal.
 */
#include "services/ctl/local.h"

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct identity identity_of(pid_t pid)
{
	struct identity id = {0, 0};
	char path[64], text[1024], *rest;
	ssize_t n;
	int fd, field;

	snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return id;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n < 0 ? 0 : n] = '\0';
	/* The second field is the name in parentheses, which may hold anything; the state comes after it. */
	if (!(rest = strrchr(text, ')')) || rest[1] != ' ' || rest[2] == 'Z' || rest[2] == 'X')
		return id;
	for (field = 2; field < 22 && rest; field++)
		rest = strchr(rest + 1, ' ');
	if (!rest)
		return id;
	id.pid = pid;
	id.started = strtoll(rest, NULL, 10);
	return id;
}

bool identity_alive(struct identity id)
{
	struct identity now;

	if (id.pid <= 0)
		return false;
	now = identity_of(id.pid);
	return now.pid == id.pid && now.started == id.started;
}

bool identity_signal(struct identity id, int signal)
{
	return identity_alive(id) && kill(id.pid, signal) == 0;
}

void identity_finish(struct identity id, int64_t timeout)
{
	int64_t until = clock_monotonic() + timeout;

	while (identity_alive(id) && clock_monotonic() < until)
		pause_milliseconds(10);
	identity_signal(id, SIGKILL);
	until = clock_monotonic() + 5 * SECOND;
	while (identity_alive(id) && clock_monotonic() < until)
		pause_milliseconds(5);
}

void local_end_stale(struct local *l)
{
	int i;

	for (i = l->count - 1; i >= 0; i--)
		identity_signal(l->children[i].identity, child_stop_signal(&l->children[i]));
	for (i = l->count - 1; i >= 0; i--)
		identity_finish(l->children[i].identity, 10 * SECOND);
}

void pause_milliseconds(int milliseconds)
{
	struct timespec t = {milliseconds / 1000, (milliseconds % 1000) * 1000000L};

	nanosleep(&t, NULL);
}
