/*
 * echo_daemon.c - a service with no sense, for tests of the gateway
 *
 * usage: echo_daemon FOLDER SERVICE INSTANCE
 * Speaks frames on FOLDER/SERVICE-INSTANCE.rpc. The member id says what it does: "sleep-MS" answers
 * late, "omit" leaves the entry out, "big-BYTES" has a body of so many bytes, "status-N" answers N,
 * "die" ends the process; all others, and every other operation, are answered with the entry's values.
 */
#include <nanomsg/nn.h>
#include <nanomsg/reqrep.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <talloc.h>
#include <time.h>
#include <unistd.h>

#include "common/frame.h"
#include "common/json.h"

static const char *instance;

static long number_behind(const char *text, const char *prefix)
{
	size_t length = strlen(prefix);

	return strncmp(text, prefix, length) == 0 ? strtol(text + length, NULL, 10) : -1;
}

static void rest(long ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000};

	nanosleep(&t, NULL);
}

static void put_reply(struct frame_writer *w, const char *id, long status, const char *body, size_t length)
{
	frame_entry(w);
	frame_put_text(w, "id", id);
	frame_put_integer(w, "status", status);
	frame_put_text(w, "header.content-type", "application/json");
	frame_put_text(w, "header.etag", "\"7\"");
	frame_put_text(w, "header.x-instance", instance);
	frame_put(w, "body", body, length);
}

static void answer(struct frame_writer *w, void *scratch, struct frame_reader entry)
{
	struct frame_attribute a;
	const char *id = "", *member = "", *operation = "";
	struct json_writer *json = json_writer_new(scratch);
	const char *text;
	size_t length;
	long n;

	json_open_object(json, NULL);
	while (frame_next(&entry, &a)) {
		char *value = talloc_strndup(scratch, a.value, a.length);

		if (frame_is(&a, "id"))
			id = value;
		else if (frame_is(&a, "operation"))
			operation = value;
		else if (frame_is(&a, "path.member_id"))
			member = value;
		if (!frame_is(&a, "body"))
			json_put_text(json, talloc_strndup(scratch, a.name, a.name_length), value);
		else
			json_put_integer(json, "body_length", (int64_t)a.length);
	}
	json_put_text(json, "instance", instance);
	json_close(json);
	text = json_text(json, &length);
	if (strcmp(member, "die") == 0)
		_exit(9);
	if (strcmp(member, "omit") == 0)
		return;
	if ((n = number_behind(member, "sleep-")) >= 0)
		rest(n);
	if ((n = number_behind(member, "big-")) >= 0) {
		text = memset(talloc_array(scratch, char, (size_t)n), 'x', (size_t)n);
		length = (size_t)n;
	}
	if (strcmp(operation, "metrics") == 0) {
		text = talloc_asprintf(
			scratch, "# HELP echo_x Nothing\n# TYPE echo_x counter\necho_x{instance=\"%s\"} 1\n",
			instance);
		length = strlen(text);
	}
	n = number_behind(member, "status-");
	put_reply(w, id, n >= 0 ? n : 200, text, length);
}

int main(int argc, char **argv)
{
	struct frame_writer w = {0};
	int any = -1, s = nn_socket(AF_SP, NN_REP);
	char *address;

	if (argc != 4)
		return 2;
	instance = argv[3];
	address = talloc_asprintf(NULL, "ipc://%s/%s-%s.rpc", argv[1], argv[2], argv[3]);
	nn_setsockopt(s, NN_SOL_SOCKET, NN_RCVMAXSIZE, &any, sizeof(any));
	if (nn_bind(s, address) < 0) {
		fprintf(stderr, "%s: %s\n", address, nn_strerror(nn_errno()));
		return 1;
	}
	puts("ready");
	fflush(stdout);
	for (;;) {
		void *data = NULL, *scratch = talloc_new(NULL);
		int length = nn_recv(s, &data, NN_MSG, 0);
		struct frame_reader frame, entry;

		if (length < 0)
			return 1;
		frame_begin(NULL, &w);
		if (frame_read(&frame, data, (size_t)length))
			while (frame_next_entry(&frame, &entry))
				answer(&w, scratch, entry);
		frame_end(&w);
		nn_send(s, w.data, w.length, 0);
		nn_freemsg(data);
		talloc_free(scratch);
	}
}
