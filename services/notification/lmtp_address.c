/*
 * lmtp_address.c - where the LMTP server listens: a unix socket, or a port of this host's loopback
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <talloc.h>
#include <unistd.h>

#include "services/notification/lmtp_address.h"

enum {
	BACKLOG = 64
};

union where {
	struct sockaddr any;
	struct sockaddr_un local;
	struct sockaddr_in four;
	struct sockaddr_in6 six;
};

/* "127.0.0.1:24" or "[::1]:24". False: not of that form, or not the loopback. */
static bool read_tcp(const char *text, union where *out, socklen_t *size)
{
	const char *colon = strrchr(text, ':');
	char host[64], *rest;
	long port;

	if (colon == NULL || colon[1] == '\0')
		return false;
	port = strtol(colon + 1, &rest, 10);
	if (*rest != '\0' || strspn(colon + 1, "0123456789") != strlen(colon + 1) || port > 65535)
		return false;
	if ((size_t)(colon - text) >= sizeof(host))
		return false;
	memcpy(host, text, (size_t)(colon - text));
	host[colon - text] = '\0';
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

static bool read_where(const char *text, union where *out, socklen_t *size)
{
	const char *path = text + strlen("unix:");

	memset(out, 0, sizeof(*out));
	if (strncmp(text, "unix:", 5) != 0)
		return read_tcp(text, out, size);
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

bool lmtp_address_valid(const char *address)
{
	union where w;
	socklen_t size;

	return read_where(address, &w, &size);
}

int lmtp_address_listen(const void *parent, const char *address, const char **path)
{
	union where w;
	socklen_t size;
	int fd, one = 1;

	*path = NULL;
	errno = EINVAL;
	if (!read_where(address, &w, &size))
		return -1;
	if (w.any.sa_family == AF_UNIX)
		clear_path(&w);
	fd = socket(w.any.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, &w.any, size) != 0 || listen(fd, BACKLOG) != 0) {
		one = errno;
		close(fd);
		errno = one;
		return -1;
	}
	if (w.any.sa_family == AF_UNIX) {
		*path = talloc_strdup(parent, w.local.sun_path);
		chmod(*path, 0660);
	}
	return fd;
}

int lmtp_address_port(int fd)
{
	union where w;
	socklen_t size = sizeof(w);

	memset(&w, 0, sizeof(w));
	if (getsockname(fd, &w.any, &size) != 0)
		return 0;
	return w.any.sa_family == AF_INET    ? ntohs(w.four.sin_port)
	       : w.any.sa_family == AF_INET6 ? ntohs(w.six.sin6_port)
					     : 0;
}
