/*
 * lane.c - nanomsg: one raw REQ socket to one instance, one frame out at a time
 *
 * Raw, because a cooked REQ sends a request again on its own and so does things twice. Control
 * data is a buffer of our own: nanomsg frees an NN_MSG chunk even when the send fails.
 */
#include <arpa/inet.h>
#include <nanomsg/nn.h>
#include <nanomsg/reqrep.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>

#include "common/clock.h"
#include "common/log.h"
#include "services/gateway/backend.h"

enum {
	HEADER_SIZE = 4,
	RECONNECT_MS = 20
};

#define REQUEST_BIT 0x80000000u

/* SP_HDR: the header's length, then the header. */
struct control {
	struct nn_cmsghdr cmsg;
	unsigned char data[256];
};

static void message_free(void *data)
{
	nn_freemsg(data);
}

/* The header's id if it is one of ours; false otherwise. */
static bool control_id(struct nn_msghdr *header, uint32_t *id)
{
	struct nn_cmsghdr *cmsg;
	size_t length;

	for (cmsg = NN_CMSG_FIRSTHDR(header); cmsg; cmsg = NN_CMSG_NXTHDR(header, cmsg)) {
		if (cmsg->cmsg_level != PROTO_SP || cmsg->cmsg_type != SP_HDR)
			continue;
		memcpy(&length, NN_CMSG_DATA(cmsg), sizeof(length));
		if (length != HEADER_SIZE)
			return false;
		memcpy(id, NN_CMSG_DATA(cmsg) + sizeof(length), HEADER_SIZE);
		*id = ntohl(*id) & ~REQUEST_BIT;
		return true;
	}
	return false;
}

/* Takes one message. False: there is none. */
static bool lane_receive(struct lane *l)
{
	struct control control;
	void *data = NULL;
	struct nn_iovec piece = {&data, NN_MSG};
	struct nn_msghdr header = {&piece, 1, &control, sizeof(control)};
	struct message *m;
	uint32_t id;
	int length = nn_recvmsg(l->socket, &header, NN_DONTWAIT);

	if (length < 0)
		return false;
	if (!control_id(&header, &id) || !l->out || id != l->frame) {
		nn_freemsg(data);
		return true;
	}
	m = malloc(sizeof(*m));
	if (m == NULL)
		abort();
	*m = (struct message){1, data, message_free};
	reply_frame(l, m, (size_t)length);
	message_release(m);
	return true;
}

static void readable(evutil_socket_t fd, short what, void *arg)
{
	struct lane *l = arg;

	(void)fd;
	(void)what;
	while (lane_receive(l))
		;
}

static bool option_put(int s, int level, int option, int value)
{
	return nn_setsockopt(s, level, option, &value, sizeof(value)) == 0;
}

bool lane_open(struct backend *b, struct lane *l)
{
	char address[SOCKET_PATH_MAX + 8];
	int fd;
	size_t size = sizeof(fd);

	l->out = false;
	l->readable = NULL;
	l->socket = nn_socket(AF_SP_RAW, NN_REQ);
	snprintf(address, sizeof(address), "ipc://%s", l->instance->path);
	if (l->socket < 0 || !option_put(l->socket, NN_SOL_SOCKET, NN_RCVMAXSIZE, -1) ||
	    !option_put(l->socket, NN_SOL_SOCKET, NN_RECONNECT_IVL, RECONNECT_MS) ||
	    !option_put(l->socket, NN_SOL_SOCKET, NN_RECONNECT_IVL_MAX, RECONNECT_MS) ||
	    nn_connect(l->socket, address) < 0 ||
	    nn_getsockopt(l->socket, NN_SOL_SOCKET, NN_RCVFD, &fd, &size) < 0) {
		log_error("cannot open a lane address=%s reason=\"%s\"", address, nn_strerror(nn_errno()));
		lane_close(l);
		return false;
	}
	l->readable = event_new(b->gateway->base, fd, EV_READ | EV_PERSIST, readable, l);
	event_add(l->readable, NULL);
	return true;
}

void lane_close(struct lane *l)
{
	if (l->readable)
		event_free(l->readable);
	l->readable = NULL;
	if (l->socket >= 0)
		nn_close(l->socket);
	l->socket = -1;
	l->out = false;
}

bool lane_connected(const struct lane *l)
{
	return l->socket >= 0 && nn_get_statistic(l->socket, NN_STAT_CURRENT_CONNECTIONS) > 0;
}

bool lane_lost(const struct lane *l)
{
	return !lane_connected(l) ||
	       nn_get_statistic(l->socket, NN_STAT_ESTABLISHED_CONNECTIONS) != l->established;
}

bool lane_send(struct lane *l, const struct frame_writer *w)
{
	struct control control;
	struct nn_iovec piece = {w->data, w->length};
	struct nn_msghdr header = {&piece, 1, &control, NN_CMSG_SPACE(sizeof(size_t) + HEADER_SIZE)};
	const size_t length = HEADER_SIZE;
	const uint32_t id = htonl(l->frame | REQUEST_BIT);

	control.cmsg.cmsg_level = PROTO_SP;
	control.cmsg.cmsg_type = SP_HDR;
	control.cmsg.cmsg_len = NN_CMSG_SPACE(sizeof(size_t) + HEADER_SIZE);
	memcpy(NN_CMSG_DATA(&control.cmsg), &length, sizeof(length));
	memcpy(NN_CMSG_DATA(&control.cmsg) + sizeof(length), &id, HEADER_SIZE);
	l->established = nn_get_statistic(l->socket, NN_STAT_ESTABLISHED_CONNECTIONS);
	if (nn_sendmsg(l->socket, &header, NN_DONTWAIT) < 0)
		return false;
	l->out = true;
	l->sent = clock_monotonic();
	return true;
}
