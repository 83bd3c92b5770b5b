/*
 * http.h - keep-alive connections to the gateway for the load programs, one request at a time on each
 *
 * One thread, one epoll. The caller sends on idle connections and is called back per answer.
 */
#ifndef AE_BENCH_HTTP_H
#define AE_BENCH_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct client;

struct connection {
	struct client *client;
	int64_t due; /* the caller's: when the request was to be sent */
	void *state; /* the caller's */
	/* the answer */
	int status; /* 0: the connection failed */
	const char *head, *body;
	size_t body_length;
	/* private */
	int fd;
	bool busy, writing;
	const char *out;
	size_t out_length, out_done;
	char *in;
	size_t in_length, in_size, head_length, whole; /* whole: 0 until the head is there */
};

typedef void (*answered)(struct connection *c);

/* NULL: the gateway cannot be reached. */
struct client *client_new(const void *parent, int port, size_t connections, answered call);
/* An idle connection, NULL if all are busy. */
struct connection *client_idle(struct client *k);
/* The request must stay in memory until it is answered. */
void client_send(struct connection *c, const char *request, size_t length);
/* Works on the connections until `until` (CLOCK_MONOTONIC, microseconds) or, if asked, the first answer. */
void client_work(struct client *k, int64_t until, bool first);
size_t client_busy(const struct client *k);
/* A header of the answer, copied; NULL if absent. */
const char *answer_header(const void *parent, const struct connection *c, const char *name);

#endif
