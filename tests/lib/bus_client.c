/*
 * bus_client.c - a neighbour service on the nanomsg sockets, for the system tests
 *
 * usage: bus_client req ADDRESS             stdin is one message; the reply goes to stdout
 *        bus_client sub ADDRESS [TYPE]...   hears events of these types (all without any)
 * A subscriber says "ready" once it is connected, then writes each message as its length in
 * decimal, a newline, and the bytes. It ends with its stdin.
 */
#include <nanomsg/nn.h>
#include <nanomsg/pubsub.h>
#include <nanomsg/reqrep.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include <unistd.h>

enum {
	TIMEOUT_MILLISECONDS = 30000
};

static void die(const char *what)
{
	fprintf(stderr, "bus_client: %s: %s\n", what, nn_strerror(nn_errno()));
	exit(EXIT_FAILURE);
}

static char *read_all(size_t *length)
{
	char *text = talloc_size(NULL, 65536);
	size_t got;

	*length = 0;
	while ((got = fread(text + *length, 1, talloc_get_size(text) - *length, stdin)) > 0) {
		*length += got;
		if (*length == talloc_get_size(text))
			text = talloc_realloc_size(NULL, text, *length * 2);
	}
	return text;
}

static int open_socket(int protocol, const char *address)
{
	int s = nn_socket(AF_SP, protocol), any = -1;

	if (s < 0 || nn_setsockopt(s, NN_SOL_SOCKET, NN_RCVMAXSIZE, &any, sizeof(any)) < 0)
		die("socket");
	if (nn_connect(s, address) < 0)
		die(address);
	return s;
}

static int request(const char *address)
{
	int s = open_socket(NN_REQ, address), timeout = TIMEOUT_MILLISECONDS, got;
	size_t length;
	char *text = read_all(&length);
	void *answer;

	nn_setsockopt(s, NN_SOL_SOCKET, NN_RCVTIMEO, &timeout, sizeof(timeout));
	nn_setsockopt(s, NN_SOL_SOCKET, NN_SNDTIMEO, &timeout, sizeof(timeout));
	if (nn_send(s, text, length, 0) < 0)
		die("send");
	if ((got = nn_recv(s, &answer, NN_MSG, 0)) < 0)
		die("receive");
	fwrite(answer, 1, (size_t)got, stdout);
	nn_freemsg(answer);
	nn_close(s);
	talloc_free(text);
	return EXIT_SUCCESS;
}

/* A subscription is a prefix of the message, which begins with the type and a newline. */
static void subscribe(int s, char **types)
{
	char *prefix;

	if (*types == NULL && nn_setsockopt(s, NN_SUB, NN_SUB_SUBSCRIBE, "", 0) < 0)
		die("subscribe");
	for (; *types; types++) {
		prefix = talloc_asprintf(NULL, "%s\n", *types);
		if (nn_setsockopt(s, NN_SUB, NN_SUB_SUBSCRIBE, prefix, strlen(prefix)) < 0)
			die("subscribe");
		talloc_free(prefix);
	}
}

/* nanomsg connects by itself and tells nobody; 10 ms between looks. */
static void wait_connected(int s)
{
	int tries;

	for (tries = 0; nn_get_statistic(s, NN_STAT_CURRENT_CONNECTIONS) == 0; tries++) {
		if (tries == TIMEOUT_MILLISECONDS / 10)
			die("connect");
		poll(NULL, 0, 10);
	}
}

static int hear(const char *address, char **types)
{
	int s = open_socket(NN_SUB, address), got;
	size_t size = sizeof(int);
	struct pollfd waits[2] = {{.fd = STDIN_FILENO, .events = POLLIN}, {.events = POLLIN}};
	void *message;

	if (nn_getsockopt(s, NN_SOL_SOCKET, NN_RCVFD, &waits[1].fd, &size) < 0)
		die("descriptor");
	subscribe(s, types);
	wait_connected(s);
	puts("ready");
	fflush(stdout);
	while (poll(waits, 2, -1) > 0 && !waits[0].revents) {
		while ((got = nn_recv(s, &message, NN_MSG, NN_DONTWAIT)) >= 0) {
			printf("%d\n", got);
			fwrite(message, 1, (size_t)got, stdout);
			nn_freemsg(message);
		}
		fflush(stdout);
	}
	nn_close(s);
	return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
	if (argc == 3 && strcmp(argv[1], "req") == 0)
		return request(argv[2]);
	if (argc >= 3 && strcmp(argv[1], "sub") == 0)
		return hear(argv[2], argv + 3);
	fputs("usage: bus_client req ADDRESS | sub ADDRESS [TYPE]...\n", stderr);
	return 2;
}
