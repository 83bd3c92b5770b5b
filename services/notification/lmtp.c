/*
 * lmtp.c - the listening side of the LMTP server
 */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <talloc.h>
#include <unistd.h>

#include "services/notification/lmtp_session.h"

union where {
	struct sockaddr any;
	struct sockaddr_un local;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

struct lmtp {
	struct lmtp_host host;
	struct evconnlistener *listener;
	const char *path; /* of a unix socket, else NULL */
};

/* "127.0.0.1:24" or "[::1]:24". False: not of that form, or not the loopback. */
static bool read_tcp(const void *parent, const char *text, union where *out, socklen_t *size)
{
	const char *colon = strrchr(text, ':');
	char *host, *rest;
	long port;

	if (colon == NULL || colon[1] == '\0')
		return false;
	port = strtol(colon + 1, &rest, 10);
	if (*rest != '\0' || strspn(colon + 1, "0123456789") != strlen(colon + 1) || port > 65535)
		return false;
	host = talloc_strndup(parent, text, (size_t)(colon - text));
	if (inet_pton(AF_INET, host, &out->four.sin_addr) == 1) {
		out->four.sin_family = AF_INET;
		out->four.sin_port = htons((uint16_t)port);
		*size = sizeof(out->four);
		return ntohl(out->four.sin_addr.s_addr) >> 24 == 127;
	}
	if (strcmp(host, "[::1]") != 0)
		return false;
	out->six.sin6_family = AF_INET6;
	out->six.sin6_addr = in6addr_loopback;
	out->six.sin6_port = htons((uint16_t)port);
	*size = sizeof(out->six);
	return true;
}

static bool read_where(const void *parent, const char *text, union where *out, socklen_t *size)
{
	const char *path = text + strlen("unix:");

	memset(out, 0, sizeof(*out));
	if (strncmp(text, "unix:", 5) != 0)
		return read_tcp(parent, text, out, size);
	if (*path != '/' || strlen(path) >= sizeof(out->local.sun_path))
		return false;
	out->local.sun_family = AF_UNIX;
	memcpy(out->local.sun_path, path, strlen(path) + 1);
	*size = sizeof(out->local);
	return true;
}

/* Takes away the socket that a killed process left behind; one that answers stays, and bind will fail. */
static void clear_path(const union where *w)
{
	struct stat status;
	int fd;

	if (lstat(w->local.sun_path, &status) != 0 || !S_ISSOCK(status.st_mode))
		return;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd >= 0 && connect(fd, &w->any, sizeof(w->local)) != 0 && errno == ECONNREFUSED)
		unlink(w->local.sun_path);
	if (fd >= 0)
		close(fd);
}

/* A client too many is told so; the few bytes fit into a new socket's buffer. */
static void refuse(evutil_socket_t fd)
{
	static const char text[] = "421 4.3.2 Too many connections\r\n";

	(void)!send(fd, text, sizeof(text) - 1, MSG_NOSIGNAL | MSG_DONTWAIT);
	evutil_closesocket(fd);
}

static void accepted(struct evconnlistener *listener, evutil_socket_t fd, struct sockaddr *from, int size,
		     void *arg)
{
	struct lmtp *l = arg;

	(void)listener;
	(void)from;
	(void)size;
	if (l->host.connections >= l->host.settings.connections_max)
		refuse(fd);
	else
		lmtp_session_new(l, &l->host, fd);
}

static int lmtp_free(struct lmtp *l)
{
	evconnlistener_free(l->listener);
	if (l->path)
		unlink(l->path);
	return 0;
}

struct lmtp *lmtp_new(const void *parent, struct event_base *base, const struct lmtp_settings *settings,
		      lmtp_deliver *deliver, void *context, const char **error)
{
	struct lmtp *l = talloc_zero(parent, struct lmtp);
	union where where;
	socklen_t size;

	*error = "the address is not unix:/path, 127.0.0.1:port or [::1]:port";
	if (!read_where(l, settings->address, &where, &size)) {
		talloc_free(l);
		return NULL;
	}
	l->host = (struct lmtp_host){base, *settings, deliver, context, 0};
	if (where.any.sa_family == AF_UNIX)
		clear_path(&where);
	l->listener = evconnlistener_new_bind(
		base, accepted, l, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC | LEV_OPT_REUSEABLE, 64,
		&where.any, (int)size);
	if (l->listener == NULL) {
		*error = talloc_asprintf(parent, "cannot listen: %s", strerror(errno));
		talloc_free(l);
		return NULL;
	}
	if (where.any.sa_family == AF_UNIX) {
		l->path = talloc_strdup(l, where.local.sun_path);
		chmod(l->path, 0660);
	}
	talloc_set_destructor(l, lmtp_free);
	return l;
}

int lmtp_port(const struct lmtp *l)
{
	union where w;
	socklen_t size = sizeof(w);

	memset(&w, 0, sizeof(w));
	if (getsockname(evconnlistener_get_fd(l->listener), &w.any, &size) != 0)
		return 0;
	return w.any.sa_family == AF_INET    ? ntohs(w.four.sin_port)
	       : w.any.sa_family == AF_INET6 ? ntohs(w.six.sin6_port)
					     : 0;
}

size_t lmtp_connections(const struct lmtp *l)
{
	return l->host.connections;
}
