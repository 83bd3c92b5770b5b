/*
 * local_state.c - D/local.json and D/lock
 */
#include "services/ctl/ctl.h"
#include "services/ctl/local.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <talloc.h>
#include <unistd.h>
#include "common/json.h"

char *file_read(const void *parent, const char *path, size_t *length)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	char *text = talloc_array(parent, char, 4097);
	size_t used = 0, room = 4096;
	ssize_t n = -1;

	while (fd >= 0 && (n = read(fd, text + used, room - used)) > 0)
		if ((used += (size_t)n) == room)
			text = talloc_realloc(parent, text, char, (room *= 2) + 1);
	if (fd >= 0)
		close(fd);
	if (n < 0) {
		talloc_free(text);
		return NULL;
	}
	text[used] = '\0';
	if (length)
		*length = used;
	return text;
}

bool file_replace(const char *path, const char *text, size_t length, mode_t mode)
{
	char *temporary = talloc_asprintf(ctl_memory, "%s.%d", path, (int)getpid());
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	bool good = fd >= 0 && write(fd, text, length) == (ssize_t)length;

	if (fd >= 0 && close(fd) < 0)
		good = false;
	good = good && rename(temporary, path) == 0;
	if (!good)
		unlink(temporary);
	talloc_free(temporary);
	return good;
}

const char *local_directory(const void *parent, const char *dir)
{
	char *real = realpath(dir, NULL);
	const char *path = real ? talloc_strdup(parent, real) : NULL;

	free(real);
	return path;
}

static void put_identity(struct json_writer *w, struct identity id)
{
	json_put_integer(w, "pid", id.pid);
	json_put_integer(w, "started", id.started);
}

bool local_save(const struct local *l)
{
	struct json_writer *w = json_writer_new(ctl_memory);
	char since[INSTANT_TEXT];
	const char *text;
	size_t length;
	bool good;
	int i;

	json_open_object(w, NULL);
	json_put_text(w, "state", l->state);
	json_put_text(w, "run", l->run);
	json_put_text(w, "pg_data", l->pg_data);
	json_put_integer(w, "port", l->port);
	json_put_integer(w, "instances", l->instances);
	json_put_boolean(w, "fsync", l->fsync);
	json_open_object(w, "supervisor");
	put_identity(w, l->supervisor);
	json_close(w);
	json_open_array(w, "processes");
	for (i = 0; i < l->count; i++) {
		json_open_object(w, NULL);
		json_put_text(w, "name", l->children[i].name);
		json_put_text(w, "service", l->children[i].service);
		json_put_integer(w, "instance", l->children[i].instance);
		put_identity(w, l->children[i].identity);
		json_put_text(w, "since", instant_format(l->children[i].since, since));
		json_put_integer(w, "restarts", l->children[i].restarts);
		json_close(w);
	}
	json_close(w);
	json_close(w);
	text = json_text(w, &length);
	good = file_replace(local_path(l, "local.json"), text, length, 0600);
	talloc_free(w);
	return good;
}

static struct identity read_identity(const struct json *object)
{
	struct identity id = {(pid_t)json_get_integer(object, "pid", 0),
			      json_get_integer(object, "started", 0)};

	return id;
}

static void read_children(struct local *l, const struct json *list)
{
	const struct json *p;
	struct child *c;

	l->children = talloc_zero_array(l, struct child, (list ? list->count : 0) + 1);
	for (p = list ? list->first : NULL; p; p = p->next) {
		c = &l->children[l->count++];
		c->name = json_get_text(p, "name", "");
		c->service = json_get_text(p, "service", "");
		c->instance = (int)json_get_integer(p, "instance", 0);
		c->identity = read_identity(p);
		c->restarts = json_get_integer(p, "restarts", 0);
		instant_parse(json_get_text(p, "since", ""), &c->since);
	}
}

struct local *local_load(const void *parent, const char *dir, const char **error)
{
	struct local *l = talloc_zero(parent, struct local);
	const struct json *json;
	size_t length;
	char *text;

	l->lock = -1;
	l->dir = local_directory(l, dir);
	text = l->dir ? file_read(l, local_path(l, "local.json"), &length) : NULL;
	if (!text) {
		*error = talloc_asprintf(parent, "no local system in %s: %s", dir, strerror(errno));
		return NULL;
	}
	if (!(json = json_parse(l, text, length, error))) {
		*error = talloc_asprintf(parent, "%s/local.json: %s", dir, *error);
		return NULL;
	}
	l->state = json_get_text(json, "state", "stopped");
	l->run = json_get_text(json, "run", NULL);
	l->pg_data = json_get_text(json, "pg_data", NULL);
	l->port = (int)json_get_integer(json, "port", 0);
	l->instances = (int)json_get_integer(json, "instances", 1);
	l->fsync = json_get_boolean(json, "fsync", true);
	l->supervisor = read_identity(json_get(json, "supervisor"));
	read_children(l, json_get(json, "processes"));
	if (l->run && l->pg_data)
		return l;
	*error = talloc_asprintf(parent, "%s/local.json lacks run or pg_data", dir);
	return NULL;
}

/* D/lock, open. The lock belongs to the open file, so a forked supervisor keeps what its parent took. */
static int lock_open(const char *dir, const char **error)
{
	char *path = talloc_asprintf(ctl_memory, "%s/lock", dir);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);

	if (fd < 0)
		*error = talloc_asprintf(ctl_memory, "%s: %s", path, strerror(errno));
	talloc_free(path);
	return fd;
}

int local_lock(const char *dir, const char **error)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	int fd;

	*error = NULL;
	if ((fd = lock_open(dir, error)) < 0 || fcntl(fd, F_OFD_SETLK, &lock) == 0)
		return fd;
	close(fd);
	return -1;
}

bool local_running(const char *dir)
{
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	const char *error;
	int fd = lock_open(dir, &error);
	bool held = fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;

	if (fd >= 0)
		close(fd);
	return held;
}

bool local_wait_stopped(const char *dir, int64_t timeout)
{
	int64_t until = clock_monotonic() + timeout;

	while (local_running(dir)) {
		if (clock_monotonic() > until)
			return false;
		pause_milliseconds(20);
	}
	return true;
}
