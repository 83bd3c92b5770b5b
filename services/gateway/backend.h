/*
 * backend.h - services, their instances, and the lanes to each instance
 *
 * A lane is one raw REQ socket with at most one frame outstanding: a REP socket drops replies
 * that do not fit a full pipe, and one frame per pipe always fits. What waits, waits in the
 * service's queues, where it is bounded and has a deadline.
 */
#ifndef AE_GATEWAY_BACKEND_H
#define AE_GATEWAY_BACKEND_H

#include <event2/event.h>

#include "common/frame.h"
#include "services/gateway/gateway.h"

enum kind {
	KIND_NORMAL,
	KIND_BATCHED,
	KIND_SLOW,
	KIND_CONTROL,
	KIND_COUNT
};

enum {
	LANE_PLACES = 64,
	LANES_MAX = 5,
	INSTANCE_NAME_SIZE = 33,
	SOCKET_PATH_MAX = 107
};

/* How many lanes of a kind an instance has, and what a frame of it may hold. */
struct kind_rule {
	unsigned window, entries;
	size_t bytes;
};
extern const struct kind_rule kind_rules[KIND_COUNT];

struct instance;
struct lane;

/* A question of the gateway's own ("ping", "ready", "metrics") to one instance. */
struct question {
	TAILQ_ENTRY(question) waiting;
	const char *operation;
	int64_t deadline;
	/* Called once; status 0: no answer in time. The question is freed after it. */
	void (*answered)(void *arg, struct instance *i, int status, const char *body, size_t length);
	void *arg;
};
TAILQ_HEAD(question_list, question);

struct lane {
	struct instance *instance;
	enum kind kind;
	int socket;
	struct event *readable;
	bool out;       /* a frame is on its way and not answered */
	uint32_t frame; /* its id */
	int64_t sent;
	uint64_t established; /* the pipe's age when it was sent: another one means it is lost */
	unsigned places;      /* entries of the frame */
	unsigned live;        /* those that somebody still waits for */
	struct call *calls[LANE_PLACES];
	struct question *question; /* of KIND_CONTROL */
};

struct instance {
	TAILQ_ENTRY(instance) entry;
	struct service *service;
	char name[INSTANCE_NAME_SIZE];
	char path[SOCKET_PATH_MAX + 1];
	bool present; /* seen in the folder by the latest look */
	bool suspect; /* timed out: no work until it answers a ping */
	bool pinging;
	unsigned in_flight;
	size_t lane_count;
	struct lane lanes[LANES_MAX];
	struct question_list questions;
};
TAILQ_HEAD(instance_list, instance);

struct service {
	struct backend *backend;
	const char *name;
	struct instance_list instances;
	bool has[KIND_COUNT];
	bool needed; /* readiness depends on it */
	struct call_list queues[KIND_COUNT];
	size_t queued;
};

struct backend {
	struct gateway *gateway;
	struct service *services;
	size_t service_count;
	struct event *flush, *tick, *watch, *look;
	bool ticking, flushing;
	int inotify;
	struct frame_writer writer;
};

/* backend.c */
void backend_flush_soon(struct backend *b);
void backend_tick_start(struct backend *b);
struct service *backend_service(const struct backend *b, const char *name, size_t length);
/* The call did not get its answer there: once more elsewhere if that is safe, else it fails. */
void backend_again(struct call *call, enum error e, const char *detail);

/* instance.c */
struct instance *instance_new(struct service *s, const char *name, const char *path);
void instance_free(struct instance *i);
bool instance_up(const struct instance *i);   /* may get work */
bool instance_idle(const struct instance *i); /* nothing of ours is there */
struct lane *instance_free_lane(struct instance *i, enum kind kind);
void instance_ask(struct instance *i, struct question *q);
void instance_tick(struct instance *i, int64_t now);

/* lane.c */
bool lane_open(struct backend *b, struct lane *l);
void lane_close(struct lane *l);
bool lane_connected(const struct lane *l);
bool lane_lost(const struct lane *l); /* the frame that is out will not be answered */
bool lane_send(struct lane *l, const struct frame_writer *w);

/* reply.c */
void reply_frame(struct lane *l, struct message *m, size_t length);
void lane_drop(struct lane *l, enum error e, const char *detail); /* gives all that is out back */
void call_detach(struct call *call);                              /* takes the call off its lane */

/* pack.c */
/* Fills a frame for the lane from the service's queue; false: nothing was there. */
bool pack_calls(struct backend *b, struct service *s, struct lane *l, int64_t now);
void pack_question(struct backend *b, struct lane *l, struct question *q);

/* folder.c */
void folder_look(struct backend *b);
bool folder_open(struct backend *b, const char **error);
void folder_close(struct backend *b);

#endif
