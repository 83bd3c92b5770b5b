/*
 * http.c - keep-alive connections over one epoll
 */
#include "tests/bench/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <talloc.h>
#include <time.h>
#include <unistd.h>

#include "common/clock.h"

enum {
	FIRST_ROOM = 64 << 10,
	EVENTS_AT_ONCE = 64
};

struct client {
	int port, epoll;
	answered call;
	struct connection *connections;
	size_t count, busy, next; /* next: where to look for an idle one */
};

static void watch(struct connection *c, int operation, uint32_t events)
{
	struct epoll_event e = {.events = events, .data.ptr = c};

	epoll_ctl(c->client->epoll, operation, c->fd, &e);
}

static bool dial(struct connection *c)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)c->client->port)};
	int on = 1;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&a, sizeof(a)) < 0)
		return false;
	setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	watch(c, EPOLL_CTL_ADD, EPOLLIN);
	c->writing = false;
	return true;
}

struct client *client_new(const void *parent, int port, size_t connections, answered call)
{
	struct client *k = talloc_zero(parent, struct client);
	size_t i;

	k->port = port;
	k->call = call;
	k->count = connections;
	k->epoll = epoll_create1(EPOLL_CLOEXEC);
	k->connections = talloc_zero_array(k, struct connection, connections);
	for (i = 0; i < connections; i++) {
		k->connections[i].client = k;
		k->connections[i].in_size = FIRST_ROOM;
		k->connections[i].in = talloc_size(k, FIRST_ROOM);
		if (!dial(&k->connections[i]))
			return NULL;
	}
	return k;
}

struct connection *client_idle(struct client *k)
{
	size_t tries;

	for (tries = 0; k->busy < k->count && tries < k->count; tries++) {
		k->next = (k->next + 1) % k->count;
		if (!k->connections[k->next].busy)
			return &k->connections[k->next];
	}
	return NULL;
}

size_t client_busy(const struct client *k)
{
	return k->busy;
}

static void answer(struct connection *c)
{
	c->busy = false;
	c->client->busy--;
	c->client->call(c);
}

/* Says so to the caller, with status 0, and dials again. */
static void fail(struct connection *c)
{
	bool owed = c->busy;

	close(c->fd);
	c->status = 0;
	if (!dial(c))
		exit(1);
	if (owed)
		answer(c);
}

static void push(struct connection *c)
{
	ssize_t n;

	while (c->out_done < c->out_length) {
		n = send(c->fd, c->out + c->out_done, c->out_length - c->out_done,
			 MSG_DONTWAIT | MSG_NOSIGNAL);
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0) {
			fail(c);
			return;
		}
		c->out_done += (size_t)n;
	}
	if (c->writing != (c->out_done < c->out_length)) {
		c->writing = !c->writing;
		watch(c, EPOLL_CTL_MOD, EPOLLIN | (c->writing ? EPOLLOUT : 0));
	}
}

void client_send(struct connection *c, const char *request, size_t length)
{
	c->busy = true;
	c->client->busy++;
	c->out = request;
	c->out_length = length;
	c->out_done = 0;
	c->in_length = c->whole = 0;
	push(c);
}

/* The value of a header within the head; its length. */
static const char *find_header(const struct connection *c, const char *name, size_t *length)
{
	const char *line = strstr(c->in, "\r\n"), *end;
	size_t n = strlen(name);

	for (; line && line < c->in + c->head_length - 4; line = strstr(line + 2, "\r\n")) {
		if (strncasecmp(line + 2, name, n) != 0 || line[2 + n] != ':')
			continue;
		line += 2 + n + 1 + strspn(line + 2 + n + 1, " ");
		end = strstr(line, "\r\n");
		*length = (size_t)(end - line);
		return line;
	}
	return NULL;
}

static void read_head(struct connection *c)
{
	const char *end, *value;
	size_t length;

	c->in[c->in_length] = '\0';
	if (!(end = strstr(c->in, "\r\n\r\n")))
		return;
	c->head_length = (size_t)(end + 4 - c->in);
	c->status = (int)strtol(c->in + strcspn(c->in, " "), NULL, 10);
	c->whole = c->head_length;
	if (c->status != 304 && (value = find_header(c, "content-length", &length)))
		c->whole += strtoul(value, NULL, 10);
	if (c->whole < c->in_size)
		return;
	c->in_size = c->whole + 1;
	c->in = talloc_realloc(c->client, c->in, char, c->in_size);
}

static void pull(struct connection *c)
{
	ssize_t n = recv(c->fd, c->in + c->in_length, c->in_size - c->in_length - 1, MSG_DONTWAIT);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0 || !c->busy) {
		fail(c);
		return;
	}
	c->in_length += (size_t)n;
	if (!c->whole)
		read_head(c);
	if (!c->whole || c->in_length < c->whole)
		return;
	c->head = c->in;
	c->body = c->in + c->head_length;
	c->body_length = c->whole - c->head_length;
	c->in[c->whole] = '\0';
	answer(c);
}

void client_work(struct client *k, int64_t until, bool first)
{
	struct epoll_event events[EVENTS_AT_ONCE];
	struct connection *c;
	struct timespec wait;
	int64_t left;
	int i, n;

	do {
		left = until - clock_monotonic();
		left = left > 0 ? left : 0;
		wait = (struct timespec){left / SECOND, (left % SECOND) * 1000};
		n = epoll_pwait2(k->epoll, events, EVENTS_AT_ONCE, &wait, NULL);
		for (i = 0; i < n; i++) {
			c = events[i].data.ptr;
			if (c->writing && (events[i].events & EPOLLOUT))
				push(c);
			if (events[i].events & ~(uint32_t)EPOLLOUT)
				pull(c);
		}
	} while (left > 0 && !(first && n > 0));
}

const char *answer_header(const void *parent, const struct connection *c, const char *name)
{
	size_t length;
	const char *value = find_header(c, name, &length);

	return value ? talloc_strndup(parent, value, length) : NULL;
}
