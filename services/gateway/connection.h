/*
 * connection.h - one client connection: where it stands, and until when it may stay there
 *
 * evhttp owns the socket. The connection listens on evhttp's input buffer, so that every byte
 * passes the scanner before evhttp reads it; a request that the scanner or the door refuses is
 * answered here, on the spot, and evhttp never hears of it.
 */
#ifndef AE_GATEWAY_CONNECTION_H
#define AE_GATEWAY_CONNECTION_H

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/http.h>
#include <sys/queue.h>

#include "services/gateway/gateway.h"

enum phase {
	PHASE_IDLE,     /* between requests */
	PHASE_HEAD,     /* some bytes of a head are here */
	PHASE_BODY,     /* the head is complete */
	PHASE_HANDLING, /* the request is complete and not yet answered */
	PHASE_WRITING,  /* the answer is on its way */
	PHASE_REFUSED   /* answered by connection_refuse, to be closed */
};

struct connection {
	LIST_ENTRY(connection) entry;
	struct http *http;
	struct bufferevent *stream;
	struct evhttp_connection *evhttp; /* NULL until adopted */
	struct event *turn;               /* adopts, and looks at pipelined bytes, at the end of the turn */
	evutil_socket_t fd;
	enum phase phase;
	int64_t since;  /* when the phase began */
	size_t writing; /* bytes of the answer */
	struct scan scan;
	struct head head;
	struct call *call;
};

LIST_HEAD(connection_list, connection);

struct http {
	struct gateway *gateway;
	struct evhttp *evhttp;
	struct evhttp_bound_socket *listener;
	struct event *sweep;
	struct connection_list connections;
	size_t count, slots;
	struct connection **by_fd;
	const char *socket_path; /* of a unix listener, to be unlinked */
};

/* connection.c */
struct bufferevent *connection_new(struct event_base *base, void *http); /* evhttp's hook for new sockets */
struct connection *connection_of(struct http *h, struct evhttp_request *req);
void connection_answered(struct evhttp_request *req, void *connection); /* on_complete */
void connection_phase(struct connection *c, enum phase phase);
void connection_close(struct connection *c);
void connection_scan(struct connection *c, size_t from);
/* Closes the connection if its phase has lasted too long. */
void connection_judge(struct connection *c, int64_t now);

/* refuse.c */
void connection_refuse(struct connection *c, struct answer *a);
void connection_refuse_fault(struct connection *c, enum error e, const char *detail);

/* door.c: the head is complete; false: refused */
bool door_head(struct connection *c);

#endif
