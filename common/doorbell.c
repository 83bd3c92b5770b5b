/*
 * doorbell.c - pub/sub between daemons: "something new in the log", never the truth itself
 *
 * A nanomsg subscriber that is slow or down misses messages and nobody learns of it, so a ring
 * only says which shards have moved; each daemon also looks into the log once a second. Whole
 * events go out on a second socket, by type, for neighbours who like to listen.
 *
 * Instances of one service call each other over the same socket: "@service\ntext". Whoever does not know what
 * that is takes it for a ring.
 *
 * Rings that follow each other closely are heard as one: a look at the log costs a transaction,
 * and many commits a second would have every daemon spend its time on looking.
 */
#include <dirent.h>
#include <nanomsg/nn.h>
#include <nanomsg/pubsub.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/log.h"
#include "common/loop.h"

enum {
	PEERS_MAX = 256,
	HEAR_GAP = SECOND / 100,    /* between two looks at the log that rings ask for */
	HEAR_GAP_IDLE = SECOND / 10 /* of a daemon that derives nothing from events */
};

struct doorbell {
	struct daemon *daemon;
	int ring;   /* PUB: "shard position\n" lines, and calls */
	int events; /* PUB: type, newline, the event's JSON */
	int ears;   /* SUB to every ring of the folder */
	char *peers[PEERS_MAX];
	size_t peer_count;
	struct event *heard;
	struct event *later; /* a ring waits for the gap to end */
	int64_t gap, deaf_until;
};

static int doorbell_close(struct doorbell *b)
{
	event_free(b->heard);
	event_free(b->later);
	nn_close(b->ring);
	nn_close(b->events);
	nn_close(b->ears);
	return 0;
}

static void look(struct doorbell *b)
{
	b->deaf_until = clock_monotonic() + b->gap;
	b->daemon->loop->behind = true;
}

static void on_later(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	look(context);
}

static void hear(struct doorbell *b)
{
	int64_t wait = b->deaf_until - clock_monotonic();
	struct timeval when = {wait / SECOND, wait % SECOND};

	if (wait <= 0)
		look(b);
	else if (!evtimer_pending(b->later, NULL))
		evtimer_add(b->later, &when);
}

static int64_t hear_gap(const struct daemon_description *d)
{
	size_t i;

	for (i = 0; i < d->subscription_count; i++)
		if (d->subscriptions[i].apply)
			return HEAR_GAP;
	return HEAR_GAP_IDLE;
}

/* Whether it is a call, to whatever service. */
static bool called(const struct doorbell *b, const char *text)
{
	const struct daemon_description *d = b->daemon->description;
	size_t length = strlen(d->service);

	if (text[0] != '@')
		return false;
	if (d->called && strncmp(text + 1, d->service, length) == 0 && text[1 + length] == '\n')
		d->called(b->daemon, text + length + 2);
	return true;
}

/* Takes all rings that wait: they merge into one look at the log. */
static void on_ring(evutil_socket_t fd, short what, void *context)
{
	struct doorbell *b = context;
	bool rung = false;
	char text[1024];
	int i, length;

	(void)fd;
	(void)what;
	for (i = 0; i < 256 && (length = nn_recv(b->ears, text, sizeof(text) - 1, NN_DONTWAIT)) >= 0; i++) {
		text[length < (int)sizeof(text) ? length : (int)sizeof(text) - 1] = '\0';
		rung |= !called(b, text);
	}
	if (rung)
		hear(b);
}

static bool bind_pub(struct doorbell *b, int *s, const char *suffix)
{
	struct daemon_loop *loop = b->daemon->loop;
	char *address = talloc_asprintf(b, "ipc://%s/%s.%s", loop->sockets, loop->name, suffix);

	*s = nn_socket(AF_SP, NN_PUB);
	return *s >= 0 && nn_bind(*s, address) >= 0;
}

struct doorbell *doorbell_open(struct daemon *d, const char **error)
{
	struct doorbell *b = talloc_zero(d, struct doorbell);
	size_t size = sizeof(int);
	int fd = -1, any = -1;

