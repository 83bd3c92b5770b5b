/*
 * folder.c - finding instances: every <service>-<instance>.rpc in the socket folder is one
 *
 * inotify tells of changes at once; a look per second is the safety net, and finds the folder
 * itself when it comes later than the gateway.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <talloc.h>
#include <unistd.h>

#include "common/log.h"
#include "services/gateway/backend.h"

#define SUFFIX "-12345.rpc"

static struct instance *instance_find(struct service *s, const char *name)
{
	struct instance *i;

	TAILQ_FOREACH(i, &s->instances, entry)
	if (strcmp(i->name, name) == 0)
		return i;
	return NULL;
}

/* The instance of "<service>-<instance>.rpc", cut out of the file's name; NULL if it is none. */
static struct service *name_parse(struct backend *b, const char *file, char instance[INSTANCE_NAME_SIZE])
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_";
	const char *dash = strchr(file, '-');
	size_t length = dash ? strspn(dash + 1, alphabet) : 0;

	if (length == 0 || length >= INSTANCE_NAME_SIZE || strcmp(dash + 1 + length, ".rpc") != 0)
		return NULL;
	memcpy(instance, dash + 1, length);
	instance[length] = '\0';
	return backend_service(b, file, (size_t)(dash - file));
}

static void file_take(struct backend *b, const char *file)
{
	char name[INSTANCE_NAME_SIZE], path[SOCKET_PATH_MAX + 1];
	struct service *s = name_parse(b, file, name);
	struct instance *i;

	if (s == NULL)
		return;
	i = instance_find(s, name);
	if (i == NULL) {
		if (snprintf(path, sizeof(path), "%s/%s", gateway_settings.sockets, file) >=
		    (int)sizeof(path)) {
			log_error("a socket's path is longer than 107 bytes file=%s", file);
			return;
		}
		i = instance_new(s, name, path);
	}
	if (i)
		i->present = true;
}

static void all_absent(struct backend *b)
{
	struct instance *i;
	size_t n;

	for (n = 0; n < b->service_count; n++)
		TAILQ_FOREACH(i, &b->services[n].instances, entry)
	i->present = false;
}

void folder_look(struct backend *b)
{
	DIR *folder = opendir(gateway_settings.sockets);
	struct dirent *file;

	if (b->inotify >= 0 && inotify_add_watch(b->inotify, gateway_settings.sockets,
						 IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM) < 0)
		log_debug("the socket folder cannot be watched reason=\"%s\"", strerror(errno));
	all_absent(b);
	while (folder && (file = readdir(folder)) != NULL)
		file_take(b, file->d_name);
	if (folder)
		closedir(folder);
	backend_tick_start(b); /* lets go of those that are gone, and serves what waited for the new */
}

static void changed(evutil_socket_t fd, short what, void *arg)
{
	char events[4096];

	(void)what;
	while (read(fd, events, sizeof(events)) > 0)
		;
	folder_look(arg);
}

static void look(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	folder_look(arg);
}

static const char *path_fault(struct backend *b)
{
	size_t i, longest = 0;

	for (i = 0; i < b->service_count; i++)
		if (strlen(b->services[i].name) > longest)
			longest = strlen(b->services[i].name);
	if (strlen(gateway_settings.sockets) + 1 + longest + strlen(SUFFIX) <= SOCKET_PATH_MAX)
		return NULL;
	return talloc_asprintf(b, "sockets: %s is too long: a socket's whole path has at most 107 bytes",
			       gateway_settings.sockets);
}

bool folder_open(struct backend *b, const char **error)
{
	const struct timeval second = {1, 0};

	if ((*error = path_fault(b)) != NULL)
		return false;
	b->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (b->inotify >= 0) {
		b->watch = event_new(b->gateway->base, b->inotify, EV_READ | EV_PERSIST, changed, b);
		event_add(b->watch, NULL);
	}
	b->look = event_new(b->gateway->base, -1, EV_PERSIST, look, b);
	event_add(b->look, &second);
	folder_look(b);
	return true;
}

void folder_close(struct backend *b)
{
	if (b->watch)
		event_free(b->watch);
	if (b->inotify >= 0)
		close(b->inotify);
	event_free(b->look);
}
