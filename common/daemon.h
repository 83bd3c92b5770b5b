/*
 * daemon.h - the life of a daemon, from a few tables
 *
 * main.c holds the tables and calls daemon_run, which fixes the order once: options, settings,
 * log, PostgreSQL, Redis, sockets, READY=1, loop with watchdog, SIGHUP reload, SIGTERM drain.
 * The loop serves requests, event batches and due jobs in turn; none may starve another.
 */
#ifndef AE_DAEMON_H
#define AE_DAEMON_H

#include "common/cache.h"
#include "common/db.h"
#include "common/eventlog.h"
#include "common/metrics.h"
#include "common/operation.h"
#include "common/request.h"
#include "common/settings.h"

struct daemon;
struct event_base;

/* A row of the table of operations; made by HANDLE(name), batched ones by HANDLE_BATCH(name). */
struct handler {
	const struct operation *operation;
	reply (*handle)(struct request *req, const void *in);
	void (*handle_batch)(struct daemon *d, struct request **requests, size_t count);
};

/* Events of one turn, in log order per shard. */
struct batch {
	struct daemon *daemon;
	struct db *db;
	const char *group;
	struct log_event *events;
	size_t count;
};

struct subscription {
	const char *group;   /* consumer group, a row set in consumer_positions */
	const char *follows; /* read no further than this group has committed; NULL = the head */
	bool followed;       /* others do: they are told when it has moved */
	/*
	 * Applies the batch inside an open transaction; events that cannot be applied are handed
	 * to batch_reject. False: the transaction failed (db_failed) and is rolled back.
	 * NULL: the group only keeps up with the log, unread.
	 */
	bool (*apply)(struct batch *b);
	void (*committed)(struct batch *b); /* after the commit: drop caches; may be NULL */
};

/* Puts an event aside as a dead letter, with the reason. */
void batch_reject(struct batch *b, const struct log_event *e, const char *pointer, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

struct job {
	const char *name;
	int64_t interval; /* microseconds between runs; an idle daemon looks once a second */
	bool pressing;    /* runs in every turn, also while requests and events wait */
	/* One bounded slice (aim: 5 ms); true = there is more to do at once. */
	bool (*run)(struct daemon *d);
};

struct daemon_description {
	const char *service; /* "analytics" */
	const struct setting *settings;
	const struct handler *handlers;
	size_t handler_count;
	const struct subscription *subscriptions;
	size_t subscription_count;
	const struct job *jobs;
	size_t job_count;
	const struct statement *statements;
	size_t statement_count;
	bool (*start)(struct daemon *d); /* after settings; NULL = nothing. False ends the process */
	/* Looks up caches for a whole frame at once, before its handlers run; may be NULL. */
	void (*prefetch)(struct daemon *d, struct request **requests, size_t count);
	/*
	 * Neighbours on this host may send this operation's body over a plain nanomsg REQ socket to
	 * ipc://SOCKETS/SERVICE-INSTANCE.events and get the reply's body back; NULL = not offered.
	 */
	const struct operation *neighbours;
	void (*reload)(struct daemon *d); /* on SIGHUP, after the settings */
	/* What another instance said by daemon_call; from within the loop's events, so no place for the
	 * database. May be NULL. */
	void (*called)(struct daemon *d, const char *text);
	bool (*finish)(
		struct daemon *d); /* while it stops: true = something is still under way; may be NULL */
};

struct daemon {
	const struct daemon_description *description;
	const char *instance; /* "1" */
	struct db *db;
	struct cache *cache;
	struct metrics *metrics;
	void *state;              /* the daemon's own, hung here by start */
	int64_t requests_took;    /* microseconds, in this turn of the loop: a job may take as much */
	struct daemon_loop *loop; /* private to daemon.c */
};

int daemon_run(const struct daemon_description *description, int argc, char **argv);

/* The loop's events, for a daemon that waits for more than its sockets; from start or later. */
struct event_base *daemon_events(struct daemon *d);

/* Lets the loop's events happen for so many microseconds, or until one has; for a handler that waits for
 * them. */
void daemon_wait(struct daemon *d, int64_t microseconds);

/* Says a text, of at most 500 bytes, to the instances of this service on this host. It may get lost. */
void daemon_call(struct daemon *d, const char *text);

/* After a commit that appended events: rings the doorbell and publishes the events by type. */
void daemon_announce(struct daemon *d, const struct log_event *events, size_t count);

#endif