	b->daemon = d;
	b->gap = hear_gap(d->description);
	b->later = evtimer_new(d->loop->base, on_later, b);
	b->ears = nn_socket(AF_SP, NN_SUB);
	if (!bind_pub(b, &b->ring, "ring") || !bind_pub(b, &b->events, "pub") || b->ears < 0 ||
	    nn_setsockopt(b->ears, NN_SUB, NN_SUB_SUBSCRIBE, "", 0) < 0 ||
	    nn_setsockopt(b->ears, NN_SOL_SOCKET, NN_RCVMAXSIZE, &any, sizeof(any)) < 0 ||
	    nn_getsockopt(b->ears, NN_SOL_SOCKET, NN_RCVFD, &fd, &size) < 0) {
		*error = nn_strerror(nn_errno());
		return NULL;
	}
	b->heard = event_new(d->loop->base, fd, EV_READ | EV_PERSIST, on_ring, b);
	event_add(b->heard, NULL);
	talloc_set_destructor(b, doorbell_close);
	doorbell_find_peers(b);
	return b;
}

static bool known(const struct doorbell *b, const char *name)
{
	size_t i;

	for (i = 0; i < b->peer_count; i++)
		if (strcmp(b->peers[i], name) == 0)
			return true;
	return false;
}

void doorbell_find_peers(struct doorbell *b)
{
	const char *sockets = b->daemon->loop->sockets;
	DIR *folder = opendir(sockets);
	struct dirent *entry;
	size_t length;

	while (folder && (entry = readdir(folder)) != NULL) {
		length = strlen(entry->d_name);
		if (length < 6 || strcmp(entry->d_name + length - 5, ".ring") != 0 ||
		    b->peer_count == PEERS_MAX || known(b, entry->d_name))
			continue;
		if (nn_connect(b->ears, talloc_asprintf(b, "ipc://%s/%s", sockets, entry->d_name)) >= 0)
			b->peers[b->peer_count++] = talloc_strdup(b, entry->d_name);
	}
	if (folder)
		closedir(folder);
}

/* Publishing to nobody is nearly free, but the text need not even be made then. */
static void publish(struct doorbell *b, const struct log_event *e)
{
	char *text;

	if (nn_get_statistic(b->events, NN_STAT_CURRENT_CONNECTIONS) == 0)
		return;
	text = talloc_asprintf(b, "%s\n%.*s", e->type, (int)e->length, e->body);
	nn_send(b->events, text, strlen(text), NN_DONTWAIT);
	talloc_free(text);
}

/* Says how far these events' shards have come; false: there is nothing to say. */
static bool tell_heads(struct doorbell *b, const struct log_event *events, size_t count)
{
	int64_t heads[EVENTLOG_SHARDS] = {0};
	char text[EVENTLOG_SHARDS * 32];
	size_t i;
	int s, length = 0;

	for (i = 0; i < count; i++)
		if (events[i].position > 0)
			heads[events[i].shard] = events[i].position;
	for (s = 0; s < EVENTLOG_SHARDS; s++)
		if (heads[s])
			length += snprintf(text + length, sizeof(text) - (size_t)length, "%d %lld\n", s,
					   (long long)heads[s]);
	if (length > 0)
		nn_send(b->ring, text, (size_t)length, NN_DONTWAIT);
	return length > 0;
}

void doorbell_ring(struct doorbell *b, const struct log_event *events, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (events[i].position > 0)
			publish(b, &events[i]);
	if (tell_heads(b, events, count))
		hear(b); /* one's own bell need not travel */
}

void doorbell_moved(struct doorbell *b, const struct log_event *events, size_t count)
{
	tell_heads(b, events, count);
}

void doorbell_call(struct doorbell *b, const char *text)
{
	char *whole = talloc_asprintf(b, "@%s\n%s", b->daemon->description->service, text);

	nn_send(b->ring, whole, strlen(whole), NN_DONTWAIT);
	talloc_free(whole);
}
