/*
 * loop.h - the parts of a daemon's loop, private to daemon.c and its helpers
 */
#ifndef AE_LOOP_H
#define AE_LOOP_H

#include <event2/event.h>
#include "common/daemon.h"
#include "common/frame.h"

struct doorbell;
struct status_page;

struct daemon_loop {
	struct event_base *base;
	const char *sockets; /* the folder */
	const char *name;    /* "analytics-1" */
	int requests;        /* nanomsg REP for the gateway */
	int neighbours;      /* nanomsg REP for neighbour services, or -1 */
	struct doorbell *doorbell;
	struct status_page *status;
	struct frame_writer answer;            /* reused for every reply frame */
	bool requests_ready, neighbours_ready; /* a socket said so */
	bool behind;                           /* the log may hold something new */
	bool stopping, reloading;
	bool serves_requests, serves_events, serves_jobs;
	int64_t *dropped;     /* by subscription and shard: caches are dropped, or owed, up to here */
	int64_t last_request; /* CLOCK_MONOTONIC microseconds */
	int64_t *job_due;
	int64_t batch_size;
	struct metric *request_seconds, *replies, *events_applied, *dead_letters, *lag, *up_postgresql,
		*up_redis;
};

/* serve.c: one frame, if there is one; true = there may be more */
bool serve_frame(struct daemon *d);
bool serve_neighbour(struct daemon *d);
/* Whether this instance can do its work now; the reason under parent if not. */
bool daemon_ready(struct daemon *d, const void *parent, const char **reason);

/* consumer.c: one batch of one subscription; true = there may be more */
bool consume_batch(struct daemon *d, const struct subscription *s);
/* After a start: drops what a crash between commit and drop may have left in caches. */
void consume_heal(struct daemon *d, const struct subscription *s);

/* doorbell.c */
struct doorbell *doorbell_open(struct daemon *d, const char **error);
void doorbell_find_peers(struct doorbell *b); /* connects to what is new in the folder */
void doorbell_ring(struct doorbell *b, const struct log_event *events, size_t count);
void doorbell_call(struct doorbell *b, const char *text);
/* These were applied: whoever follows may read them now. */
void doorbell_moved(struct doorbell *b, const struct log_event *events, size_t count);

/* status.c: /healthz, /readyz, /metrics over HTTP; address unix:PATH or HOST:PORT */
struct status_page *status_open(struct daemon *d, const char *address, const char **error);

#endif
